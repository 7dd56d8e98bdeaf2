"""Tests of the worker room; a package, so that they share their tasks and their workers."""
