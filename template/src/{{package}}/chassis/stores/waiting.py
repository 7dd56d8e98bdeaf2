"""How much waits in the broker's lists."""

from .calls import Call, load_script


def count_waiting(queue_keys: tuple[str, ...]) -> Call[int]:
    """Count the messages in the lists of one queue, on the broker's server."""
    return Call(load_script("waiting"), queue_keys, (), int)
