"""Yours. One module per event: what happened, and the handlers that react to it."""
