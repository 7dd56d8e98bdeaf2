"""Tests of the stores; a package, so that they share their submissions."""
