"""CSV and JSON Lines as people and programs write them: what is taken, what is refused, and in which words.

A row is never lost and never half taken. The same files over columns are read in `tests/bulk`.
"""
