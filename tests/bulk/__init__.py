"""Whole caseloads over columns: the same rows as one case at a time, whatever the file they came in.

`agreeing.py` compares both ways on cases that a test gives. `comparing.py` is the long run, `python -m tests.bulk`; it
reads the golden cases too.
"""
