"""Tests of the policies; a package, so that they share their circuits."""
