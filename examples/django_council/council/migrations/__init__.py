"""The council's migrations."""
