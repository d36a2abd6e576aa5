"""Sheets of one row a child into facts: dates as people write them, sheets as people keep them, convert files."""
