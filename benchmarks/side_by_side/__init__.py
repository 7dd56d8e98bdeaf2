"""Measures task queues side by side: each peer in an environment and on a server of its own."""
