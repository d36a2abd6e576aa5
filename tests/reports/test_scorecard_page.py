"""The scorecard as a page: what a board reads, on a screen of any width, on paper, and by axe; nothing is loaded."""

import datetime as dt
import html
import re

import pytest

from ehcp_flow.measures.scorecard import scorecard
from ehcp_flow.reports.scorecard_page import scorecard_page
from tests.cli.running import invoke
from tests.measures.answers_made_up import told
from tests.reports.test_page_in_a_browser import violations

AS_OF = dt.date(2026, 6, 30)
PLAN = {
    "title": "Plan <b>",
    "measure": [
        {"id": "m0", "title": "Plans <i>", "figure": "pc_plans_issued_20_weeks_ex", "owner": "Ann",
         "baseline": {"on": dt.date(2026, 3, 31), "value": 40}, "targets": [{"by": dt.date(2027, 3, 31), "value": 90}]},
        {"id": "m1", "title": "Audits", "targets": [{"by": dt.date(2027, 3, 31), "value": 60}]},
        {"id": "m2", "title": "Waiting", "figure": "requests_open_over_20_weeks", "better": "lower",
         "targets": [{"by": dt.date(2027, 3, 31), "value": 1}]},
    ],
    "action": [{"id": "A1", "title": "Recruit", "due": dt.date(2026, 6, 1), "serves": ["m0"],
                "steps": [{"on": dt.date(2026, 3, 1), "rag": "amber", "says": "advert out"}]}],
    "observation": [{"measure": "m1", "on": dt.date(2026, 6, 1), "numerator": 41, "denominator": 50, "says": "sample"}],
}  # fmt: skip
CASES = (
    told("C-1", "2025-12-01 request_received parent", "2026-01-12 assessment_agreed", "2026-06-08 final_plan_sent"),
    told("<u>", "2025-11-03 request_received parent", "2026-01-12 assessment_agreed", "2026-06-08 final_plan_sent"),
    told("C-3", "2025-11-03 request_received parent"),
)


def page_of(**options):
    return scorecard_page(scorecard(CASES, PLAN, as_of=AS_OF), **options)


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<body")[2].partition(">")[2])).split())


def test_the_page_says_where_each_measure_stands_and_opens_what_is_red():
    text = text_of(page_of())
    assert "June 2026, as known on Tuesday 30 June 2026, 3 cases." in text
    assert "Of 3 measures: 2 green, 1 red." in text
    assert "Plans <i> Ann red 0.0% 0 of 2 52.5% 40.0% in Mar 26 90% by Mar 27" in text
    assert "Red: Plans <i> 2 cases stand against it" in text
    assert "C-1" in text
    assert "Waiting: It is at its goal." in text
    assert "A1 Recruit" in text
    assert "past its day" in text
    assert "1 Jun 2026 Audits 41 of 50 82.0 sample" in text.replace("\u00a0", " ")


def test_a_figure_without_a_line_is_drawn_without_one():
    plan = {"measure": [{"id": "m0", "figure": "plans_issued_den", "over": 2}]}
    text = text_of(scorecard_page(scorecard(CASES, plan, as_of=AS_OF)))
    assert "Each figure covers the 2 periods that end with it. New plans" not in text
    assert "Each figure covers the 2 periods that end with it." in text
    assert "With the line" not in text


def test_the_highlight_report_names_no_case():
    page = page_of(one_page=True)
    assert "C-1" not in page
    assert "No case is named on this sheet." in text_of(page)
    assert "What is red Plans <i>. 2 cases stand against it" in text_of(page)
    assert "Over time" not in page


def test_what_a_plan_or_a_case_is_called_cannot_become_markup():
    for page in (page_of(), page_of(one_page=True)):
        assert not re.search("<(b|i|u)>", page)


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = tmp_path_factory.mktemp("council")
    args = ("--cases", 200, "--seed", 6, "--authority", "885", "--as-of", "2026-06-30")
    (made / "cases.csv").write_text(invoke("synth", *args).stdout, encoding="utf-8")
    done = invoke("scorecard", made / "cases.csv", "--new", "--as-of", "2025-06-30")
    targets = "targets = [{by = 2027-03-31, value = 95}]"
    (made / "plan.toml").write_text(done.stdout.replace("targets = []", targets), encoding="utf-8")
    return made


def written(council, *args):
    out = council / "board.html"
    for _ in range(2):  # its own page is replaced
        named = ("--plan", council / "plan.toml", "--output", out)
        done = invoke("scorecard", council / "cases.csv", *named, "--as-of", "2026-06-30", *args)
        assert done.exit_code == 0, done.output
    return out


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("args", [(), ("--one-page", "--format", "html")])
def test_axe_finds_nothing_and_the_page_fits_its_screen(watched, axe, council, width, args):
    out = written(council, *args)
    watched.page.set_viewport_size({"width": width, "height": 900})
    page = watched.open(out)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page, axe) == []
    assert watched.said == []
    assert watched.asked == [out.as_uri()]


def sheets_of(page):
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def test_the_highlight_report_prints_on_one_sheet(watched, council):
    assert sheets_of(watched.open(written(council, "--one-page", "--format", "html"))) == 1


def plan_of(measures, actions, says):
    """Return a plan of which all that can be red is, all actions are late, and every text is as long as told."""
    targets = [{"by": dt.date(2027, 3, 31), "value": 90}]
    steps = [{"on": dt.date(2026, month, 1), "rag": "amber", "says": says} for month in (3, 4, 5)]
    red = {"figure": "pc_plans_issued_20_weeks_ex", "owner": "Head of SEND casework", "targets": targets,
           "comment": [{"on": dt.date(2026, 6, 1), "says": says}]}  # fmt: skip
    backlog = {"figure": "requests_open_over_20_weeks", "better": "lower", "targets": targets}
    return {
        "title": says,
        "measure": [
            *({"id": f"m{at}", "title": f"{says} {at}", **red} for at in range(measures - 3)),
            *({"id": f"b{at}", "title": f"{says} {at}", **backlog} for at in range(2)),
            {"id": "audits", "title": says},
        ],
        "action": [
            {"id": f"A{at}", "title": says, "lead": says, "due": dt.date(2026, 6, 1), "serves": ["m0"],
             "steps": steps if at % 3 else [{"on": dt.date(2026, 3, 1), "rag": "blue", "says": says}]}
            for at in range(actions)
        ],
        "observation": [{"measure": "audits", "on": dt.date(2026, 6, day), "value": 4} for day in range(1, 13)],
    }  # fmt: skip


SHORT = "Both posts are filled"
LONG = "What the board of the partnership asked for in its resolution of last March, as amended in May. " * 4


@pytest.mark.parametrize(
    ("measures", "actions", "says"),
    [(12, 12, SHORT), (13, 1, LONG), (16, 16, SHORT), (16, 16, LONG), (16, 0, LONG), (40, 40, LONG), (4, 3, "w" * 900)],
)
def test_whatever_a_plan_holds_the_highlight_report_is_one_sheet(watched, tmp_path, measures, actions, says):
    out = tmp_path / "board.html"
    card = scorecard(CASES, plan_of(measures, actions, says), as_of=AS_OF)
    out.write_text(scorecard_page(card, one_page=True), encoding="utf-8")
    page = watched.open(out)
    assert sheets_of(page) == 1
    assert "12 observations" in page.inner_text("main")


def test_no_text_is_cut_while_there_is_room_on_the_sheet(watched, tmp_path):
    backlog = {"figure": "requests_open", "better": "lower", "targets": [{"by": dt.date(2027, 3, 31), "value": 0}],
               "amber": 0}  # fmt: skip
    says = "The board asked for a team of four, who began in May, and for a list of those who wait the longest."
    plan = {"measure": [
        {"id": f"m{at}", "title": f"Requests that nobody has answered {at}", "owner": "Head of SEND casework",
         **(backlog if at % 2 else {}), "comment": [{"on": dt.date(2026, 6, 1), "says": says}]} for at in range(9)
    ]}  # fmt: skip
    out = tmp_path / "board.html"
    out.write_text(scorecard_page(scorecard(CASES, plan, as_of=AS_OF), one_page=True), encoding="utf-8")
    page = watched.open(out)
    page.set_viewport_size({"width": 688, "height": 1017})  # A4 less its margins
    page.emulate_media(media="print")
    cut = "[...document.querySelectorAll('.opened p')].map(text => text.scrollHeight > text.clientHeight)"
    assert page.evaluate(cut) == [False] * 4
    assert sheets_of(page) == 1


def test_the_sheet_says_what_is_left_out_and_where_it_is():
    def left_out(measures, actions):
        text = text_of(scorecard_page(scorecard(CASES, plan_of(measures, actions, SHORT), as_of=AS_OF), one_page=True))
        return text.partition("Not on this sheet: ")[2].partition(";")[0], text

    few, text = left_out(4, 2)
    assert few == "12 observations"
    assert "the whole scorecard (without --one-page) has them" in text
    many, text = left_out(16, 16)
    found = re.fullmatch(r"(\d+) red measures opened, 2 backlogs, (\d+) actions and 12 observations", many)
    assert found
    assert (text.count("stand against it"), text.count("past its day")) == (13 - int(found[1]), 16 - int(found[2]))
    assert "A0 Both" not in text  # what is done goes before what is late
    assert "A1 Both" in text
    measures, text = left_out(60, 0)
    assert re.fullmatch(r"\d+ measures, 57 red measures opened, 2 backlogs and 12 observations", measures)
    assert "A text that ends in … goes on in the whole scorecard." in text
