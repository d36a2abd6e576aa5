"""An error as a web service tells it."""

import datetime as dt
import json

import pytest

import ehcp_flow as ef
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.schemas import ProblemSchema
from ehcp_flow.store import Store
from ehcp_flow.store.errors import StoreLocked, VersionConflict
from tests.telling import fact, tell


def raised(call, *args, **named):
    with pytest.raises(EhcpFlowError) as caught:
        call(*args, **named)
    return caught.value


def test_a_refused_move_comes_with_its_reasons_and_remedies():
    error = raised(ef.record, tell("2026-03-02 request_received"), fact("2026-06-01 final_plan_sent"))
    said = ef.problem(error)
    assert (said["type"], said["status"]) == ("urn:ehcp-flow:problem:move-refused", 409)
    assert said["title"] == "The law does not allow this move now."
    assert said["detail"] == str(error)
    reasons = [each for each in said["verdict"]["reasons"] if not each["holds"]]
    assert reasons
    assert all(each["remedy"] and each["address"].startswith("https://") for each in reasons)


def test_a_conflict_says_what_was_recorded_since():
    store = Store.open("memory:")
    store.record("a", fact("2026-03-02 request_received"), seen=0, recorded_by="j.smith")
    said = ef.problem(raised(store.record, "a", fact("2026-04-01 assessment_agreed"), seen=0))
    assert (said["status"], said["seen"], said["actual"]) == (412, 0, 1)
    assert [(each["event"], each["recorded_by"]) for each in said["changed"]] == [("request_received", "j.smith")]


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (ef.FactError("plan_agreed", "on", None, "write a date"), "fact-error", 422),
        (ef.DateError("soon", "it is none"), "date-error", 422),
        (ef.UnknownNameError("case", "a", ()), "unknown-name-error", 404),
        (ef.CalendarError("closures.csv", "it is empty"), "calendar-error", 500),
        (StoreLocked("database is locked"), "store-locked", 503),
        (VersionConflict("a", 1, 2), "version-conflict", 412),
    ],
)
def test_each_error_has_its_status(error, kind, status):
    said = ef.problem(error)
    assert (said["type"], said["status"]) == (f"urn:ehcp-flow:problem:{kind}", status)


def test_no_value_of_an_error_takes_the_place_of_the_sentence():
    assert ef.problem(StoreLocked("database is locked"))["detail"].startswith("the store is locked by somebody else")


def test_whatever_an_error_keeps_is_json():
    error = EhcpFlowError("odd")
    vars(error).update(day=dt.date(2026, 3, 2), many={"a": (1, None)}, some=frozenset(("x",)), odd=Store, title="mine")
    said = ef.problem(error)
    assert json.loads(json.dumps(said)) == said
    assert (said["day"], said["many"], said["some"]) == ("2026-03-02", {"a": [1, None]}, ["x"])
    assert said["title"] != "mine"
    assert ProblemSchema(**said).model_dump() == said
