"""The SEN2 return: what a council must send each spring, made of facts, checked, and read back.

The specification of each year is data (`conversion/returns/items.toml`), shared with the reader of returns. A rule of a
return is a row of data too. Import from here alone.

Needs the extras `sen2` and `sheets`: `pip install "ehcp-flow[sen2,sheets]"`.
"""

from __future__ import annotations

from ehcp_flow.sen2.checking import check_return
from ehcp_flow.sen2.made_return import ReturnMade, header_of_return, make_return
from ehcp_flow.sen2.persons import Persons, persons_of, read_persons
from ehcp_flow.sen2.request_rows import EVENTS_TOLD, PARTICULARS_TOLD
from ehcp_flow.sen2.return_changes import FIELDS_OF_CHANGE, ReturnChange, compare_returns, told_twice
from ehcp_flow.sen2.return_figures import (
    FIELDS_OF_FIGURE,
    FigureRow,
    FiguresOfFacts,
    figure_rows,
    figures_of_return,
    return_figures,
    uncounted_values,
)
from ehcp_flow.sen2.return_reasons import events_looked_at, figures_of_facts, reasons_told
from ehcp_flow.sen2.return_rules import FIELDS_OF_FINDING, ReturnFinding, ReturnRule, by_rule, read_numbers, rules
from ehcp_flow.sen2.return_schema import schema_of
from ehcp_flow.sen2.return_writer import RETURN_FILE, write_xml
from ehcp_flow.sen2.return_year import ReturnYear

__all__ = [
    "EVENTS_TOLD",
    "FIELDS_OF_CHANGE",
    "FIELDS_OF_FIGURE",
    "FIELDS_OF_FINDING",
    "PARTICULARS_TOLD",
    "RETURN_FILE",
    "FigureRow",
    "FiguresOfFacts",
    "Persons",
    "ReturnChange",
    "ReturnFinding",
    "ReturnMade",
    "ReturnRule",
    "ReturnYear",
    "by_rule",
    "check_return",
    "compare_returns",
    "events_looked_at",
    "figure_rows",
    "figures_of_facts",
    "figures_of_return",
    "header_of_return",
    "make_return",
    "persons_of",
    "read_numbers",
    "read_persons",
    "reasons_told",
    "return_figures",
    "rules",
    "schema_of",
    "told_twice",
    "uncounted_values",
    "write_xml",
]
