"""Template-owned. What operators type; the command line puts the groups together."""
