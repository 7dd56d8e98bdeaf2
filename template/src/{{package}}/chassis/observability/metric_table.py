"""The one table of metrics: every name, what it counts, its labels, and who reports it."""

from typing import Final, Literal, get_args

from ..contracts import DeadLetterKind, Outcome, Priority, Verdict
from .metric_row import ROLES, Metric

# Label sets are closed wherever we can close them, so that every series exists, at zero, from the
# start: a ratio over a series that does not exist yet is not zero but nothing.
VERDICTS: Final = tuple(Verdict)
OUTCOMES: Final = tuple(Outcome)
PRIORITIES: Final = tuple(priority.name.lower() for priority in Priority)
STATUS_CLASSES: Final = ("2xx", "3xx", "4xx", "5xx")

DeliveryOutcome = Literal["handled", "duplicate", "failed", "dead", "malformed"]
RunOutcome = Literal["done", "failed"]
ScheduleOutcome = Literal["done", "failed", "missed"]
ReconcilerAction = Literal[
    "queued", "republished", "taken_over", "cancelled", "uncertain", "buried"
]
CircuitState = Literal["closed", "open", "half_open"]
AuthFailure = Literal["missing", "malformed", "unknown", "expired", "forbidden"]

DELIVERY_OUTCOMES: Final[tuple[str, ...]] = get_args(DeliveryOutcome)
RUN_OUTCOMES: Final[tuple[str, ...]] = get_args(RunOutcome)
SCHEDULE_OUTCOMES: Final[tuple[str, ...]] = get_args(ScheduleOutcome)
RECONCILER_ACTIONS: Final[tuple[str, ...]] = get_args(ReconcilerAction)
CIRCUIT_STATES: Final[tuple[str, ...]] = get_args(CircuitState)
AUTH_FAILURES: Final[tuple[str, ...]] = get_args(AuthFailure)
DEAD_KINDS: Final = tuple(DeadLetterKind)

_BODY_SECONDS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)
_WAIT_SECONDS: Final = (0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600)
_HTTP_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

METRICS: Final = (
    Metric(
        "tasks_submitted",
        "counter",
        "Submissions, by what admission decided.",
        ("api", "scheduler"),
        ("task", "verdict"),
    ),
    Metric(
        "tasks_finished",
        "counter",
        "Deliveries that a worker finished, by how they ended.",
        ("worker",),
        ("task", "outcome"),
    ),
    Metric(
        "task_duration_seconds",
        "histogram",
        "Time from begin to settle of one delivery, all tries included.",
        ("worker",),
        ("task",),
        _BODY_SECONDS,
    ),
    Metric(
        "queue_wait_seconds",
        "histogram",
        "Time an execution waited from its acceptance to its beginning.",
        ("worker",),
        ("queue",),
        _WAIT_SECONDS,
    ),
    Metric("tasks_inflight", "gauge", "Bodies that run now.", ("worker",), ("queue",)),
    Metric("task_retries", "counter", "Tries after the first.", ("worker",), ("task",)),
    Metric(
        "policy_events",
        "counter",
        "What policies did: refusals, timeouts, holds and the like.",
        (),
        ("task", "policy", "event"),
    ),
    Metric(
        "circuit_open",
        "gauge",
        "Whether calls to a dependency are refused.",
        ("worker",),
        ("dependency",),
    ),
    Metric(
        "circuit_changes",
        "counter",
        "States that the circuit of a dependency has come into.",
        ("worker",),
        ("dependency", "state"),
    ),
    Metric(
        "queue_depth",
        "gauge",
        "Messages that wait in the broker.",
        ("poller",),
        ("queue", "priority"),
    ),
    Metric(
        "queue_oldest_age_seconds",
        "gauge",
        "Age of the execution that has waited longest, 0 in an empty queue.",
        ("poller",),
        ("queue",),
    ),
    Metric("executions_open", "gauge", "Executions accepted and not yet settled.", ("poller",)),
    Metric(
        "executions_overdue",
        "gauge",
        "Open executions past their due time that the reconciler's last round has left behind.",
        ("poller",),
    ),
    Metric(
        "event_deliveries",
        "counter",
        "Events given to handlers, by how the handler ended.",
        ("listener", "poller"),
        ("event", "outcome"),
    ),
    Metric(
        "events_waiting",
        "gauge",
        "Durable events that some reader has yet to finish, over all tenants.",
        ("poller",),
    ),
    Metric("listener_connected", "gauge", "1 while the listener is subscribed.", ("listener",)),
    Metric("listener_reconnects", "counter", "Subscriptions lost and renewed.", ("listener",)),
    Metric(
        "listener_last_message_timestamp_seconds",
        "gauge",
        "When the last doorbell or broadcast arrived, 0 before the first.",
        ("listener",),
    ),
    Metric("poller_runs", "counter", "Rounds of the poller.", ("poller",), ("outcome",)),
    Metric(
        "poller_last_success_timestamp_seconds",
        "gauge",
        "When a round of the poller last ended well, 0 before the first.",
        ("poller",),
    ),
    Metric(
        "reconciler_actions",
        "counter",
        "Executions that were due, by what the reconciler did for them.",
        ("poller",),
        ("action",),
    ),
    Metric(
        "dead_letters",
        "gauge",
        "What was given up and waits for somebody to look at it.",
        ("poller",),
        ("kind",),
    ),
    Metric(
        "credits_accounts_sampled",
        "gauge",
        "Credit accounts that the last pass of the audit has looked at.",
        ("poller",),
    ),
    Metric(
        "credits_conservation_violations",
        "gauge",
        "Of these, accounts whose numbers do not add up.",
        ("poller",),
    ),
    Metric(
        "credits_entries_waiting",
        "gauge",
        "Entries that wait to be exported and acknowledged, on the account that has most.",
        ("poller",),
    ),
    Metric(
        "credits_entries_dropped",
        "counter",
        "Entries beyond the bound of one account, forgotten without an acknowledgement.",
        ("poller",),
    ),
    Metric(
        "credits_holds_expired",
        "counter",
        "Holds that the audit gave back because their time had passed.",
        ("poller",),
    ),
    Metric(
        "http_request_duration_seconds",
        "histogram",
        "Time to answer a request, or until its stream begins, by route template.",
        ("api",),
        ("method", "route", "status"),
        _HTTP_SECONDS,
    ),
    Metric("http_requests_in_progress", "gauge", "Requests being answered now.", ("api",)),
    Metric("http_streams", "gauge", "Executions that are followed now.", ("api",)),
    Metric(
        "auth_failures",
        "counter",
        "Requests refused because of who sent them.",
        ("api",),
        ("kind",),
    ),
    Metric(
        "scheduler_runs",
        "counter",
        "Slots of scheduled tasks, by what became of them.",
        ("scheduler",),
        ("outcome",),
    ),
    Metric(
        "scheduler_leads",
        "gauge",
        "1 while this process submits the scheduled tasks, 0 while it stands by.",
        ("scheduler",),
    ),
    Metric(
        "label_overflow",
        "counter",
        "Label sets folded into `other` because a metric had too many.",
        ROLES,
        ("metric",),
    ),
    Metric(
        "build_info",
        "gauge",
        "1, with the version of the service.",
        ROLES,
        ("version",),
    ),
)
