"""Tests of the messaging room; a package, so that they share their scene."""
