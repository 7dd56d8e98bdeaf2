"""Yours. One module per group of extra endpoints: a router, mounted behind authentication."""
