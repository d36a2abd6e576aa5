"""Proposing a convert file for a sheet: what its headings and its cells let one say, and what has to be asked.

Nothing is converted by a proposal that still asks something, and nothing is in it without standing there: a column that
is not understood is a comment.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from ehcp_flow.conversion.cell_dates import DateOrder, read_cell_date
from ehcp_flow.conversion.convert_file import LEAVE_OUT
from ehcp_flow.conversion.headings import KnownHeading, known_headings
from ehcp_flow.conversion.sheet import HeadedSheet, RawSheet, heading_key
from ehcp_flow.facts import COLUMNS, REQUIRED
from ehcp_flow.outputs import Kind
from ehcp_flow.readers.row_tables import column_of

__all__ = ["CONVERT_FILE", "Proposal", "propose"]

_FIRST_LINE: Final = "# A convert file for "
_NOTHING: Final = (
    "n/a",
    "na",
    "tbc",
    "tba",
    "-",
    "--",
    "none",
    "nil",
    "unknown",
    "not known",
    "pending",
    "awaiting",
    "?",
    "n/k",
    "nk",
    # What a spreadsheet shows of a formula that came to nothing, and of a day that is zero.
    "#n/a",
    "#ref!",
    "#value!",
    "#name?",
    "#div/0!",
    "00/01/1900",
)
_MOSTLY: Final = 0.6
"""From which share of its cells on a column is one of days."""
_MOST_WORDS: Final = 12
_SEVERAL: Final = 2
_BARE: Final = ("received", "requested", "date received", "date requested", "received date")
"""Headings that say what was done and not what it was done to: alone they are the request's, under another's not."""
_OF_THE_PERSON: Final = {
    "personal": "of the person; no fact needs it",
    "birth": 'of the person; what goes by age needs it: a [[fact]] of event = "date_of_birth"',
}
_OF_THE_REQUEST: Final = ("", "child", "pupil", "request", "referral", "assessment", "ehcna", "request for assessment")
_NUMBERED: Final = re.compile(r"(?P<name>.*) \((?P<number>[0-9]+)\)")
"""How a heading is told apart that stands there before."""


def _is_ours(file: BinaryIO) -> bool:
    return file.readline(200).startswith(_FIRST_LINE.encode())


CONVERT_FILE: Final = Kind("a convert file that was proposed", "columns.toml", _is_ours)


class Proposal(NamedTuple):
    """A convert file as text, and its columns: `understood` with what each means, `asked`, `left_out` with why.

    `facts` is how many kinds of facts it makes: by one that makes none nothing can be converted.
    """

    text: str
    understood: Mapping[str, str]
    asked: Mapping[str, str]
    left_out: Mapping[str, str]
    facts: int = 0


def propose(raw: RawSheet) -> Proposal:
    """Return a convert file for a sheet. Raises SourceError where it holds nothing that could be one."""
    sheet = raw.under(None, known_headings())
    return _Proposing(sheet, raw.sheet, _groups(raw, sheet)).run()


def _groups(raw: RawSheet, sheet: HeadedSheet) -> Mapping[str, str]:
    """Return under which merged cells each column stands, where the row above the header has several."""
    at = sheet.first - 2
    above = raw.rows[at - 1] if at > 0 else []
    if sum(map(bool, above)) < _SEVERAL:
        return {}
    found, group = {}, ""
    for place, name in enumerate(sheet.columns):
        group = (above[place] if place < len(above) else "") or group
        found[name] = group
    return found


class _Column(NamedTuple):
    """A column: its heading, what that means, its cells that say something, and the share of them that are days.

    `number` is 2 for the second column of one heading: a sheet that has its reviews side by side repeats them.
    """

    name: str
    number: int
    means: KnownHeading | None
    cells: list[str]
    days: float
    orders: frozenset[DateOrder]


class _Proposing:
    def __init__(self, sheet: HeadedSheet, called: str | None, groups: Mapping[str, str]) -> None:
        self.sheet = sheet
        self.groups = groups
        self.called = called
        self.events: dict[str, None] = {}
        self.columns = [self._looked_at(name) for name in sheet.columns]
        self.understood: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        self.left_out: dict[str, str] = {}
        self.questions: list[str] = []
        self.comments: list[str] = []

    def run(self) -> Proposal:
        """Return the proposal."""
        facts = [*self._rows_of_facts(), *(text for each in self.columns for text in self._facts(each))]
        carried = self._carried()
        lines = [
            f"{_FIRST_LINE}{Path(self.sheet.name).name}, as its headings and cells were understood.",
            "# Read it before you use it.",
            *self._ids(),
            *self._authority(),
            *([f"sheet = {_quoted(self.called)}"] if self.called is not None else []),
            f"header = {self.sheet.first - 1}",
            *self._dates(),
            *self._empty(),
            *self._records(),
            "",
            *(line for text in facts for line in (text, "")),
            *(["[carry]", *carried, ""] if carried else []),
            *(line for text in self.questions for line in (text, "")),
            *self.comments,
        ]
        text = "\n".join(lines).rstrip() + "\n"
        return Proposal(text, self.understood, self.asked, self.left_out, facts=len(facts))

    def _looked_at(self, name: str) -> _Column:
        cells = [cell for cell in self.sheet.columns[name].to_list() if cell and cell.casefold() not in _NOTHING]
        read = [read_cell_date(cell, DateOrder.DAY_FIRST) for cell in cells]
        # One in the other order is a day that was meant.
        days = sum(not each.fault or each.order is not None for each in read)
        orders = frozenset(each.order for each in read if each.order is not None)
        shown = _NUMBERED.fullmatch(name)
        number = int(shown["number"]) if shown is not None and shown["name"] in self.sheet.columns else 1
        means = self._means(name, shown["name"] if shown is not None and number > 1 else name)
        return _Column(name, number, means, cells, days / len(cells) if cells else 0, orders)

    def _means(self, name: str, heading: str) -> KnownHeading | None:
        """Return what a heading means under the merged cells above it; or a question."""
        group = self.groups.get(name, "")
        own = known_headings().get(heading_key(heading))
        grouped = known_headings().get(heading_key(f"{group} {heading}")) if group else None
        if grouped is not None:
            return grouped
        if heading_key(heading) not in _BARE or (name == heading and heading_key(group) in _OF_THE_REQUEST):
            return own
        of_what = f"of what is that the day? It stands under {group}" if group else "of what is that the day?"
        return KnownHeading(says=(), ask=of_what, choices=("request_received", LEAVE_OUT))

    def _ids(self) -> Iterator[str]:
        found = next((each for each in self.columns if each.means is not None and each.means.role == "case_id"), None)
        if found is not None:
            self.understood[found.name] = "whose row it is"
            yield f"case_id = {_quoted(found.name)}"
            return
        distinct = [each.name for each in self.columns if each.cells and len(set(each.cells)) == len(each.cells)]
        self._ask("case_id", "which column says whose row it is?", distinct or list(self.sheet.columns))
        yield "case_id = []  # a question below asks for it"

    def _authority(self) -> Iterator[str]:
        for column in self.columns:
            if column.means is not None and column.means.role == "authority":
                self.understood[column.name] = "the authority's number"
                yield f"authority = {{column = {_quoted(column.name)}}}"
                return
        yield "# authority = 885  # the local authority's three-digit number, the same for every row"

    def _dates(self) -> Iterator[str]:
        """Declare how days are written: as the cells prove, or as a question asks."""
        taken = [each for each in self.columns if each.name in self.understood or each.name in self.asked]
        orders = [order for each in taken for order in each.orders]
        proved = set(orders)
        if proved == {DateOrder.MONTH_FIRST}:
            yield 'dates = "month first"  # some cells can only be read so'
        elif DateOrder.MONTH_FIRST in proved:
            month = [each.name for each in taken if DateOrder.MONTH_FIRST in each.orders]
            yield f"# Some cells of {', '.join(month)} can only be month first: they will be refused."
            yield 'dates = "day first"'
        elif proved or not self._figures(taken):
            yield 'dates = "day first"' + ("  # some cells can only be read so" if proved else "")
        else:
            yield "# dates: a question below asks for it"
            self._ask(
                "dates", "which comes first, the day or the month? No cell proves it", ["day first", "month first"]
            )

    @staticmethod
    def _figures(columns: Sequence[_Column]) -> bool:
        """Whether any day is written in figures alone, so that it can be read two ways."""
        for column in columns:
            for cell in column.cells:
                day_first, month_first = (
                    read_cell_date(cell, each) for each in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)
                )
                if not day_first.fault and not month_first.fault and day_first != month_first:
                    return True
        return False

    def _empty(self) -> Iterator[str]:
        met = {cell.casefold() for name in self.sheet.columns for cell in self.sheet.columns[name].unique().to_list()}
        nothing = [word for word in _NOTHING if word in met]
        if nothing:
            yield f"empty = {json.dumps(nothing, ensure_ascii=False)}"

    def _records(self) -> Iterator[str]:
        """Say what the sheet seems to record, for whoever knows whether that is all."""
        if self.events:
            events = json.dumps(list(self.events))
            yield "# Where nothing else is recorded, say so: a limit that only other facts discharge is then"
            yield "# unrecorded, and no breach. Leave out what the sheet has the last of alone, as of reviews."
            yield f"# records = {events}"

    def _rows_of_facts(self) -> Iterator[str]:
        """Yield what a sheet makes that has the columns of facts, one fact a row."""
        own = {column_of(each.name): each.name for each in self.columns}
        if not set(REQUIRED) <= set(own):
            return
        held = {name: own[name] for name in COLUMNS if name in own}
        self.understood |= {heading: f"the facts' own {name}" for name, heading in held.items()}
        further = [
            f"{name} = {_quoted(heading) if name == 'fact_id' else f'{{column = {_quoted(heading)}}}'}"
            for name, heading in held.items()
            if name not in ("case_id", "authority", "event", "on")
        ]
        event, on = _quoted(held["event"]), _quoted(held["on"])
        yield "\n".join(["[[fact]]", f"event = {{column = {event}}}", f"on = {on}", *further])

    def _facts(self, column: _Column) -> Iterator[str]:
        """Yield the facts that a column's days are, and note what becomes of the column."""
        means = column.means
        if column.name in self.understood:
            return
        if means is None:
            if not column.cells:
                self._leave(column, "it is empty")
            else:
                self._leave(column, "not understood" + ("; it holds days" if column.days >= _MOSTLY else ""))
        elif means.role in _OF_THE_PERSON:
            self._leave(column, _OF_THE_PERSON[means.role])
        elif means.decides or means.outcome_of:
            if not self._dated(column, means):
                self._leave(column, "there is no column with the day of that decision")
        elif (means.event or means.date_of or means.ask) and column.cells and column.days < _MOSTLY:
            self._leave(column, "it should hold days, and does not")
        elif means.ask:
            self._ask(column.name, means.ask, means.choices)
            yield _asked_about(column)
        elif means.date_of:
            yield from self._decision(column, means.date_of)
        elif means.needs:
            yield from self._with_outcome(column, means)
        elif means.event:
            self.events[means.event] = None
            self.understood[column.name] = means.event + (f" ({means.party})" if means.party else "")
            party = f"\nparty = {_quoted(means.party)}" if means.party else ""
            yield f"[[fact]]\nevent = {_quoted(means.event)}\non = {_quoted(column.name)}{party}"

    def _outcome_of(self, column: _Column) -> _Column | None:
        """Return the column that says what a decision was whose day stands in this one."""
        if column.means is None or not column.means.needs:
            return None
        for at, each in enumerate(self.columns):
            if each.means is None or each.means.outcome_of != column.means.event:
                continue
            # What is headed "Outcome" alone is that of the day right before it.
            alone = heading_key(_NUMBERED.sub(r"\g<name>", each.name)) in each.means.beside
            if (self.columns[at - 1] is column and at > 0) if alone else each.number == column.number:
                return each
        return None

    def _with_outcome(self, column: _Column, means: KnownHeading) -> Iterator[str]:
        """Yield the fact of a decision that needs its outcome, where a column says which it was."""
        words = self._outcome_of(column)
        if words is None or words.means is None:
            self._leave(column, f"{means.event} needs its {means.needs}; say which, in a [[fact]] of your own")
            return
        pairs = self._meanings(words, words.means.outcomes)
        self.events[means.event] = None
        self.understood[column.name] = f"the day of {means.event}"
        self.understood[words.name] = f"what was decided: {', '.join(words.means.outcomes)}"
        yield (
            f"[[fact]]\nevent = {_quoted(means.event)}\non = {_quoted(column.name)}\n"
            f"outcome = {{column = {_quoted(words.name)}, values = {{{pairs}}}}}"
        )

    def _meanings(self, words: _Column, meanings: Mapping[str, Sequence[str]]) -> str:
        """Return what the words of a column mean, as a convert file has it; those that mean nothing known are named."""
        values, unknown = {}, []
        for word in sorted(set(words.cells))[:_MOST_WORDS]:
            meant = next((each for each, says in meanings.items() if word.casefold() in says), None)
            if meant is None:
                unknown.append(word)
            else:
                values[word] = meant
        if unknown:
            self.comments.append(
                f'# not understood in {words.name}: {", ".join(unknown)}; give each a meaning in values, or "" for none'
            )
        return ", ".join(f"{_quoted(word)} = {_quoted(meant)}" for word, meant in values.items())

    def _dated(self, column: _Column, means: KnownHeading) -> bool:
        if means.outcome_of:
            return any(self._outcome_of(each) is column for each in self.columns)
        yes = next(iter(means.decides))
        return any(
            each.means is not None and each.means.date_of == yes and each.number == column.number
            for each in self.columns
        )

    def _decision(self, column: _Column, yes: str) -> Iterator[str]:
        """Yield the fact of a decision whose answer stands in a column of its own, or the question what it was."""
        words = next(
            (
                each
                for each in self.columns
                if each.means is not None and yes in each.means.decides and each.number == column.number
            ),
            None,
        )
        if words is None or words.means is None:
            no = yes.replace("_agreed", "_refused")
            self._ask(column.name, "which decision was it? No column says so", [yes, no, LEAVE_OUT])
            yield _asked_about(column)
            return
        pairs = self._meanings(words, words.means.decides)
        self.events |= dict.fromkeys(words.means.decides)
        self.understood[words.name] = " or ".join(words.means.decides)
        self.understood[column.name] = "the day of that decision"
        yield f"[[fact]]\nevent = {{column = {_quoted(words.name)}, values = {{{pairs}}}}}\non = {_quoted(column.name)}"

    def _carried(self) -> list[str]:
        lines = []
        for column in self.columns:
            if column.means is not None and column.means.carry and column.cells:
                self.understood[column.name] = f"kept as {column.means.carry}"
                lines.append(f"{column.means.carry} = {_quoted(column.name)}")
        return lines

    def _ask(self, about: str, asks: str, choices: Sequence[str]) -> None:
        self.asked[about] = asks
        self.questions.append(
            f"[[question]]\nabout = {_quoted(about)}\nasks = {_quoted(asks)}\n"
            f'choices = {json.dumps(list(choices), ensure_ascii=False)}\nanswer = ""'
        )

    def _leave(self, column: _Column, why: str) -> None:
        self.left_out[column.name] = why
        self.comments.append(f"# left out: {column.name} ({why})")


def _asked_about(column: _Column) -> str:
    """Return a fact whose event is still asked for."""
    return f"[[fact]]  # its event is what the question about this column is answered with\non = {_quoted(column.name)}"


def _quoted(text: Any) -> str:
    return json.dumps(text, ensure_ascii=False)
