"""The law of Wales as data: each time limit on its last lawful day and both sides of it, and lives told from its text.

They go through every command, columns and a store, and the rulebook keeps the contract that every rulebook keeps.
"""
