"""Template-owned. One module per process of the service; the command line starts them."""
