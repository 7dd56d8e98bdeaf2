"""Messages that no worker could take: how they are kept."""

DEAD_MESSAGES_MAXIMUM = 10_000
# Enough to see what it is; a longer one cannot be replayed.
DEAD_MESSAGE_BYTES = 65_536
