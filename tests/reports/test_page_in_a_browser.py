"""The report page, opened, clicked, filtered, sorted, printed and read by axe-core in headless Chromium."""

import re

import pytest

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


HIDDEN_ASIDE = """[...document.querySelectorAll(".scroll")].filter(box => box.scrollWidth > box.clientWidth)
    .map(box => box.getAttribute("aria-label"))"""
"""The lists of a page of which something is seen only by moving them to the side."""
FOCUSED = """() => {
    const at = document.activeElement;
    if (at === document.body) return null;
    return [at.getAttribute("aria-label") || at.innerText, getComputedStyle(at).outlineStyle];
}"""


def walked(page):
    """Return where the keyboard stops on a page, one after another, and how each stop is outlined there."""
    stops = []
    page.keyboard.press("Tab")
    while (at := page.evaluate(FOCUSED)) is not None:
        stops.append(tuple(at))
        page.keyboard.press("Tab")
    return stops


def violations(page, axe):
    page.evaluate(axe)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    assert len(found["passes"]) >= 15, "axe looked at too little"
    return [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found["violations"]]


@pytest.fixture
def page(watched, page_file):
    yield watched.open(page_file)
    assert watched.said == []
    assert watched.asked == [page_file.as_uri()], "the page asked for something"


def unfolded(page, name):
    """Show the rows of a list, and return the list."""
    found = page.locator(f"#list-{name}")
    found.locator("summary").click()
    return found


def test_axe_finds_nothing(page, axe):
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert violations(page, axe) == []


def test_axe_finds_nothing_in_an_open_case(page, axe):
    unfolded(page, "breaches").locator("button.case").first.click()
    page.wait_for_selector("dialog[open] li")
    page.evaluate("document.querySelectorAll('dialog details').forEach(one => { one.open = true; })")
    assert violations(page, axe) == []


def test_axe_finds_nothing_in_the_public_page(watched, public_file, axe):
    assert violations(watched.open(public_file), axe) == []
    assert watched.said == []


def test_the_first_screen_answers_three_questions(page, seen):
    """Whether the law is kept, what needs doing now, and whether it is getting better."""
    kept, better = page.locator(".verdict").all()
    box = better.bounding_box()
    assert box["y"] + box["height"] <= 900, "the answers do not fit on one screen"
    breaches = len(seen.registers.rows("breaches", standing=True))
    assert kept.inner_text().startswith(f"No: {breaches:,} time limits are past and not met today, in ")
    assert page.locator(".card").count() == 5
    assert page.locator("#now ol li").count() == 5
    assert re.fullmatch(
        r"(Of|None of) 8 measures.+\.\s+The headline is .+\. .+ open for more than 20 weeks.*\.",
        better.inner_text(),
    )
    lines = page.locator(".lines tbody tr")
    assert lines.count() == 9
    assert "46.4%" in lines.first.inner_text()


def number_in(text):
    return int(re.sub(r"\D", "", text))


@pytest.mark.parametrize(
    "figure",
    [
        "#kept .card button.figure",
        "#now p button.figure",
        ".lines button.figure",
        ".tiles button.figure",
        "#chart-ageing button.figure",
        "#chart-quarters button.figure",
        "#chart-flow button.figure",
    ],
)
def test_a_figure_opens_its_cases_and_each_case_its_working(page, figure):
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    button = page.locator(figure).first
    says = button.inner_text()
    button.click()
    page.wait_for_selector("dialog[open] li")
    heading = page.locator("#file-h").inner_text()
    assert heading.endswith(f": {says}")
    if "%" not in says:
        told = [number_in(text.rpartition("(")[2]) for text in page.locator("dialog h3").all_inner_texts()]
        assert told[0] == number_in(says.split(" of ")[0]), "as many cases as the figure says"
        assert sum(told) == number_in(says.split(" of ")[-1])
    page.locator("dialog button.case").first.click()
    page.wait_for_function("document.getElementById('file-h').textContent.startsWith('Case ')")
    page.get_by_role("button", name="Back to the list").click()
    assert page.locator("#file-h").inner_text() == heading


def test_a_long_list_of_cases_is_shown_in_part_until_all_are_asked_for(page):
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    page.locator("#chart-flow tbody tr").last.locator("button.figure").last.click()
    page.wait_for_selector("dialog[open] li")
    more = page.locator("dialog button", has_text="Show all")
    before = page.locator("dialog li").count()
    if more.count():
        assert before == 300
        more.click()
    assert page.locator("dialog li").count() == number_in(page.locator("dialog h3").inner_text())


def test_a_case_opens_with_its_working_and_closes_by_the_keyboard(page):
    button = unfolded(page, "breaches").locator("button.case").first
    case_id = button.inner_text()
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] li")
    assert page.locator("#file-h").inner_text() == f"Case {case_id}"
    assert page.evaluate("document.activeElement.id") == "file-h"
    assert "a breach" in page.locator("dialog").inner_text()
    page.locator("dialog details summary").first.click()
    steps = page.locator("dialog details[open] ol li").all_inner_texts()
    assert steps[0].startswith("The clock started on ")
    assert any(step.startswith("Law: ") for step in steps)
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.textContent") == case_id, "focus goes back to where it was"


def test_a_case_is_found_by_its_id_and_an_unknown_one_is_said_to_be(page, caseload):
    case_id = next(iter(caseload))
    page.fill("#case", case_id)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog[open] li")
    facts = page.locator("dialog ol.timeline").last.locator("li").count()
    assert facts == len(caseload[case_id].facts)
    page.click("#file-close")
    page.fill("#case", "nobody")
    page.keyboard.press("Enter")
    page.wait_for_function("document.getElementById('find-says').textContent === 'There is no case nobody.'")


def rows_of(page, name):
    return [row.split("\t") for row in page.locator(f"#list-{name} tbody tr").all_inner_texts()]


def test_a_list_is_filtered_and_says_how_many_rows_are_left(page):
    unfolded(page, "advice")
    page.fill("#list-advice [data-filter]", "medical")
    rows = rows_of(page, "advice")
    assert rows
    assert all("medical" in row for row in rows)
    says = page.locator("#list-advice [data-says]").inner_text()
    assert re.fullmatch(rf"Rows 1 to {len(rows)} of \d+", says)
    page.fill("#list-advice [data-filter]", "no such thing")
    assert rows_of(page, "advice") == [["No row has that."]]


def test_a_list_is_sorted_up_and_down_and_says_so(page):
    head = unfolded(page, "breaches").locator("th", has_text="Days over")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    at = page.locator("#list-breaches th[scope=col]").all_inner_texts().index("Days over▴")
    up = [int(row[at].replace(",", "")) for row in rows_of(page, "breaches")]
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    down = [int(row[at].replace(",", "")) for row in rows_of(page, "breaches")]
    assert up == sorted(up)
    assert down == sorted(down, reverse=True)
    assert up[0] < down[0]


def test_a_list_is_turned_over_to_its_last_page(page):
    unfolded(page, "reviews")
    first = rows_of(page, "reviews")
    on = page.locator("#list-reviews [data-page='1']")
    back = page.locator("#list-reviews [data-page='-1']")
    assert back.is_disabled()
    total = int(page.locator("#list-reviews-h .count").inner_text().strip("()").replace(",", ""))
    seen = {row[0] for row in first}
    while not on.is_disabled():
        on.click()
        seen |= {row[0] for row in rows_of(page, "reviews")}
    assert len(seen) == total
    back.click()
    assert not on.is_disabled()


def test_the_page_is_walked_by_the_keyboard_from_the_skip_link_on(page):
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("one => one === document.activeElement")
    assert skip.bounding_box()["x"] >= 0, "the skip link shows when it has focus"
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'main'")
    outlined = page.locator("#find button")
    outlined.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert outlined.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_at_twice_the_size_nothing_runs_off_the_side(watched, page_file):
    watched.page.set_viewport_size({"width": 640, "height": 900})
    page = watched.open(page_file)
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_on_a_telephone_legends_and_lists_are_whole_and_the_page_is_short(watched, page_file):
    watched.page.set_viewport_size({"width": 390, "height": 844})
    page = watched.open(page_file)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("document.documentElement.scrollHeight") < 12_000
    for svg in page.locator("figure svg:visible").all():
        box = svg.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    names = page.locator("#chart-quarters .legend li").all_inner_texts()
    assert len(names) == 5
    assert page.locator("#chart-quarters .legend").is_visible()
    first = unfolded(page, "breaches").locator("tbody tr").first
    for box in (cell.bounding_box() for cell in first.locator("th, td").all() if cell.is_visible()):
        assert box["x"] + box["width"] <= 390


def test_in_forced_colours_charts_keep_their_own_and_figures_are_links_still(page):
    page.emulate_media(forced_colors="active")
    background = page.locator("figure svg:visible").first.evaluate("one => getComputedStyle(one).backgroundColor")
    assert background == "rgb(255, 255, 255)"
    line = page.locator(".lines button.figure").first.evaluate("one => getComputedStyle(one).textDecorationLine")
    assert line == "underline"


def test_it_prints_on_a4_without_its_controls(page, tmp_path):
    file = tmp_path / "report.pdf"
    page.emulate_media(media="print")
    assert not page.locator(".find").is_visible()
    assert not page.locator("nav").is_visible()
    assert page.locator(".lines").is_visible()
    page.pdf(path=str(file), format="A4", prefer_css_page_size=True)
    pdf = file.read_bytes()
    assert pdf.startswith(b"%PDF")
    # A4 is 595 by 842 points.
    boxes = {(round(float(w)), round(float(h))) for w, h in re.findall(rb"MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf)}
    assert boxes
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) < 8
    assert all(abs(w - 595) <= 1 and abs(h - 842) <= 1 for w, h in boxes)


def test_motion_is_left_out_for_those_who_ask_for_it(page):
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_colour_is_never_alone(page):
    """Each line of a chart has its own dash or mark, and its name; each change of a headline has its words."""
    for svg in page.locator("figure svg[role=img]").all():
        lines = svg.locator("polyline")
        looks = {(line.get_attribute("stroke"), line.get_attribute("stroke-dasharray")) for line in lines.all()}
        dashes = {dash for _, dash in looks}
        assert len(dashes) == len(looks)
        assert svg.get_attribute("aria-label")
    for cell in page.locator(".lines tbody td:nth-child(4)").all_inner_texts():
        assert re.search("better|worse|no clear change|cannot be said", cell)


def test_the_policy_lets_no_other_script_in(watched, page_file):
    page = watched.open(page_file)
    script = "document.body.append(Object.assign(document.createElement('script'), {text: 'window.pwned = 1'}))"
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(script)
    assert page.evaluate("window.pwned") is None


@pytest.mark.slow
def test_the_page_of_eight_thousand_cases_opens_and_shows_its_cases(watched, tmp_path):
    from ehcp_flow.case import group_cases
    from ehcp_flow.reports.overview import overview
    from ehcp_flow.reports.page import report_page
    from ehcp_flow.synth import synth

    file = tmp_path / "large.html"
    cases = group_cases(synth(8_000, 3, authority="885"))
    file.write_text(report_page(overview(cases, "2026-06-30")), encoding="utf-8")
    page = watched.open(file)
    unfolded(page, "breaches").locator("button.case").first.click()
    page.wait_for_selector("dialog[open] li")
    assert watched.said == []
