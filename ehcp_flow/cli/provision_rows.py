"""The law in the order of the statute, and who read it when: `rules --provisions`, `--read` and `--unread`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import typer

from ehcp_flow.cli.messages import count, note
from ehcp_flow.cli.output import flat

if TYPE_CHECKING:
    from ehcp_flow.cli.print_options import PrintOptions
    from ehcp_flow.law import Rulebook
    from ehcp_flow.law.provisions import Provision, Use

__all__ = ["LONG", "print_provisions", "print_read", "print_unread"]

LONG: Final = 12
"""After so many months a reading of the law is long ago."""
_PROVISION: Final = (
    "provision",
    "citation",
    "address",
    "what",
    "name",
    "limit",
    "says",
    "cited",
    "evidence",
    "read",
    "read_on",
)
_READ: Final = (
    "provision", "citation", "address", "uses", "read", "read_on", "of", "by", "text", "as_at", "result", "says",
    "months", "long_ago",
)  # fmt: skip
_UNREAD: Final = ("what", "name", "in_force_from", "evidence", "evidence_note", "not_read", "citation", "address")


def print_provisions(law: Rulebook, printed: PrintOptions) -> None:
    """Print each provision with what was made of it, a row for each use; one that nothing uses has a row by itself."""
    from ehcp_flow.law.provisions import provisions

    found = provisions(law)
    if printed.as_table:
        from ehcp_flow.cli.printed_table import ShownColumn, print_table

        columns = (
            ShownColumn("provision", "provision"),
            ShownColumn("uses", "what was made of it", least=30),
            ShownColumn("evidence", "evidence", drop=1),
            ShownColumn("read", "read"),
            ShownColumn("read_on", "on", drop=2),
        )
        rows = [{**_head(each), "uses": _summary(each), "evidence": each.evidence} for each in found]
        print_table(columns, [{name: flat(value) for name, value in row.items()} for row in rows])
    else:
        rows = [
            {**_head(each), **(dict.fromkeys(_PROVISION[3:9]) if use is None else _use(use))}
            for each in found
            for use in each.uses or (None,)
        ]
        printed.write(_PROVISION, rows)
    note(f"{count(len(found), 'provision')}, {sum(not each.uses for each in found)} of which the rulebook does not use")


def _head(provision: Provision) -> dict[str, Any]:
    read = provision.read
    return {
        "provision": provision.short, "citation": provision.text, "address": provision.address,
        "read": provision.far, "read_on": None if read is None else read.on.isoformat(),
    }  # fmt: skip


def _use(use: Use) -> dict[str, Any]:
    """Return what was made of a provision, with how far the very paragraphs that it cites were read, and when."""
    return {**use._asdict(), "read_on": None if use.read_on is None else use.read_on.isoformat()}


def _summary(provision: Provision) -> str:
    """Return what was made of a provision, for a table: its limits by name, all else counted."""
    limits = dict.fromkeys(use.name for use in provision.uses if use.what == "limit")
    others = Counter(use.what for use in provision.uses if use.what != "limit")
    return "; ".join(
        filter(None, (", ".join(limits), ", ".join(f"{what}: {number}" for what, number in others.items())))
    )


def print_read(law: Rulebook, printed: PrintOptions, as_of: dt.date, months: int) -> None:
    """Print who read each provision last, when, in which text; leave with 1 where one was read too many months ago.

    A reading of a day after `as_of` is shown, told as such, and is no months ago.
    """
    from ehcp_flow.errors import ExitCode
    from ehcp_flow.law.provisions import provisions

    rows = [_read(each, as_of, months) for each in provisions(law)]
    if printed.as_table:
        from ehcp_flow.cli.printed_table import ShownColumn, print_table

        columns = (
            ShownColumn("provision", "provision"),
            ShownColumn("read", "read"),
            ShownColumn("of", "of it", drop=2),
            ShownColumn("read_on", "on"),
            ShownColumn("by", "by", drop=4),
            ShownColumn("result", "result"),
            ShownColumn("as_at", "law of", drop=1),
            ShownColumn("text", "in", least=24, drop=3),
        )
        print_table(columns, [{name: flat(value) for name, value in row.items()} for row in rows])
    else:
        printed.write(_READ, rows)
    old = [row for row in rows if row["long_ago"]]
    never = [row["provision"] for row in rows if row["read_on"] is None]
    days = sorted(row["read_on"] for row in rows if row["read_on"] is not None)
    note(f"{count(len(rows), 'provision')}: " + (f"read from {days[0]} to {days[-1]}" if days else "none was read"))
    part = [
        f"{row['provision']} ({', '.join(row['of'])})" if row["of"] else row["provision"]
        for row in rows if row["read"] == "in part"
    ]  # fmt: skip
    if part:
        note(f"{len(part)} were read in part: {'; '.join(part)}")
    if never:
        note(f"of {len(never)} no reading is recorded: {', '.join(never)}")
    later = [row for row in rows if row["read_on"] is not None and row["months"] is None]
    if later:
        note(f"{count(len(later), 'reading')} shown here {'is' if len(later) == 1 else 'are'} later than {as_of}")
    if old:
        note(f"{len(old)} were last read {count(months, 'month')} or more before {as_of}: read them again")
        raise typer.Exit(ExitCode.REFUSED)


def _read(provision: Provision, as_of: dt.date, months: int) -> dict[str, Any]:
    read, head = provision.read, {**_head(provision), "uses": len(provision.uses)}
    if read is None:
        return {**head, **dict.fromkeys(_READ[6:])}
    ago = None if read.on > as_of else _months(read.on, as_of)
    return {
        **head, "of": provision.read_of(read), "by": read.by, "text": read.text,
        "as_at": read.as_at and read.as_at.isoformat(),
        "result": read.result, "says": read.says, "months": ago, "long_ago": ago is not None and ago >= months,
    }  # fmt: skip


def _months(then: dt.date, now: dt.date) -> int:
    """Return how many whole months lie between two days."""
    return (now.year - then.year) * 12 + now.month - then.month - (now.day < then.day)


def print_unread(law: Rulebook, printed: PrintOptions) -> None:
    """Print the rows of the rulebook that rest on less than the primary text, read whole."""
    from ehcp_flow.law.provisions import own_rows, unread

    rows = [
        {
            "what": each.what, "name": each.name,
            "in_force_from": None if each.since is None else each.since.isoformat(),
            "evidence": each.evidence, "evidence_note": each.evidence_note,
            "not_read": each.not_read,
            "citation": [citation.text for citation in each.citation],
            "address": list(dict.fromkeys(citation.address for citation in each.citation)),
        }
        for each in unread(law)
    ]  # fmt: skip
    if printed.as_table:
        from ehcp_flow.cli.printed_table import ShownColumn, print_table

        columns = (
            ShownColumn("what", "what"),
            ShownColumn("name", "name", least=20),
            ShownColumn("in_force_from", "from", drop=2),
            ShownColumn("evidence", "evidence"),
            ShownColumn("not_read", "no reading recorded", least=16),
            ShownColumn("citation", "rests on", least=24, drop=1),
        )
        print_table(columns, [{name: flat(value) for name, value in row.items()} for row in rows])
    else:
        printed.write(_UNREAD, rows)
    own = own_rows(law)
    note(
        f"{count(len(rows), 'row')} not yet read whole in the primary text"
        + (f"; {count(own, 'row is', 'rows are')} somebody's own word, of which no law is to be read" if own else "")
    )
