"""Proposing a convert file for a sheet: what its headings and its cells let one say, and what has to be asked.

Nothing is converted by a proposal that still asks something, and nothing is in it without standing there: a column that
is not understood is a comment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from ehcp_flow.conversion.cell_dates import DateOrder, read_cell_date
from ehcp_flow.conversion.convert_file import ANSWER, LEAVE_OUT
from ehcp_flow.conversion.heading_rows import heading_key
from ehcp_flow.conversion.headings import KnownHeading, known_headings, of_a_year
from ehcp_flow.conversion.proposed_columns import MOSTLY, NOTHING, SheetColumn, columns_of
from ehcp_flow.conversion.sheet import HeadedSheet, RawSheet, named
from ehcp_flow.facts import COLUMNS, REQUIRED
from ehcp_flow.outputs import Kind
from ehcp_flow.readers.row_tables import column_of

__all__ = ["CONVERT_FILE", "Proposal", "propose"]

_FIRST_LINE: Final = "# A convert file for "
_MOST_WORDS: Final = 12
"""How many words that are not understood are named."""
_OF_THE_PERSON: Final = {
    "personal": "of the person; no fact needs it",
    "birth": 'of the person; what goes by age needs it: a [[fact]] of event = "date_of_birth"',
}


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
    return _Proposing(raw, sheet).run()


class _Proposing:
    def __init__(self, raw: RawSheet, sheet: HeadedSheet) -> None:
        self.raw = raw
        self.sheet = sheet
        self.events: dict[str, None] = {}
        self.columns = columns_of(raw, sheet)
        self.understood: dict[str, str] = {}
        self.asked: dict[str, str] = {}
        self.left_out: dict[str, str] = {}
        self.questions: list[str] = []
        self.comments: list[str] = []

    def run(self) -> Proposal:
        """Return the proposal."""
        facts = [*self._rows_of_facts(), *(text for each in self.columns for text in self._facts(each))]
        for column in self.columns:
            if column.means is not None and column.means.party_of and column.name not in self.understood:
                self._leave(column, "not understood" if column.cells else "it is empty")
        carried = self._carried()
        lines = [
            f"{_FIRST_LINE}{Path(self.sheet.name).name}, as its headings and cells were understood.",
            "# Read it before you use it.",
            *self._ids(),
            *self._authority(),
            *self._sheets(),
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

    def _sheets(self) -> Iterator[str]:
        """Say which sheet of a workbook it is, and of which others there is no proposal here."""
        if self.raw.sheet is not None:
            yield f"sheet = {_quoted(self.raw.sheet)}"
            yield f"# Not looked at: {named(self.raw.others)}. One that has cases needs a file of its own: --sheet NAME"

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
    def _figures(columns: Sequence[SheetColumn]) -> bool:
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
        nothing = [word for word in NOTHING if word in met]
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

    def _facts(self, column: SheetColumn) -> Iterator[str]:
        """Yield the facts that a column's days are, and note what becomes of the column."""
        means = column.means
        if column.name in self.understood or (means is not None and means.party_of):
            return
        if means is None or (unused := self._unused(column, means)):
            why = "not understood" + ("; it holds days" if column.days >= MOSTLY else "")
            self._leave(column, unused if means is not None else why if column.cells else "it is empty")
        elif means.day_of:
            yield from self._dayless(column, means)
        elif means.decision:
            yield from self._open_decision(column, means)
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
            party = f"\nparty = {_quoted(means.party)}" if means.party else self._party(column, means.event)
            yield f"[[fact]]\nevent = {_quoted(means.event)}\non = {_quoted(column.name)}{party}"

    def _unused(self, column: SheetColumn, means: KnownHeading) -> str:
        """Return why nothing is made of a column whose heading is known, empty if something may be."""
        if means.role in _OF_THE_PERSON:
            return _OF_THE_PERSON[means.role]
        if means.day_of or means.decision == "words":
            return ""
        if means.decides or means.outcome_of:
            return "" if self._dated(column, means) else "there is no column with the day of that decision"
        holds_days = bool(means.event or means.date_of or means.ask)
        return "it should hold days, and does not" if holds_days and column.cells and column.days < MOSTLY else ""

    def _party(self, column: SheetColumn, event: str) -> str:
        """Return who it was that did what this column has the day of, where another column says so."""
        for each in self.columns:
            means = each.means
            if means is not None and means.party_of == event and each.number == column.number:
                if not each.mostly(means.parties):
                    return ""
                self.understood[each.name] = f"whose {event} it was"
                return (
                    f"\nparty = {{column = {_quoted(each.name)}, values = {{{self._meanings(each, means.parties)}}}}}"
                )
        return ""

    def _dayless(self, column: SheetColumn, means: KnownHeading) -> Iterator[str]:
        """Yield the fact of what has no day of its own, and ask whether it is meant."""
        day = next((each for each in self.columns if each.means is not None and each.means.event == means.day_of), None)
        if day is None or not column.mostly(means.decides):
            self._leave(column, "not understood" if day is not None else f"no column has the day of {means.day_of}")
            return
        self._ask(column.name, means.ask, means.choices)
        given = "".join(f"\n{name} = {_quoted(value)}" for name, value in means.given.items())
        # The day is another's, so that an empty cell beside it says nothing.
        pairs = f'{self._meanings(column, means.decides)}, "" = ""'
        yield (
            f"[[fact]]  # {ANSWER} is what the question about {column.name} is answered with\n"
            f"event = {{column = {_quoted(column.name)}, values = {{{pairs}}}}}\n"
            f"on = {_quoted(day.name)}{given}"
        )

    def _open_decision(self, column: SheetColumn, means: KnownHeading) -> Iterator[str]:
        """Yield the fact of a decision of which no heading says what it was about, and ask that."""
        words, day = (self._beside(column, "words"), column) if means.decision == "day" else (column, None)
        if day is None:
            if self._beside(column, "day") is None:
                self._leave(column, "there is no column with the day of that decision")
        elif words is None or words.means is None or not words.mostly(words.means.decides):
            if words is not None:
                self._leave(words, f"its words are not understood: {', '.join(sorted(set(words.cells))[:_MOST_WORDS])}")
            self._ask(day.name, means.ask, means.choices)
            yield _asked_about(day)
        else:
            self._ask(day.name, words.means.ask, words.means.choices)
            self.understood[words.name] = f"what was decided on {day.name}"
            yield (
                f"[[fact]]  # {ANSWER} is what the question about {day.name} is answered with\n"
                f"event = {{column = {_quoted(words.name)}, "
                f"values = {{{self._meanings(words, words.means.decides)}}}}}\non = {_quoted(day.name)}"
            )

    def _beside(self, column: SheetColumn, decision: str) -> SheetColumn | None:
        """Return the words of the decision of a day, or the day of such words: the next to it, or the one like it."""
        at = self.columns.index(column)
        near = [*self.columns[max(at - 1, 0) : at], *self.columns[at + 1 : at + 2]]
        like = [each for each in self.columns if each.number == column.number]
        return next((each for each in (*near, *like) if each.means and each.means.decision == decision), None)

    def _outcome_of(self, column: SheetColumn) -> SheetColumn | None:
        """Return the column that says what a decision was whose day stands in this one."""
        if column.means is None or not column.means.needs:
            return None
        at = self.columns.index(column)
        near = self.columns[max(at - 1, 0) : at + 2]
        like = [each for each in self.columns if each.number == column.number]
        wanted = column.means.event
        return next((each for each in (*like, *near) if each.means and each.means.outcome_of == wanted), None)

    def _with_outcome(self, column: SheetColumn, means: KnownHeading) -> Iterator[str]:
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

    def _meanings(self, words: SheetColumn, meanings: Mapping[str, Sequence[str]]) -> str:
        """Return what the words of a column mean, as a convert file has it; those that mean nothing known are named."""
        values, unknown = {}, []
        for word in sorted(set(words.cells)):
            meant = next((each for each, says in meanings.items() if word.casefold() in says), None)
            if meant is None:
                unknown.append(word)
            else:
                values[word] = meant
        if unknown:
            more = f" and {len(unknown) - _MOST_WORDS} more" if len(unknown) > _MOST_WORDS else ""
            self.comments.append(
                f"# not understood in {words.name}: {', '.join(unknown[:_MOST_WORDS])}{more}; give each a meaning in "
                'values, or "" for none'
            )
        return ", ".join(f"{_quoted(word)} = {_quoted(meant)}" for word, meant in values.items())

    def _dated(self, column: SheetColumn, means: KnownHeading) -> bool:
        if means.outcome_of:
            return any(self._outcome_of(each) is column for each in self.columns)
        yes = next(iter(means.decides))
        return any(
            each.means is not None and each.means.date_of == yes and each.number == column.number
            for each in self.columns
        )

    def _decision(self, column: SheetColumn, yes: str) -> Iterator[str]:
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

    def _leave(self, column: SheetColumn, why: str) -> None:
        self.left_out[column.name] = why
        self.comments.append(f"# left out: {column.name} ({why})")


def _asked_about(column: SheetColumn) -> str:
    """Return a fact whose event is still asked for.

    One of several years has a name that says which: next year's column may stand before it.
    """
    own = f"\nid = {_quoted(heading_key(column.name).replace(' ', '-'))}" if of_a_year(column.heading) else ""
    on = f"on = {_quoted(column.name)}{own}"
    return f"[[fact]]  # its event is what the question about this column is answered with\n{on}"


def _quoted(text: Any) -> str:
    return json.dumps(text, ensure_ascii=False)
