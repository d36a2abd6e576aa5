"""A return, put together by request, into rows of facts: one case a request, by `mapping.toml` and what follows here.

What hangs on more than one item stands here: when the plan was sent, whether it came from another authority, how it
ended, and what the return does not say of the case and so must not be taken for undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from ehcp_flow.conversion.cell_dates import read_cell_date
from ehcp_flow.conversion.returns.item_values import read_value
from ehcp_flow.conversion.returns.items import forms, tables
from ehcp_flow.conversion.returns.left_out import OUTCOMES, LeftOut
from ehcp_flow.conversion.returns.mapping import (
    ItemWords,
    ReturnFact,
    ReturnParticular,
    facts_by_table,
    notes,
    particulars_by_table,
)
from ehcp_flow.conversion.returns.records import RequestRecords, ReturnRecords, ReturnRow, name_cases
from ehcp_flow.errors import RowRefused
from ehcp_flow.particular_table import settled, value_fault
from ehcp_flow.record_table import DECLARED

__all__ = ["ReturnedFact", "facts_of_return", "when_it_ends"]

_DIGITS: Final = 3


class ReturnedFact(NamedTuple):
    """A fact as a row of text."""

    case_id: str
    authority: str | None
    event: str
    on: str
    line: int
    fact_id: str
    party: str | None = None
    outcome: str | None = None
    until: str | None = None
    made_on: str | None = None
    reviewed_on: str | None = None
    limit: str | None = None
    particular: str | None = None
    value: str | None = None
    rank: str | None = None


_ANSWERS: Final = ("assessment_agreed", "assessment_refused")
_DISPUTES: Final = (
    ("requests", "RequestMediation"), ("requests", "RequestTribunal"),
    ("assessments", "AssessmentMediation"), ("assessments", "AssessmentTribunal"),
)  # fmt: skip
"""What says that there was a dispute about whether to assess, or to issue a plan."""
_NO_PLAN: Final = (
    "no day says since when there is a plan, so no plan is made of it, nor of what stands below it and in module 5: "
    "enter the day of the plan (4.1, StartDate)"
)
_NO_END: Final = (
    "no day says when the plan ended, so its end is left out: enter the day (4.5, CeaseDate), or take the reason out"
)
_SHOWS_AN_ASSESSMENT: Final = ("assessment_agreed", "plan_refused", "final_plan_sent", "plan_transferred_in")
_PHASES: Final = {"02-14": "school", "02-15": "school", "03-30": "post16", "03-31": "post16"}
"""The days before which a plan is amended for a phase transfer, and those before them: of which phase (SR 18(1))."""


def facts_of_return(
    records: ReturnRecords, recorded: Sequence[str] = (), authority: str | None = None
) -> Iterator[ReturnedFact]:
    """Yield the facts of each request of a return, case by case; refused items go to `records.refused`.

    `recorded` are the events that the source is said to record at all, in the place of what each request shows, and
    `authority` is whose cases they are, where the return does not say so.
    """
    counted: Counter[str] = Counter({"shared_number": name_cases(records)})
    left_out = LeftOut(records.name)
    for request in records.requests:
        made = _RequestFacts(records, request, counted, records.authority or authority)
        yield from made.rows(recorded)
        if made.made:
            left_out.look_at(made.clean, made.timeless, has_request=made.has_request)
    records.notes += [f"{many:,} {notes()[key]}" for key, many in counted.items() if many]
    records.notes += left_out.told()


class _RequestFacts:
    """The facts of one request."""

    def __init__(
        self,
        records: ReturnRecords,
        request: RequestRecords,
        counted: Counter[str],
        authority: str | None,
    ) -> None:
        self.records = records
        self.request = request
        self.case_id = request.case_id
        self.counted = counted
        self.dates = forms()[records.form].dates
        self.made: list[ReturnedFact] = []
        self.names: Counter[str] = Counter()
        self.authority = authority
        self.came_on_no_day = False
        self.has_request = False
        self.has_plan = False
        self.clean: dict[str, list[ReturnRow]] = {}
        self.timeless: list[tuple[str, str]] = []
        # Requests, assessments and plans are told up to the last day of a calendar year.
        self.told_up_to = "" if records.year is None else f"{records.year - 1}-12-31"

    def rows(self, recorded: Sequence[str]) -> list[ReturnedFact]:
        """Return every fact of the request, the declaration of what is recorded first."""
        request = self.request
        whole = (
            ("requests", [request.request]),
            ("assessments", [request.assessment]),
            ("named_plans", [request.named_plan]),
            ("plan_details", request.plan_details),
            ("active_plans", [request.active_plan]),
            ("placements", request.placements),
            ("needs", request.needs),
        )
        clean = {table: [self._checked(table, row) for row in rows if row is not None] for table, rows in whole}
        self.clean = clean
        self.first_of = {table: rows[0] for table, rows in clean.items() if rows}
        came = self._plan()
        self._what_hangs_on_no_day()
        for table, rows in clean.items():
            for row in rows:
                for rule in facts_by_table().get(table, ()):
                    self._fact(rule, row, came)
        if any(self._value(table, item) == "yes" for table, item in _DISPUTES):
            self.counted["disputed"] += 1
        self._exception()
        self._end()
        phase = self._phase_transfer()
        if not any(row.particular is None for row in self.made):
            why = "it has no day of a request, a decision or a plan, so there is no fact to make of it"
            self._refuse(request.request, "Requests", None, why)
            return []
        first = min(_first_day(row.on) for row in self.made if row.particular is None)
        if phase:
            self._keep("phase_transfer_date", phase, self.first_of["active_plans"].line, self.told_up_to or first)
        self._outcomes(first)
        for table, rows in clean.items():
            for row in rows:
                for held in particulars_by_table().get(table, ()):
                    self._particular(held, row, first)
        events = " ".join(recorded or self._recorded(clean))
        line = request.request.line
        told = ReturnedFact(
            self.case_id, self.authority, DECLARED, first, line, f"{self.case_id}/{DECLARED}-{first}", value=events
        )
        return [told, *self.made]

    def _checked(self, table: str, row: ReturnRow) -> ReturnRow:
        """Return a row with its days as days and its codes as they are written; what is none is refused and gone."""
        values = {}
        for item in tables()[table].items:
            given = row.values.get(item.name)
            if given is None or item.personal:
                continue
            taken, fault = read_value(item, given, self.dates)
            if fault:
                self._refuse(row, item.name, given, fault)
            else:
                values[item.name] = taken
        return ReturnRow(values, row.file, row.line, row.lines)

    def _value(self, table: str, item: str) -> str:
        row = self.first_of.get(table)
        return row.values.get(item, "") if row is not None else ""

    def _refuse(self, row: ReturnRow, item: str, value: str | None, why: str) -> None:
        line = row.lines.get(item, row.line)
        self.records.refused.append(RowRefused(row.file, line, item, value, why, self.case_id))

    def _add(self, row: ReturnedFact) -> None:
        self.names[row.fact_id] += 1
        self.has_request |= row.event == "request_received"
        again = self.names[row.fact_id]
        self.made.append(row if again == 1 else row._replace(fact_id=f"{row.fact_id}#{again}"))

    def _make(self, event: str, on: str, line: int, *, day: bool = False, **more: Any) -> None:
        fact_id = f"{self.case_id}/{event}{f'-{on}' if day else ''}"
        self._add(ReturnedFact(self.case_id, self.authority, event, on, line, fact_id)._replace(**more))

    def _plan(self) -> bool:
        """Make the plan's own fact; return whether the request is only how a plan came that another authority made."""
        outcome = self._value("assessments", "AssessmentOutcome")
        issued = self._value("assessments", "AssessmentOutcomeDate") if outcome in {"Y", "H"} else ""
        starts = self._value("named_plans", "StartDate")
        if issued and starts and issued != starts:
            self.counted["days_differ"] += 1
        on = starts or issued
        self.has_plan = bool(on)
        if not on:
            return False
        line = self.first_of["named_plans" if starts else "assessments"].line
        came_from = self._value("active_plans", "TransferLA")
        if not came_from or outcome not in {"H", ""}:
            self._make("final_plan_sent", on, line)
            return False
        received = self._value("requests", "ReceivedDate")
        if received > on:
            reviewed = self._value("active_plans", "LastReview")
            reviewed_on = reviewed if on <= reviewed <= received else None
            self._make("plan_transferred_in", received, line, made_on=on, reviewed_on=reviewed_on)
            return True
        self.counted["day_of_transfer"] += 1
        self.came_on_no_day = True
        self._make("final_plan_sent", on, line, authority=came_from if _is_number(came_from) else None)
        return False

    def _what_hangs_on_no_day(self) -> None:
        """Refuse a plan, what was done about one, and the reason of its end, that lack the day they hang on."""
        plan, active = (next(iter(self.clean[table]), None) for table in ("named_plans", "active_plans"))
        asked, assessment = self.request.named_plan, self.request.assessment
        tells_plans = self.records.form == "xml" or self.records.has >= {"assessments", "named_plans"}
        is_given = asked is not None and "StartDate" in asked.values
        is_given |= assessment is not None and "AssessmentOutcomeDate" in assessment.values
        row = plan or active
        if row is not None and not self.has_plan and tells_plans and not is_given:
            self._refuse(row, "StartDate", None, _NO_PLAN)
        if plan is not None and "CeaseReason" in plan.values and asked is not None and "CeaseDate" not in asked.values:
            self._refuse(plan, "CeaseReason", plan.values.pop("CeaseReason"), _NO_END)

    def _fact(self, rule: ReturnFact, row: ReturnRow, came: bool) -> None:  # noqa: FBT001 - a verdict of one caller
        """Make the fact of a rule out of a row, if the row is one."""
        on = row.values.get(rule.on)
        if on is None or (came and rule.event == "request_received"):
            return
        if any(row.values.get(item) not in values for item, values in rule.when.items()):
            return
        if came and self.made and rule.event == "review_decision_sent" and on == self.made[0].reviewed_on:
            # The other authority's: the plan brought its day along, and what was decided is kept beside it.
            if outcome := row.values.get("ReviewOutcome"):
                self._keep("last_review_outcome", outcome, row.line, on)
            return
        more: dict[str, str | None] = {}
        for name, coded in (("party", rule.party), ("outcome", rule.outcome)):
            if coded is not None:
                more[name] = self._word(coded, row)
        if rule.outcome is not None and more["outcome"] is None:
            self.counted["no_outcome"] += 1
            self._keep("last_review", on, row.line, on)
            return
        self._make(rule.event, on, row.line, day=rule.id_day, **more)

    def _word(self, coded: ItemWords, row: ReturnRow) -> str | None:
        """Return what a code means, None where there is none; one that is not known is refused."""
        if coded.item is None:
            return coded.value
        given = row.values.get(coded.item)
        if given is None or given in coded.values:
            return coded.values.get(given or "")
        self._refuse(row, coded.item, given, f"it is no code of this item; write one of {', '.join(coded.values)}")
        return None

    def _exception(self) -> None:
        if self._value("assessments", "Week20") == "yes":
            days = (self._value("requests", "ReceivedDate"), *(row.on for row in self.made))
            on = next(filter(None, days), "")
            if on:
                line = self.first_of["assessments"].line
                self._make("exception_recorded", on, line, outcome="not_stated", limit="final_plan")

    def _end(self) -> None:
        """Make the fact of how the plan ended; the return gives the day and, as a code, why."""
        on = self._value("named_plans", "CeaseDate")
        if on:
            reason = self._value("named_plans", "CeaseReason")
            line = self.first_of["named_plans"].line
            self._make("plan_transferred_out" if reason == "5" else "plan_ceased", on, line)
            if reason == "8":
                self._make("died", on, line)

    def _phase_transfer(self) -> str:
        """Make the fact of a phase transfer whose last day says in which calendar year it is; return any other day."""
        due = self._value("active_plans", "PhaseTransferDueDate")
        phase = _PHASES.get(due[5:])
        if phase is not None:
            line = self.first_of["active_plans"].line
            self._make("phase_transfer_due", f"{due[:4]}-09", line, day=True, outcome=phase)
            return ""
        self.counted["day_of_phase"] += bool(due)
        return due

    def _keep(self, name: str, value: str, line: int, on: str) -> None:
        """Keep what the return says and no fact can, as a particular."""
        fact_id = f"{self.case_id}/{name}-{on}"
        event = "particular_recorded"
        self._add(ReturnedFact(self.case_id, self.authority, event, on, line, fact_id, particular=name, value=value))

    def _outcomes(self, first: str) -> None:
        """Keep the outcomes of which the return gives no day, as they were on the last day of its year."""
        last = max(self.told_up_to, first)
        decided = any(row.event in _SHOWS_AN_ASSESSMENT for row in self.made)
        for table, name, item, day in OUTCOMES:
            outcome = self._value(table, item)
            if outcome == "H":
                # What was decided before the year is seen by what came of it, where anything did.
                is_told = decided if table == "requests" else self.has_plan and not self.came_on_no_day
            else:
                is_told = bool(self._value(table, day)) and outcome != "A"
            if outcome and not is_told and not self.told_up_to:
                self.timeless.append((table, item))
            elif outcome and not is_told:
                self._keep(name, outcome, self.first_of[table].line, last)

    def _particular(self, rule: ReturnParticular, row: ReturnRow, first: str) -> None:
        """Make a particular out of a row, if the row says it."""
        given = [(item, row.values[item]) for item in rule.item if item in row.values]
        if not given:
            return
        if len(given) > 1:
            self.counted["further_codes"] += 1
        item, text = given[0]
        value = settled(rule.name, text)
        if value is None:
            self._refuse(row, item, text, value_fault(rule.name, text) or "it is no value of this item")
            return
        if rule.name == "rya" and value == "yes":
            self.counted["in_accommodation"] += 1
        # What a plan names holds from the plan's day on, which stands in the row above.
        on = (row.values.get(rule.on) or self._value("named_plans", rule.on) if rule.on else "") or first
        until = row.values.get(rule.until) if rule.until else None
        if rule.of_year and first <= self.told_up_to:
            on, until = max(first, f"{self.told_up_to[:4]}-01-01"), self.told_up_to
        rank = row.values.get(rule.rank) if rule.rank else None
        dated = f"-{on}" if rule.until or rule.of_year else ""
        fact_id = f"{self.case_id}/{rule.name}{f'-{rank}' if rank == '2' else ''}{dated}"
        self._add(
            ReturnedFact(
                self.case_id, self.authority, "particular_recorded", on, row.line, fact_id,
                until=until, particular=rule.name, value=value, rank=rank,
            )
        )  # fmt: skip

    def _recorded(self, clean: dict[str, list[ReturnRow]]) -> Iterator[str]:
        """Yield the events of which the return would say that they happened in this case.

        What it does not say is not to be taken for undone: a decision of an earlier year has no day here, a request
        that was withdrawn has none of that, and of reviews it has the last one alone.
        """
        yield "request_received"
        request, assessment = self._value("requests", "RequestOutcome"), self._value("assessments", "AssessmentOutcome")
        decided = {row.event for row in self.made}
        gone = "W" in {request, assessment} or bool(self._value("requests", "Exported"))
        answered = request in {"Y", "N", "A"} or not decided.isdisjoint(_ANSWERS)
        if answered and not (request == "A" and gone):
            yield from _ANSWERS
        if assessment in {"N", "A"} and not gone:
            yield "plan_refused"
        told = "assessments" in self.records.has or request in {"A", "N"}
        if "final_plan_sent" in decided or (told and not gone and (assessment or request) in {"Y", "N", "A"}):
            yield "final_plan_sent"
        if clean["named_plans"]:
            yield "plan_ceased"


def _first_day(on: str) -> str:
    return on if len(on) > len("2024-04") else f"{on}-01"


def _is_number(text: str) -> bool:
    return len(text) == _DIGITS and text.isdecimal() and text.isascii()


def when_it_ends(records: ReturnRecords) -> Iterator[str]:
    """Yield up to which days a return tells: what was done after them, it cannot say."""
    year = records.year
    if year is None:
        return
    survey = read_cell_date(records.header.get("ReferenceDate", ""), forms()[records.form].dates).day
    whose = f" of {records.authority}" if records.authority else ""
    reviews = f", reviews and placements up to {survey}" if survey else ""
    yield (
        f"the return of {year}{whose}: requests, assessments and plans up to {year - 1}-12-31{reviews}; ask with "
        f"--as-of {year - 1}-12-31{f' or {survey}' if survey else ''}"
    )
