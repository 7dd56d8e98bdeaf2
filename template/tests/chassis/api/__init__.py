"""Tests of the HTTP interface, over HTTP."""
