"""Pages, workbook and calendar feed: opened in a real browser, and read by somebody who wants the hidden numbers.

The figures on them are those of `tests/measures`; here is how they are shown, and that what is hidden stays so.
"""
