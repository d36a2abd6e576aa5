"""The pages are whole: generated ones are up to date, links lead somewhere, and the index knows every page."""

import datetime as dt
import re
from pathlib import Path

import pytest

from docs import make_facts, make_provisions, make_rulebook, make_schemas_page, make_state_names
from ehcp_flow.facts import COLUMNS, FACT_TYPES
from ehcp_flow.law import england

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = sorted((ROOT / "examples").rglob("README.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *EXAMPLES, *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")


GENERATORS = {"rulebook": make_rulebook, "provisions": make_provisions, "facts": make_facts, "keys": make_schemas_page}


@pytest.mark.parametrize("generator", GENERATORS.values(), ids=GENERATORS)
def test_a_generated_page_is_up_to_date(generator):
    assert generator.PAGE.read_text("utf-8") == generator.page(), "run python docs/refresh.py"


@pytest.mark.parametrize("model", make_rulebook.SAID, ids=lambda model: model.__name__)
def test_the_rulebook_page_has_words_for_every_key_of_the_data(model):
    said = set(make_rulebook.SAID[model].split())

    assert said == set(model.model_fields), "teach docs/make_rulebook.py the new key, then name it in SAID"


def test_the_rulebook_page_has_every_limit_clock_ground_note_and_source():
    page, book = make_rulebook.page(), england()

    assert [limit for limit in book.limits if f'<a id="{limit}"></a>' not in page] == []
    assert [clock for clock in book.clocks if f'<a id="clock-{clock}"></a>' not in page] == []
    assert [name for name in (*book.grounds, *book.instruments) if f"| `{name}` |" not in page] == []
    assert [note.row for note in book.notes if f"(`{note.row}`)" not in page] == []


def test_a_version_that_has_ended_is_shown_with_both_its_days():
    book = england()
    limit = book.limit("decide_assess")
    ended = limit.rule[0].version[0].model_copy(update={"in_force_to": dt.date(2029, 8, 31)})
    following = ended.model_copy(update={"in_force_from": dt.date(2029, 9, 1), "in_force_to": None})
    rule = limit.rule[0].model_copy(update={"version": (ended, following)})
    changed = limit.model_copy(update={"rule": (rule,)})

    page = make_rulebook.page(book.model_copy(update={"limits": {**book.limits, "decide_assess": changed}}))

    assert "in force from 1 September 2014 to 31 August 2029." in page
    assert "in force since 1 September 2029." in page


def test_the_facts_page_has_every_event_and_every_column():
    page = make_facts.page()

    assert [event for event in FACT_TYPES if f"| `{event}` | the " not in page] == []
    assert [column for column in COLUMNS if f"| `{column}` | " not in page] == []


@pytest.mark.parametrize("event", FACT_TYPES)
def test_every_fact_says_in_its_docstring_which_day_it_is_about(event):
    assert re.match(r"The (first )?(day|date)\b", FACT_TYPES[event].__doc__ or ""), "begin with 'The day ...'"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_of_a_page_leads_somewhere(page):
    text = page.read_text("utf-8")
    lost = []
    for match in LINK.finditer(text):
        target, _, anchor = match["target"].partition("#")
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        place = page if not target else (page.parent / target).resolve()
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            lost.append(match["target"])

    assert lost == []


def anchors(page):
    """The names that a link into a page may have: headings as GitHub names them, and explicit anchors."""
    text = page.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a id="([^"]+)">', text))


def test_the_index_knows_every_page():
    index = (DOCS / "index.md").read_text("utf-8")
    # A folder with a README has its own index, and the README is what has to be known.
    own = {readme.parent for readme in DOCS.rglob("README.md")}
    pages = [
        page.relative_to(DOCS).as_posix()
        for page in sorted(DOCS.rglob("*.md"))
        if page.name == "README.md" or page.parent not in own
    ]

    assert [page for page in pages if f"]({page})" not in index] == ["index.md"]


def test_the_states_that_type_checkers_see_are_those_of_the_rulebook():
    assert make_state_names.STUB.read_text("utf-8") == make_state_names.generated()
