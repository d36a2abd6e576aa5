"""Writes the generated parts of `states.md`: run `python docs/make_states.py` after a change to the moves."""

from pathlib import Path

from ehcp_flow.law import england
from ehcp_flow.moves.appeals import appeals_of
from ehcp_flow.moves.citing import cited
from ehcp_flow.states import (
    DISPUTE_MEANING,
    MAINTAINED_STATES,
    MEANING,
    DisputeState,
    State,
    appealable,
    mermaid,
    state_table,
)

PAGE = Path(__file__).with_name("states.md")
APPEALS = appeals_of(england().regions["disputes"])
CERTIFICATE = {True: "yes", False: "no", None: "unless it is only about the school or type named, or that none is"}


def _states() -> str:
    rows = (f"| `{state}` | {MEANING[state]} | {'yes' if state in MAINTAINED_STATES else ''} |" for state in State)
    return "\n".join(("| state | meaning | plan maintained |", "|---|---|---|", *rows)) + "\n"


def _dispute_states() -> str:
    rows = (f"| `{state}` | {DISPUTE_MEANING[state]} |" for state in DisputeState)
    return "\n".join(("| state | meaning |", "|---|---|", *rows)) + "\n"


def _appealable() -> str:
    rows = []
    for (event, outcome), ground in APPEALS.grounds.items():
        name = event if outcome is None else f"{event} ({outcome})"
        custody = appealable(event, outcome, detained=True)
        in_custody = (
            _cited(custody) + ("" if APPEALS.certificate_needed(custody) else ", without a certificate")
            if custody
            else "no"
        )
        rows.append(f"| {name} | {_cited(ground)} | {CERTIFICATE[APPEALS.certificate_needed(ground)]} | {in_custody} |")
    head = "| decision | ground | mediation certificate needed | while detained |"
    return "\n".join((head, "|---|---|---|---|", *rows)) + "\n"


def _cited(short: str) -> str:
    return f"[{short}]({cited(short).address})"


def _drawn(region: str) -> str:
    return f"```mermaid\n{mermaid(region)}```\n"


def generated(page: str) -> str:
    """Return the page with its generated parts made anew."""
    for name, text in (
        ("states", _states()),
        ("diagram", _drawn("pathway")),
        ("moves", state_table()),
        ("appealable decisions", _appealable()),
        ("states of a dispute", _dispute_states()),
        ("diagram of a dispute", _drawn("disputes")),
        ("moves of a dispute", state_table("disputes")),
    ):
        begin, end = f"<!-- generated: {name} -->\n", f"<!-- end of {name} -->\n"
        before, found, rest = page.partition(begin)
        _, also_found, after = rest.partition(end)
        if not (found and also_found):
            raise ValueError(f"{PAGE.name} has no place for {name!r}")
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(generated(PAGE.read_text("utf-8")), "utf-8")
