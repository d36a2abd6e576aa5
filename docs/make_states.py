"""Writes the generated parts of `states.md`: run `python docs/make_states.py` after a change to the moves."""

from pathlib import Path

from ehcp_flow.states import MAINTAINED_STATES, MEANING, State, mermaid, state_table

PAGE = Path(__file__).with_name("states.md")


def _states() -> str:
    rows = (f"| `{state}` | {MEANING[state]} | {'yes' if state in MAINTAINED_STATES else ''} |" for state in State)
    return "\n".join(("| state | meaning | plan maintained |", "|---|---|---|", *rows)) + "\n"


def generated(page: str) -> str:
    """Return the page with its generated parts made anew."""
    for name, text in (("states", _states()), ("diagram", f"```mermaid\n{mermaid()}```\n"), ("moves", state_table())):
        begin, end = f"<!-- generated: {name} -->\n", f"<!-- end of {name} -->\n"
        before, found, rest = page.partition(begin)
        _, also_found, after = rest.partition(end)
        if not (found and also_found):
            raise ValueError(f"{PAGE.name} has no place for {name!r}")
        page = f"{before}{begin}\n{text}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(generated(PAGE.read_text("utf-8")), "utf-8")
