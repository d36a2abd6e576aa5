"""A scenario: what is changed about the capacity of advisers and about demand, read from a TOML file.

    title = "Two more psychologists"
    [[capacity]]
    of = "psychological"
    weekly = 27                  # or change = "+5", or change = "-10 %"
    from = 2026-09-01
    until = 2027-03-31           # optional
    [[demand]]
    change = "+10 %"
    from = 2026-09-01

A capacity is what an adviser can finish a week: it makes a queue before that adviser, worked off in turn. One that is
changed needs a queue in the record, from whose pace it is counted.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ehcp_flow.errors import TomlFileError, UnknownNameError
from ehcp_flow.forecast.adviser_queues import Pace, Queue, queue_of
from ehcp_flow.forecast.demand import HistoryTooShort
from ehcp_flow.forecast.flow import Flow
from ehcp_flow.forecast.request_paths import NEVER
from ehcp_flow.law.toml_files import SourceFile, read_toml

__all__ = ["Capacity", "DemandChange", "Scenario", "ScenarioFileError", "ScenarioFileMissing", "read_scenario"]

_CHANGE: Final = re.compile(r"([+-])\s*(\d+(?:\.\d+)?)\s*(%?)")
_WEEK: Final = 7
_LOOKED: Final = 16
"""Over so many weeks the pace of an adviser without a queue is taken."""


class ScenarioFileError(TomlFileError):
    """A scenario file is wrong."""


class ScenarioFileMissing(ScenarioFileError):
    """A scenario file that is not there, or that may not be read."""

    exit_code = UnknownNameError.exit_code


def _change(text: str) -> str:
    if _CHANGE.fullmatch(text) is None:
        raise ValueError('write a change as "+5", "-3" or "+10 %"')
    return text


Change = Annotated[str, AfterValidator(_change)]


def _changed(value: float, change: str) -> float:
    """Return a number after a change such as `+5` or `-10 %`, never below nought."""
    found = _CHANGE.fullmatch(change)
    assert found is not None, "the model has looked at it"  # noqa: S101
    by = float(found[2]) * (value / 100 if found[3] else 1)
    return max(value + (by if found[1] == "+" else -by), 0.0)


class _ScenarioRow(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    begins: dt.date = Field(alias="from")
    until: dt.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until < self.begins:
            raise ValueError("until is before from")
        return self

    @property
    def days(self) -> tuple[int, int]:
        """The first and the last day of it, as ordinals."""
        return self.begins.toordinal(), NEVER if self.until is None else self.until.toordinal()


class Capacity(_ScenarioRow):
    """How many cases an adviser can finish a week for a time: `weekly`, or what it is now with a `change`."""

    of: str
    weekly: float | None = Field(default=None, ge=0)
    change: Change | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.weekly is None) == (self.change is None):
            raise ValueError('give weekly = 27, or change = "+5": one of them')
        return self


class DemandChange(_ScenarioRow):
    """How many more or fewer requests come for a time, as a share of those that were expected."""

    change: Change

    @model_validator(mode="after")
    def _of_a_hundred(self) -> Self:
        if not self.change.endswith("%"):
            raise ValueError('demand changes by a share: write change = "+10 %"')
        return self


class Scenario(BaseModel):
    """What is changed, and what it is called."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: str = Field(min_length=1)
    capacity: tuple[Capacity, ...] = Field(default=(), strict=False)
    demand: tuple[DemandChange, ...] = Field(default=(), strict=False)

    def demand_on(self) -> list[tuple[float, int, int]]:
        """Return by which factor requests differ from what was expected, from a day to another, as ordinals."""
        return [(_changed(100, each.change) / 100, *each.days) for each in self.demand]

    def queues(self, flow: Flow) -> list[Queue]:
        """Return the queues before advisers, those of the record and those of the scenario.

        Raises UnknownNameError for an adviser whom no request asked, HistoryTooShort where the pace that a change is
        counted from is not in the record.
        """
        queues = {queue.party: queue for queue in flow.queues}
        for each in self.capacity:
            queue = queues.get(each.of)
            if queue is None:
                queue = _without_queue(flow, each)
            weekly = each.weekly if each.change is None else _changed(queue.weekly, each.change)
            assert weekly is not None, "the model has looked at it"  # noqa: S101
            since, until = each.days
            queues[each.of] = queue._replace(changes=(*queue.changes, Pace(weekly, since, until)))
        return list(queues.values())


def _without_queue(flow: Flow, capacity: Capacity) -> Queue:
    """Return the queue before an adviser of whom the record shows none: so far as many were answered as were."""
    parties = {party for path in flow.paths for party, _, _ in path.asked}
    if capacity.of not in parties:
        raise UnknownNameError("adviser", capacity.of, parties)
    if capacity.change is not None:
        wanted = f"a queue before {capacity.of}, or weekly = N in the scenario"
        raise HistoryTooShort(f"change = {capacity.change!r}", "answers came as the work took, not in turn", wanted)
    queue = queue_of(capacity.of, flow.paths, 0.0)
    lately = (queue.came > flow.today - _LOOKED * _WEEK) & (queue.came <= flow.today)
    return queue._replace(weekly=float(lately.sum()) / _LOOKED)


def read_scenario(scenario: str | os.PathLike[str] | Mapping[str, Any]) -> Scenario:
    """Return a scenario: from a path, or out of a dict of the same keys.

    Raises ScenarioFileError with file, key and line for what is wrong, ScenarioFileMissing where there is none.
    """
    if isinstance(scenario, Mapping):
        file = SourceFile("scenario", "", dict(scenario), ScenarioFileError)
    else:
        file = read_toml(Path(scenario), ScenarioFileError, ScenarioFileMissing)
    try:
        return Scenario.model_validate(file.data)
    except ValidationError as error:
        file.refuse_first(error, model=Scenario)
