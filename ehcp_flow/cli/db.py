"""`ehcp-flow db`: what an operator does to a store: make it, upgrade it, verify it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from ehcp_flow.cli.command import CliCommand, CommandGroup, options, tables_asked
from ehcp_flow.cli.messages import ProgressBar, count, note
from ehcp_flow.cli.named_files import Writes
from ehcp_flow.cli.options import Authority, Raw, StoreUrl, TableFormat, option
from ehcp_flow.cli.output import Format, chosen, print_outcome, sheet
from ehcp_flow.cli.print_options import PrintOptions
from ehcp_flow.cli.source_kinds import open_store
from ehcp_flow.errors import ExitCode

if TYPE_CHECKING:
    from ehcp_flow.store.anchors import Compared

__all__ = ["DB"]

Role: TypeAlias = Annotated[
    str, typer.Option("--role", metavar="NAME", help="The database role, which is there already.")
]
Granted: TypeAlias = Annotated[
    str, typer.Option("--authority", metavar="NUMBER", help="The authority's three-digit number, or * for all of them.")
]


def _upgrade(*, store: StoreUrl, form: TableFormat = None) -> None:
    """Make the store's tables, or bring them to what this version needs, in one transaction. Back up first.

    On PostgreSQL, roles that were granted authorities by an earlier version get the rights that this one gives.
    """
    from ehcp_flow.store.administration import upgrade_store

    done = upgrade_store(store, **tables_asked()._asdict())
    if done.before is None:
        said = f"A new store, schema {done.after}"
    elif done.changed:
        said = f"Upgraded from schema {done.before} to {done.after}"
    else:
        said = f"Nothing to do: it has schema {done.after} already"
    lines = [said, *(f"Put right: {each}" for each in done.mended), *(f"Still so: {each}" for each in done.left)]
    row = {"before": done.before, "after": done.after, "changed": done.changed}
    print_outcome({**row, "mended": list(done.mended), "left": list(done.left)}, "\n".join(lines), form)


def _check(*, store: StoreUrl, form: TableFormat = None) -> None:
    """Which schema the store has, and which is needed: exit code 1 if it cannot be opened as it is.

    On PostgreSQL also whether the roles that were granted authorities have more rights than they need.
    """
    from ehcp_flow.store.administration import check_store

    status = check_store(store, **tables_asked()._asdict())
    if status.ok:
        said = f"Schema {status.found}: it can be opened as it is"
    elif status.found is None:
        said = f"There is no store: make one with `ehcp-flow db upgrade` (schema {status.wanted})"
    else:
        said = f"Schema {status.found}, and {status.wanted} is needed: see `ehcp-flow db upgrade`"
    if status.apart:
        said = "\n".join([said, *status.apart, "See `ehcp-flow db upgrade`, and docs/embedding-the-store.md"])
    row = {"found": status.found, "wanted": status.wanted, "ok": status.ok, "apart": list(status.apart)}
    print_outcome(row, said, form)
    if not status.ok or status.apart:
        raise typer.Exit(ExitCode.REFUSED)


def _grant(
    *,
    store: StoreUrl,
    role: Role,
    authority: Granted,
    read_only: Annotated[bool, typer.Option("--read-only", help="To read them, and to record nothing.")] = False,
) -> None:
    """Let a database role read and record the cases of one authority, or of all (PostgreSQL).

    The role exists already, and owns none of the tables. What was granted last of an authority holds.
    """
    from ehcp_flow.store import access

    with open_store(store) as opened:
        access.grant(opened, role, authority, write=not read_only)
    sys.stdout.write(f"{role} may {'read' if read_only else 'read and record'} {_whose(authority)}\n")


def _revoke(*, store: StoreUrl, role: Role, authority: Granted) -> None:
    """Take an authority away from a database role; with the last of them it loses every right to the store."""
    from ehcp_flow.store import access

    with open_store(store) as opened:
        access.revoke(opened, role, authority)
    sys.stdout.write(f"{role} may no longer read or record {_whose(authority)}\n")


def _whose(authority: str) -> str:
    return "the cases of every authority" if authority == "*" else f"the cases of authority {authority}"


def _verify(
    *,
    store: StoreUrl,
    anchor: Annotated[
        str | None,
        option(
            "--anchor FILE",
            "Heads kept from an earlier day: a case that was rewritten, cut off or lost since is found. With "
            "--authority, that authority's heads alone are compared.",
        ),
    ] = None,
    write_anchor: Annotated[
        str | None,
        option(
            "--write-anchor FILE",
            "Write the heads as they are now here, if nothing is wrong; keep them out of the store's reach.",
        ),
        Writes("ehcp_flow.store.anchors:ANCHOR"),
    ] = None,
    authority: Authority = None,
    form: TableFormat = None,
    raw: Raw = False,
) -> None:
    """Check everything that an answer rests on: exit code 1 if anything was edited, dropped, put in or re-ordered."""
    from ehcp_flow.store.anchors import read_heads, write_heads

    # The heads that are written are those that were verified.
    with open_store(store, authority=authority) as whole, whole.snapshot() as opened:
        with ProgressBar("verifying") as bar:
            found = opened.verify(
                anchor=None if anchor is None else read_heads(anchor), progress=lambda cases: bar(cases, None)
            )
        if write_anchor is not None and found.ok:
            note(f"{count(write_heads(opened.heads(), write_anchor), 'head')} written to {write_anchor}")
    said = [f"{count(found.cases, 'case')}, {count(found.facts, 'fact')}: "]
    said[0] += "nothing is wrong" if found.ok else f"{count(len(found.breaks), 'thing is', 'things are')} wrong"
    if found.adopted:
        facts = f"{count(found.adopted, 'fact')} {'was' if found.adopted == 1 else 'were'}"
        said.append(f"{facts} there before the store kept a trail: their order is as an upgrade found it")
    if found.erased:
        said.append(f"{count(found.erased, 'case was', 'cases were')} erased; what is left of each was looked at")
    if found.unknown:
        said.append(
            f"there is no event called {' or '.join(found.unknown)} here, and nothing that reads cases can read it: "
            "load the rulebook that declares it (--rulebook DIR)"
        )
    if found.anchor is not None:
        said.append(_compared(found.anchor, authority))
    if form in (None, Format.TABLE):
        print_outcome({}, "\n".join([*(each.message for each in found.breaks), *said]), form)
    else:
        columns = ("code", "case_id", "version", "message")
        with sheet(chosen(form or Format.CSV, raw=raw), columns) as rows:
            for each in found.breaks:
                rows.write({name: getattr(each, name) for name in columns})
        for line in said:
            note(line)
    if not found.ok:
        raise typer.Exit(ExitCode.REFUSED)


def _compared(anchor: Compared, authority: str | None) -> str:
    """Return in words what was compared with an anchor, and what was not."""
    told = [
        (anchor.same, "as they were"), (anchor.grown, "grown since"), (anchor.rewritten, "rewritten"),
        (anchor.erased, "erased since"), (anchor.lost, "lost"),
    ]  # fmt: skip
    parts = ", ".join(f"{number:,} {what}" for number, what in told if number)
    of = "" if authority is None else f" of authority {authority}"
    said = f"{count(anchor.heads + anchor.lost, 'head')}{of} compared with the anchor: {parts}"
    if anchor.new:
        said += f"; {count(anchor.new, 'case is', 'cases are')} new to it"
    if anchor.left_out:
        said += (
            f"; {count(anchor.left_out, 'head')} of others in it {'was' if anchor.left_out == 1 else 'were'} left out"
        )
    return said


def _stats(*, store: StoreUrl, authority: Authority = None, form: TableFormat = None) -> None:
    """How large the store is: cases, facts, free texts, bytes, and the cases of each authority."""
    with open_store(store, authority=authority) as opened:
        stats = opened.stats()
    row = {name: getattr(stats, name) for name in stats.__slots__ if name != "authorities"}
    cases = {name or "not recorded": cases for name, cases in stats.authorities.items()}
    if form in (None, Format.TABLE):
        from ehcp_flow.cli.printed_table import lines

        pairs = [(name.replace("_", " "), _said(value)) for name, value in row.items()]
        pairs += [(f"authority {name}", count(number, "case")) for name, number in cases.items()]
        print_outcome({}, lines(pairs, indent=""), form)
        return
    print_outcome({**row, "authorities": cases if form != Format.CSV else list(cases)}, "", form)


@options("store authority form raw output")
def _erased(*, store: StoreUrl, authority: Authority = None, printed: PrintOptions) -> None:
    """The cases that were erased: whose they were, how many facts they had, and who erased them when and why."""
    columns = ("case_id", "authority", "facts", "erased_at", "erased_by", "reason")
    with open_store(store, authority=authority) as opened:
        kept = opened.erased()
    rows = [
        {**{name: getattr(each, name) for name in columns}, "erased_at": each.erased_at.isoformat()} for each in kept
    ]
    if printed.as_table:
        from ehcp_flow.cli.output import flat
        from ehcp_flow.cli.printed_table import ShownColumn, print_table

        shown = (
            ShownColumn("case_id", "case", most=24, least=16, need=8),
            ShownColumn("facts", "facts", right=True),
            ShownColumn("erased_at", "erased"),
            ShownColumn("erased_by", "by", most=24, least=6),
            ShownColumn("reason", "why", least=12, most=40),
        )
        told = [{name: flat(value) for name, value in row.items()} for row in rows]
        print_table(shown, [{**row, "erased_at": row["erased_at"][:16].replace("T", " ")} for row in told])
    else:
        printed.write(columns, iter(rows))


def _said(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:,}" if isinstance(value, int) else str(value)


DB: Final = CommandGroup(
    "Make, upgrade, verify and measure a store.",
    {
        "upgrade": CliCommand(
            _upgrade,
            ("ehcp-flow db upgrade --store sqlite:///new.db", "ehcp-flow db upgrade --store sqlite:///cases.db"),
            facts=True,
        ),
        "check": CliCommand(_check, ("ehcp-flow db check --store sqlite:///cases.db",), facts=True),
        "verify": CliCommand(
            _verify,
            (
                "ehcp-flow db verify --store sqlite:///cases.db",
                "ehcp-flow db verify --store sqlite:///cases.db --write-anchor heads.jsonl",
            ),
            facts=True,
        ),
        "grant": CliCommand(
            _grant,
            ("ehcp-flow db grant --store postgresql://owner@host/cases --role clerk_885 --authority 885",),
            facts=True,
        ),
        "revoke": CliCommand(
            _revoke,
            ("ehcp-flow db revoke --store postgresql://owner@host/cases --role clerk_885 --authority 885",),
            facts=True,
        ),
        "erased": CliCommand(_erased, ("ehcp-flow db erased --store sqlite:///cases.db",), facts=True),
        "stats": CliCommand(_stats, ("ehcp-flow db stats --store sqlite:///cases.db --format json",), facts=True),
    },
)
