"""Yours. One module per task: arguments, result, and the function under its policies."""
