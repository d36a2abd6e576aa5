"""Ways of requests for the tests of a flow: a caseload whose lateness has a known cause, and ways made by hand."""

import datetime as dt
from functools import cache

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.forecast.request_paths import NEVER, RequestPath, paths_of
from ehcp_flow.synth import synth

AS_OF = dt.date(2026, 6, 30)


@cache
def paths(*weekly, cases=500):
    """The ways of a made-up caseload of 885, by durations, or by a queue."""
    made = group_cases(synth(cases, 11, authority="885", as_of=AS_OF, weekly=weekly))
    return tuple(path for case in made.values() for path in paths_of(answer(case, AS_OF)))


def day(text):
    return dt.date.fromisoformat(text).toordinal()


def way(received, agreed=NEVER, drafted=NEVER, ended=NEVER, how=None, asked=(), **more):
    """A request by its days, counted from 1 January 2024; its plan is due after 20 weeks."""
    start = day("2024-01-01")
    days = [each if each == NEVER else start + each for each in (received, agreed, drafted, ended)]
    advice = tuple(
        (party, start + of, came if came == NEVER else start + came) for party, of, came in asked
    )  # fmt: skip
    return RequestPath(days[0], days[0] + 140, days[1], days[2], days[3], how, asked=advice, **more)
