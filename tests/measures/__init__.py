"""What each figure counts, on cases made for it, and what is hidden before it is published.

`answers_made_up.py` makes a small caseload, a line a case. Figures over columns are compared with these in
`tests/bulk`.
"""
