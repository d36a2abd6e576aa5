"""A plan file to begin with: the figures that boards ask for, with where they stand today as their baselines."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any, Final

from ehcp_flow.measures.plan_file import PlanFile, as_written, read_plan
from ehcp_flow.measures.scorecard import CardRow, Scorecard

__all__ = ["plan_to_begin_with", "plan_written"]

_ADVICE: Final = {
    "psychological": "Psychologists' advice in 6 weeks", "medical": "Health advice in 6 weeks",
    "social_care": "Social care advice in 6 weeks",
}  # fmt: skip
_MEASURES: Final[tuple[dict[str, Any], ...]] = (
    {"id": "twenty_weeks", "title": "Plans in 20 weeks, less exceptions", "figure": "pc_plans_issued_20_weeks_ex"},
    {"id": "twenty_weeks_all", "title": "Plans in 20 weeks, all plans", "figure": "pc_plans_issued_within_20_weeks"},
    {"id": "six_weeks", "title": "Decisions to assess in 6 weeks", "figure": "request_outcome_six_weeks_pc"},
    {"id": "sixteen_weeks", "title": "Decisions in 16 weeks, less exceptions",
     "figure": "pc_decision_within_16_weeks_ex"},
    *({"id": f"{party}_advice", "title": title, "figure": {"limit": "advice", "share": "in_time", "party": party}}
      for party, title in _ADVICE.items()),
    {"id": "open_over_20_weeks", "title": "Requests open over 20 weeks", "figure": "requests_open_over_20_weeks",
     "better": "lower", "over": 1},
    {"id": "review_decisions", "title": "Review decisions in 4 weeks", "figure": "pc_review_decisions_within_4_weeks"},
    {"id": "amended_plans", "title": "Amended plans in 12 weeks", "figure": "pc_amended_within_12_weeks"},
    {"id": "reviews_incomplete", "title": "Reviews met and not completed", "figure": "reviews_incomplete",
     "better": "lower", "over": 1},
    {"id": "phase_transfers", "title": "Phase transfers finalised in time", "figure": "pc_phase_transfer_in_time",
     "over": 12},
)  # fmt: skip
_OVER: Final = 3
_HEAD: Final = """\
# A plan file of ehcp-flow: figures against targets, actions, observations; docs/before-a-board.md has each key.
# The baselines are the figures of {day}. Nobody but you can say where they are to be: fill in the targets,
# [{{by = 2027-03-31, value = 90}}, ..], take out what your board does not look at, and say who owns what is left.

title = "Our plan"
period = "month"                     # month, quarter, term, academic_year, financial_year, year
"""
_REST: Final = """
# What no case holds (audits, surveys, samples) is a measure without a figure, observed under its id:
#
# [[measure]]
# id = "audits_good"
# title = "Audits judged good"
#
# [[observation]]
# measure = "audits_good"
# on = {day}
# numerator = 41
# denominator = 50
#
# [[action]]
# id = "A1"
# title = "Recruit two educational psychologists"
# lead = "Principal EP"
# due = {due}
# serves = ["twenty_weeks"]
# steps = [{{on = {day}, rag = "amber", says = "advert out"}}]   # red, amber, green, or blue: done
"""


def plan_to_begin_with() -> PlanFile:
    """Return the plan of the figures that boards ask for, without baselines and targets."""
    return read_plan({"measure": [{"over": _OVER, **measure} for measure in _MEASURES]})


def plan_written(card: Scorecard) -> str:
    """Return a plan file in TOML with comments: that of `plan_to_begin_with`, with its figures of the day as baselines.

    `card` has collected the cases for that plan.
    """
    day = card.as_of.isoformat()
    parts = [_HEAD.format(day=day)]
    parts += [_measure(row, card.as_of) for row in card.rows]
    parts.append(_REST.format(day=day, due=card.as_of.replace(year=card.as_of.year + 1, day=1).isoformat()))
    return "\n".join(parts)


def _measure(row: CardRow, day: dt.date) -> str:
    measure, figure = row.measure, row.figure
    lines = [
        "[[measure]]", f"id = {_text(measure.id)}", f"title = {_text(row.title)}",
        f"figure = {_figure(measure.figure)}", f"better = {_text(measure.better)}",
    ]  # fmt: skip
    if figure.value is None:
        lines.append("# baseline: there was nothing to count in the time that it covers")
    else:
        of = "" if figure.denominator is None else f"   # {figure.numerator:,} of {figure.denominator:,}"
        lines.append(f"baseline = {{on = {day.isoformat()}, value = {figure.value}}}{of}")
    lines += ["targets = []", 'owner = ""']
    if measure.over > 1:
        lines.append(f"over = {measure.over}                             # periods that the figure covers")
    return "\n".join(lines) + "\n"


def _figure(figure: Any) -> str:
    if isinstance(figure, str):
        return _text(figure)
    told = as_written(figure)
    return "{" + ", ".join(f"{name} = {_text(value)}" for name, value in told.items()) + "}"


def _text(value: str) -> str:
    """Return a text as TOML writes it, which is as JSON does."""
    return json.dumps(value, ensure_ascii=False)
