"""What a call leaves out it says: by an error, by a warning, or in a list of the caller's."""

import polars as pl
import pytest

from ehcp_flow.bulk import counts, deadlines_frame, findings_frame, iter_rows, measure, states_frame, tables
from ehcp_flow.errors import CalendarError, EhcpFlowError, RowRefused, UnknownNameError
from ehcp_flow.readers import read_text
from tests.telling import tell

AS_OF = "2026-06-30"
BAD = pl.DataFrame(
    {
        "case_id": ["a", "b", "a"],
        "event": ["request_received", "request_recieved", "final_plan_sent"],
        "on": ["2026-01-05", "2026-01-06", "soon"],
    }
)
CALLS = {
    "counts": lambda source, **how: counts(source, AS_OF, **how),
    "deadlines_frame": lambda source, **how: deadlines_frame(source, AS_OF, **how),
    "findings_frame": lambda source, **how: findings_frame(source, AS_OF, **how),
    "iter_rows": lambda source, **how: list(iter_rows(source, AS_OF, **how)),
    "measure": lambda source, **how: list(measure(source, AS_OF, **how)),
    "states_frame": lambda source, **how: states_frame(source, AS_OF, **how),
    "tables": lambda source, **how: tables(source, AS_OF, **how)["facts"].rows(),
}


@pytest.fixture(params=CALLS)
def call(request):
    return CALLS[request.param]


def test_a_refused_row_is_raised_unless_the_caller_says_otherwise(call):
    with pytest.raises(RowRefused, match="did you mean request_received"):
        call(BAD)


def test_refused_rows_are_collected_and_the_others_answered(call):
    left_out: list[RowRefused] = []
    answered = call(BAD, refused=left_out)
    assert [(row.case_id, row.column) for row in left_out] == [("b", "event"), ("a", "on")]
    good = call(BAD.head(1))
    assert answered.equals(good) if isinstance(good, pl.DataFrame) else answered == good


def test_refused_rows_are_warned_of_in_one_sentence(call):
    with pytest.warns(UserWarning, match="left out of the answer: .*request_recieved.*and 1 more") as told:
        call(BAD, refused="warn")
    assert len(told) == 1


def test_nothing_is_said_where_nothing_is_left_out(call, recwarn):
    call(BAD.head(1), refused="warn")
    assert not recwarn.list
    with pytest.raises(UnknownNameError, match="raise"):
        call(BAD.head(1), refused="ignore")


def test_a_case_that_cannot_be_judged_is_left_out_as_loudly():
    cases = [tell("2150-01-04 mediation_declined", "far"), tell("2026-01-05 request_received")]
    with pytest.raises(CalendarError):
        deadlines_frame(cases, "2199-01-01")
    left_out: list[EhcpFlowError] = []
    frame = deadlines_frame(cases, "2199-01-01", refused=left_out)
    assert frame["case_id"].unique().to_list() == ["a"]
    assert [type(error) for error in left_out] == [CalendarError]


def test_read_cases_collects():
    text = "case_id,event,on\na,request_received,2026-01-05\nb,request_recieved,2026-01-06\n"
    assert len(read_text(text).refused) == 1
    assert list(read_text(text)) == ["a"]
    with pytest.raises(RowRefused):
        read_text(text).raise_if_refused()
