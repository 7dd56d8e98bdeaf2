"""The team's tasks, as far as the processes of a story know."""
