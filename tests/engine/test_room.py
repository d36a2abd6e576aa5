"""One case after another in the same room: none sees what the one before left there, in this thread or another."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from ehcp_flow.calendars import Calendars
from ehcp_flow.case import Case
from ehcp_flow.deadlines import deadlines_of, judge
from ehcp_flow.engine import judged_case
from ehcp_flow.engine.case_numbers import FactRoom
from ehcp_flow.engine.choice import compiled_kernel, interpreted_kernel
from ehcp_flow.errors import CalendarError
from tests.telling import tell

DAY = dt.date(2026, 6, 30)
ASKED = "\n".join(f"2026-03-{day:02} advice_requested party=p-{day}" for day in range(2, 30))
STORIES = {
    "nothing that counts": Case("a", tell("2027-01-01 request_received").recorded),
    "one fact": tell("2026-03-02 request_received party=parent"),
    "parties": tell(f"2026-03-02 request_received\n{ASKED}"),
    "more facts than there is room for": tell(f"2026-03-02 request_received\n{ASKED}\n{ASKED.replace('-03-', '-04-')}"),
    "a body": tell("2026-03-02 advice_requested party=educational body=health"),
    "further days": tell("2026-03-02 draft_plan_sent served_on=2026-03-05\n2026-03-20 final_plan_sent"),
    "an exception": tell(
        "2026-03-02 request_received\n2026-04-01 exception_recorded outcome=absent_from_area until=2026-06-01 "
        "limit=decide_assess reason=away"
    ),
    "what the source records": tell(
        '2026-03-02 records_declared value="request_received"\n2026-03-02 request_received'
    ),
}


def told(case):
    return [each.as_dict() for each in deadlines_of(case, DAY)], judge(case, DAY).findings


@pytest.fixture(params=[interpreted_kernel, compiled_kernel])
def kernel(request, monkeypatch):
    if request.param() is None:
        pytest.skip("no kernel is compiled here")
    monkeypatch.setattr(judged_case, "kernel_in_use", request.param)


def fresh(case):
    """Return what is told of a case in a thread in which nothing was judged before."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(told, case).result()


def test_a_case_is_judged_as_it_is_alone_whatever_was_judged_before(kernel):
    alone = {name: fresh(case) for name, case in STORIES.items()}
    for before in STORIES.values():
        for name, case in STORIES.items():
            told(before)
            assert told(case) == alone[name], name


def test_rows_stay_as_they_are_when_the_next_case_is_judged(kernel):
    kept = {name: judge(case, DAY) for name, case in STORIES.items()}
    for name, case in STORIES.items():
        assert [each.as_dict() for each in kept[name].deadlines] == fresh(case)[0], name


def test_threads_have_each_a_room_of_their_own(kernel):
    cases = [*STORIES.values()] * 8
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(told, cases)] == [*map(told, cases)]


def test_a_case_that_cannot_be_judged_leaves_the_room_as_good_as_it_was(kernel):
    case, far = STORIES["one fact"], tell("2199-12-20 request_received party=parent\n2199-12-31 final_plan_sent")
    alone = fresh(case)
    with pytest.raises(CalendarError):
        deadlines_of(far, "2199-12-31", calendars=Calendars())
    assert told(case) == alone


def test_a_room_says_for_how_many_it_is():
    room = FactRoom(compiled_kernel() or interpreted_kernel(), 3)
    assert [room.holds(facts, parties) for facts, parties in ((0, 0), (1, 3), (3, 0), (4, 0), (1, 4))] == [
        False, True, True, False, False,
    ]  # fmt: skip
