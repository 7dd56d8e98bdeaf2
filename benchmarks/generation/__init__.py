"""Measures `gen` beside generators that others use, and services of many generated tasks."""
