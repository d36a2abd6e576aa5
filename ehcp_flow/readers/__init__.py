"""Files in and out: facts and cases from CSV and JSON Lines, and facts back into either.

`docs/reading-files.md` says what a file may look like, and what is refused.

A way of writing a file is added in `row_tables.py`, which makes rows of it; what a row may hold stands in
`ehcp_flow/columns.py`. Nothing here repairs or guesses a value.
"""

from ehcp_flow.readers.case_reader import Caseload, FactReader, Report, read_case, read_cases, read_facts, read_text
from ehcp_flow.readers.fact_writer import write_facts
from ehcp_flow.readers.text_lines import LONGEST_ROW

__all__ = [
    "LONGEST_ROW",
    "Caseload",
    "FactReader",
    "Report",
    "read_case",
    "read_cases",
    "read_facts",
    "read_text",
    "write_facts",
]
