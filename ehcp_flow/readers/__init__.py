"""Files in and out: facts and cases from CSV and JSON Lines, and facts back into either.

`docs/reading-files.md` says what a file may look like, and what is refused.
"""

from ehcp_flow.readers.reading import Caseload, FactReader, Report, read_case, read_cases, read_facts, read_text
from ehcp_flow.readers.rows import LONGEST_ROW
from ehcp_flow.readers.writing import write_facts

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
