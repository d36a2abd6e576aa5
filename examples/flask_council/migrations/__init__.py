"""The host's migrations."""
