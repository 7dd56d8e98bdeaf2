"""The rows that take their time: `pytest tests/chassis/chaos/full`."""
