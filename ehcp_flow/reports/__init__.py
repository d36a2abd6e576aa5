"""What is handed on to others: registers, pages, workbooks, calendars.

A page is a template over answers and measures: words and tables are touched here, figures and deadlines are not made.
Every figure is shown through `showing.py`, which hides what is too small.
"""
