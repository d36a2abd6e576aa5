"""What is reported: the Department for Education's measures, what the headline hides, and the registers.

Everything is computed from answered cases, one at a time, for the day of the answer; nothing is stored. What each
measure counts, by whose rule, and what to beware of, stands in `catalogue.toml` and in `docs/measures/`.

A figure is a row of `figures.py` and of `catalogue.toml`, a list of people's work one of `registers.py`
(`docs/measures/adding-a-measure.md`). Nothing here judges a deadline.
"""

from ehcp_flow.measures.advice import AdviceByAdviser
from ehcp_flow.measures.arithmetic import UNAVAILABLE, percent, rounded
from ehcp_flow.measures.case_groups import GROUPS, NOT_RECORDED
from ehcp_flow.measures.catalogue import RELEASES, Catalogue, Measure, MeasureColumn, catalogue
from ehcp_flow.measures.claimed_exceptions import agreed_with_parent
from ehcp_flow.measures.cohorts import Cohorts, Request
from ehcp_flow.measures.counted_case import CountedCase, answered
from ehcp_flow.measures.desk import CHANGES, DESK_COLUMNS, DESK_LISTS, OWNERS, Desk, desk
from ehcp_flow.measures.exceptions import exception_rate
from ehcp_flow.measures.extra import has_values, read_extra
from ehcp_flow.measures.figure_cells import Explanation
from ehcp_flow.measures.frames import to_pandas, to_polars
from ehcp_flow.measures.hidden_tables import DESKS, TABLES, exceptions_by_ground, table_rows
from ehcp_flow.measures.measure_table import MeasureTable, Tally, measure
from ehcp_flow.measures.periods import GRAINS, Period, between, survey_day, years
from ehcp_flow.measures.registers import (
    REGISTER_COLUMNS,
    REGISTER_DAYS,
    REGISTER_FACTS,
    REGISTER_LIMITS,
    REGISTER_WORDS,
    REGISTERS,
    Registers,
    broken_on,
    registers,
)
from ehcp_flow.measures.reviewing import Reviewing
from ehcp_flow.measures.waiting import Waiting, Workload

__all__ = [
    "CHANGES",
    "DESKS",
    "DESK_COLUMNS",
    "DESK_LISTS",
    "GRAINS",
    "GROUPS",
    "NOT_RECORDED",
    "OWNERS",
    "REGISTERS",
    "REGISTER_COLUMNS",
    "REGISTER_DAYS",
    "REGISTER_FACTS",
    "REGISTER_LIMITS",
    "REGISTER_WORDS",
    "RELEASES",
    "TABLES",
    "UNAVAILABLE",
    "AdviceByAdviser",
    "Catalogue",
    "Cohorts",
    "CountedCase",
    "Desk",
    "Explanation",
    "Measure",
    "MeasureColumn",
    "MeasureTable",
    "Period",
    "Registers",
    "Request",
    "Reviewing",
    "Tally",
    "Waiting",
    "Workload",
    "agreed_with_parent",
    "answered",
    "between",
    "broken_on",
    "catalogue",
    "desk",
    "exception_rate",
    "exceptions_by_ground",
    "has_values",
    "measure",
    "percent",
    "read_extra",
    "registers",
    "rounded",
    "survey_day",
    "table_rows",
    "to_pandas",
    "to_polars",
    "years",
]
