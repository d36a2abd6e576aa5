"""Small faults put into the law and what stands on it, one at a time, to see whether a test finds each of them.

`python -m tests.mutants` tries them all, and goes on where it was stopped; the suite tries those that were once missed.
"""
