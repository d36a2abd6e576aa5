"""A file for each."""
