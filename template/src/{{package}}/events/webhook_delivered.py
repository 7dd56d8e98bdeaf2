"""A receiver has taken a webhook."""

from ..chassis import Event, EventContext, get_secure_logger, on

logger = get_secure_logger(__name__)


class WebhookDelivered(Event, name="webhook_delivered"):
    """Who took what; never the payload, which belongs to the two ends."""

    host: str
    event: str
    status: int


@on(WebhookDelivered)
async def note_webhook_delivered(event: WebhookDelivered, context: EventContext) -> None:
    """Write the delivery down. A place for your own reaction: mark the order, tell the team."""
    logger.info(
        "webhook delivered",
        host=event.host,
        kind=event.event,
        status=event.status,
        tenant=context.tenant,
    )
