"""Adds typed tasks to services that were made from the valkey-chassis template."""
