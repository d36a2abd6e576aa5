"""The kernel interpreted, and compiled with its bounds checked, on the same cases.

The compiled kernel that is installed checks no bounds. This one does: it raises IndexError where it reads or writes
outside a table, and where the interpreted one would take a negative place for one from the end.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final, TypeAlias
from unittest.mock import patch

from hypothesis import strategies as st

from ehcp_flow.bulk import iter_rows, states_frame
from ehcp_flow.bulk import measure as measure_in_bulk
from ehcp_flow.calendars import england as calendars
from ehcp_flow.case import Case
from ehcp_flow.engine.choice import Kernel, interpreted_kernel, source
from ehcp_flow.engine.judged_case import JudgedCase, judge_case
from ehcp_flow.engine.kernel import COLUMNS
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.facts import Fact
from ehcp_flow.law import england
from ehcp_flow.measures import measure
from ehcp_flow.testing.strategies import facts, lives
from hatch_build import compile_kernel
from tests.bulk.agreeing import LAWFUL, caseloads, crowds, renamed
from tests.bulk.comparing import counted_in

Everything: TypeAlias = tuple[list[list[int]], dict[int, int]]
Told: TypeAlias = list[dict[str, Any]]
YEARS: Final = (2019, 2021)

ENGINE: Final = Path(interpreted_kernel().module.__file__ or "").parent


def checked_kernel(folder: Path) -> Kernel:
    """Compile the kernel with its bounds checked, and load it. Raises NotCompiledError where that cannot be done."""
    # Not optimised: that takes more than half of the time of the compiler, and of these tests.
    with patch.dict(os.environ, CFLAGS=f"{os.environ.get('CFLAGS', '')} -O0"):
        library = compile_kernel(ENGINE, folder, checked=True)
    spec = spec_from_file_location("ehcp_flow.engine._kernel", library)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    assert source() == module.SOURCE
    return Kernel("compiled", module)


@contextmanager
def using(kernel: Kernel) -> Iterator[None]:
    """Let a kernel judge, for one case and for many."""
    with (
        patch("ehcp_flow.engine.judged_case.kernel_in_use", lambda: kernel),
        patch("ehcp_flow.bulk.kernel_columns.kernel_in_use", lambda: kernel),
        patch("ehcp_flow.bulk.histories.kernel_in_use", lambda: kernel),
        patch("ehcp_flow.bulk.figure_columns.kernel_in_use", lambda: kernel),
    ):
        yield


def everything(judged: JudgedCase) -> Everything:
    """Return every row that a kernel wrote, and what it noted of the exceptions."""
    rows = [[judged.value(column, row) for column in range(COLUMNS)] for row in (*judged.rows, *judged.without_law)]
    return rows, dict(judged.noted)


def compare(kernel: Kernel, cases: Sequence[Case], as_of: dt.date) -> int:
    """Assert that a kernel gives the interpreted one's rows, one case at a time and all at once; return how many.

    So do the states and the figures that come of them, and those are the same one case at a time.
    """
    expected, in_bulk, states, figures = judged_by(interpreted_kernel(), cases, as_of)
    assert judged_by(kernel, cases, as_of) == (expected, in_bulk, states, figures)
    assert figures == counted_in(measure(cases, by=("adviser", "quarter"), as_of=as_of, year=YEARS))
    return sum(len(rows) for rows, _ in expected)


def judged_by(kernel: Kernel, cases: Sequence[Case], as_of: dt.date) -> tuple[list[Everything], Told, Told, list[Any]]:
    """Return what a kernel writes of cases, one at a time and all at once, and the states and figures of them."""
    book = compiled(england())
    with using(kernel):
        return (
            [everything(judge_case(case, as_of, book, calendars())) for case in cases],
            list(iter_rows(cases, as_of, refused=[])),
            states_frame(cases, as_of, refused=[]).rows(named=True),
            counted_in(measure_in_bulk(cases, as_of, by=("adviser", "quarter"), year=YEARS)),
        )


@st.composite
def long_lives(draw: st.DrawFn, *, most: int = 400) -> Case:
    """Cases of hundreds of facts and of many parties: a few facts told again and again, on other days."""
    told: list[Fact] = draw(st.lists(facts(LAWFUL), min_size=3, max_size=30))
    chance = draw(st.randoms(use_true_random=True))
    length = draw(st.integers(most // 4, most))
    years = draw(st.sampled_from([30, 400, 4000]))
    parties = [f"s-{number}" for number in range(draw(st.sampled_from([2, 60, most])))]
    made = []
    for fact in chance.choices(told, k=length):
        changed: dict[str, Any] = {"on": dt.date(2015, 1, 1) + dt.timedelta(days=chance.randrange(years))}
        if fact.event.startswith(("advice_", "school_")):
            changed["party"] = chance.choice(parties)
        made.append(fact.model_copy(update=changed))
    return Case("a", tuple(made))


def hostile(*, most: int = 400) -> st.SearchStrategy[list[Case]]:
    """Return a strategy for caseloads of every kind, a long life among short ones."""
    long = st.tuples(st.one_of(crowds(max_size=45), lives()), long_lives(most=most), lives())
    return st.one_of(caseloads(), long.map(lambda told: [renamed(case, f"case {at}") for at, case in enumerate(told)]))
