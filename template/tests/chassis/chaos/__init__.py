"""Faults that the service must survive: a story is recorded, things are killed, a judge reads it.

The rows in `full/` take minutes, so they run only when asked for: `pytest tests/chassis/chaos/full`.
"""
