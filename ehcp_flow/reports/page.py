"""The report page: one HTML file that needs nothing else, for a manager or a scrutiny panel."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any, BinaryIO, Final

from ehcp_flow.errors import LibraryMissing, RangeError
from ehcp_flow.measures import catalogue
from ehcp_flow.measures.published_figures import ATTRIBUTION
from ehcp_flow.nouns import count
from ehcp_flow.outputs import Kind
from ehcp_flow.reports.first_screen import law_kept, to_do
from ehcp_flow.reports.lists import listings
from ehcp_flow.reports.overview import Overview
from ehcp_flow.reports.page_figures import figures
from ehcp_flow.reports.showing import Showing
from ehcp_flow.reports.tiles import never_shown, waiting_shown
from ehcp_flow.reports.verdict import (
    SIGNS,
    exceptions_said,
    headlines,
    in_more_words,
    in_words,
    place_of,
    published_year,
)

__all__ = ["PAGE", "filled", "generated_by", "render", "report_page", "stylesheet"]

_TEMPLATES: Final = files(__package__).joinpath("templates")
_HEAD: Final = 4_096


def generated_by(names: str, file: BinaryIO) -> bool:
    """Whether a page says in its head that it was made by a template of such a name, which is a pattern."""
    return re.search(f'<meta name="generator" content="ehcp_flow {names}">'.encode(), file.read(_HEAD)) is not None


PAGE: Final = Kind("a report page that ehcp_flow wrote", "report.html", partial(generated_by, "report"))
"""A page as `report_page` gives it."""


def report_page(overview: Overview, *, suppress: int = 0) -> str:
    """Return the page of a caseload as HTML.

    With `suppress` it is made for publication: counts from 1 to one less are hidden, with those that would give them
    away, and nothing of a single case or a single worker is in it. Raises LibraryMissing without Jinja2,
    RangeError for a negative `suppress`.
    """
    RangeError.unless(
        suppress >= 0, "suppress", suppress, "it is the smallest count that may be shown, or 0 to show all"
    )
    showing = Showing(suppress)
    if not showing.all and not overview.other_law:
        _shown(overview, showing)
        showing.settle()
    lists = overview.files.lists()
    return render(
        "report.html.j2",
        place=place_of(overview),
        as_of=overview.as_of,
        cases=overview.cases,
        only=[f"{column.replace('_', ' ')} {value or 'not recorded'}" for column, value in overview.only.items()],
        suppress=suppress,
        signs=SIGNS,
        published_year=published_year(overview),
        other_law=overview.other_law,
        listings=() if suppress else listings(overview),
        kept=None if suppress else law_kept(overview),
        now=None if suppress else to_do(overview),
        opener=None if suppress else lists.number,
        packed=lambda: overview.files.packed(lists),
        measures=catalogue().measures.values(),
        attribution=ATTRIBUTION,
        **({} if overview.other_law else _shown(overview, showing)),
    )


def _shown(overview: Overview, showing: Showing) -> dict[str, Any]:
    """Return every figure of the page as it may be shown; gone through once before that is settled, and once after."""
    lines = headlines(overview, showing)
    waiting, before = waiting_shown(overview, showing)
    exceptions, alarm = exceptions_said(overview, lines)
    return {
        "sentence": in_words(lines),
        "more": in_more_words(lines, published_year(overview), waiting["open_over_20_weeks"], before),
        "exceptions": exceptions,
        "alarm": alarm,
        "lines": lines,
        "waiting": waiting,
        "waiting_before": before,
        "never": never_shown(overview, showing),
        "figures": figures(overview, showing),
    }


def render(template: str, **values: Any) -> str:
    """Return a template filled in, with its style and script inside, and a policy that lets nothing else in.

    Raises LibraryMissing without Jinja2.
    """
    style, script = _source("style.css"), _source("script.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return filled(template, **values, style=style, script=script, policy=policy)


def filled(template: str, **values: Any) -> str:
    """Return a template filled in, as it is: what it links to is for whoever serves it. Raises LibraryMissing."""
    page: str = _environment().get_template(template).render(**values)
    return page if page.endswith("\n") else f"{page}\n"


def stylesheet(*names: str) -> str:
    """Return the style of every page, and behind it what pages of a kind have of their own."""
    return "".join(map(_source, ("style.css", *names)))


def _environment() -> Any:
    try:
        import jinja2
    except ImportError:
        raise LibraryMissing("Jinja2", "reports") from None
    return _environment_of(jinja2)


@lru_cache(maxsize=1)
def _environment_of(jinja2: Any) -> Any:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["day"] = day
    environment.filters["cell"] = cell
    environment.filters["weeks"] = weeks
    environment.filters["data"] = as_data
    environment.filters["counted"] = count
    return environment


def day(value: dt.date | None) -> str:
    """Return a day as the page prints it: 2 Mar 2026."""
    return "" if value is None else f"{value.day} {value:%b %Y}"


def cell(value: Any) -> str:
    """Return a value as a cell of the page prints it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return day(value).replace(" ", "\u00a0")  # a date is not broken over two lines
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def weeks(value: Any) -> str:
    """Return a number of weeks as the page prints it: whole ones without a decimal."""
    if not isinstance(value, int | float):
        return str(value)
    return count(int(value), "week") if value == int(value) else f"{value:,.1f} weeks"


def as_data(value: Any) -> Any:
    """Return values as JSON that can stand inside a script element."""
    from markupsafe import Markup

    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=lambda item: item.isoformat())
    for unsafe, safe in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        text = text.replace(unsafe, safe)
    return Markup(text)  # noqa: S704 - the three characters that HTML reads are written as escapes


@lru_cache(maxsize=32)
def _source(name: str) -> str:
    return _TEMPLATES.joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
