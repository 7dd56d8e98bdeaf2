"""The service: the team's tasks, events and endpoints, on the chassis."""
