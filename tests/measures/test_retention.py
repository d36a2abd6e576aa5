"""Which cases have come to the end of their retention."""

import pytest

from ehcp_flow.errors import RangeError
from ehcp_flow.measures.retention import retention
from tests.telling import tell

OVER = "2010-03-02 request_received; 2010-06-01 final_plan_sent"
APPEALED = """
    2010-03-02 request_received
    2010-04-12 assessment_refused
    2010-05-11 appeal_registered
"""


def kept(chronology, as_of, **named):
    (found,) = retention([tell(chronology)], as_of, **named)
    return found


@pytest.mark.parametrize(
    ("born", "as_of", "years", "until", "ended"),
    [
        ("2004-05-06", "2035-05-05", 31, "2035-05-06", False),
        ("2004-05-06", "2035-05-06", 31, "2035-05-06", False),
        ("2004-05-06", "2035-05-07", 31, "2035-05-06", True),
        ("2004-05-06", "2029-05-07", 25, "2029-05-06", True),
        ("2004-02-29", "2035-03-01", 31, "2035-03-01", False),
        ("2004-02-29", "2035-03-02", 31, "2035-03-01", True),
        ("2004-02", "2035-03-01", 31, "2035-03-01", False),
    ],
)
def test_a_case_is_kept_up_to_a_birthday(born, as_of, years, until, ended):
    found = kept(f"{OVER}; {born} date_of_birth", as_of, years=years)
    assert (str(found.keep_until), found.ended, found.may_go, found.held_by) == (until, ended, ended, ())


def test_an_appeal_that_is_open_holds_it_and_one_that_has_ended_does_not():
    open_still = kept(f"{APPEALED}; 2000-01-01 date_of_birth", "2035-01-01")
    assert (open_still.ended, open_still.may_go) == (True, False)
    assert open_still.held_by == ("APPEALED: assessment_refused of 2010-04-12",)
    over = kept(f"{APPEALED}; 2000-01-01 date_of_birth; 2010-06-01 appeal_withdrawn", "2035-01-01")
    assert (over.held_by, over.may_go) == ((), True)


def test_of_two_dates_of_birth_the_later_one_counts_and_without_one_nothing_can_be_said():
    two = kept(f"{OVER}; 2004-05-06 date_of_birth; 2005-05-06 date_of_birth", "2035-06-01")
    assert (str(two.keep_until), two.ended) == ("2036-05-06", False)
    none = kept(OVER, "2099-01-01")
    assert (none.born, none.keep_until, none.ended, none.may_go) == (None, None, False, False)
    assert none.as_dict()["keep_until"] is None


@pytest.mark.parametrize("years", [0, 151])
def test_a_number_of_years_that_cannot_be_is_refused(years):
    with pytest.raises(RangeError, match="years"):
        kept(OVER, "2035-01-01", years=years)
