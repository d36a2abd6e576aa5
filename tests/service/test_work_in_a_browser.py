"""The work place in Chromium, on SQLite, without JavaScript and by the keyboard alone; and read by axe-core."""

import pytest

from ehcp_flow.facts import make_fact
from ehcp_flow.store import Store
from tests.conftest import MILLISECONDS
from tests.reports.test_page_in_a_browser import violations
from tests.service.conftest import hashed
from tests.service.served import Served

LIFE = [
    # what is chosen, the day, what else is filled in, where the case stands then
    ("Request received", "2024-01-08", {"party": "parent"}, "A request waits for the decision whether to assess"),
    ("Assessment agreed", "2024-02-12", {}, "An assessment is under way"),
    ("Plan agreed", "2024-04-15", {}, "A plan is to be drafted"),
    ("Draft plan sent", "2024-04-22", {}, "A draft plan is with the parent or young person"),
    ("Final plan sent", "2024-05-20", {}, "A plan is maintained"),
    ("Review meeting held", "2025-04-07", {}, "A plan is maintained and its review is open"),
    ("Review decision sent: maintain", "2025-04-28", {}, "A plan is maintained"),
]
PAGES = (
    "desk?as_of=2026-06-30", "case?case=C-3&as_of=2026-06-30", "case?case=C-3&known_on=2199-01-01",
    "explanation?case=C-3&limit=advice&as_of=2026-06-30", "fact?case=C-3&on=2026-04-07",
    "fact?case=C-3&on=2026-04-07&move=advice_received", "measures?year=2026", "scorecard?as_of=2026-06-30",
    "sign-in", "sign-out",
)  # fmt: skip
AT = "document.activeElement"
SAID = f"({AT}.labels && {AT}.labels[0] ? {AT}.labels[0].innerText : {AT}.innerText || '').trim()"


@pytest.fixture
def place(tmp_path):
    """The address of the work place, on an empty store."""
    url = f"sqlite:///{tmp_path}/cases.db"
    Store.open(url, create=True).close()
    (tmp_path / "keys.csv").write_text(f"{hashed('mine')},885,cw1\n", "utf-8")
    with Served(url, tmp_path / "keys.csv") as served:
        yield f"{served.address}/", url


class Keyboard:
    """Goes through pages by the keyboard, as somebody does who has no mouse."""

    def __init__(self, page):
        self.page = page

    def to(self, says):
        """Press Tab until the focus stands on what is called so, and see that it is seen there."""
        met: list[str] = []
        while True:
            self.page.keyboard.press("Tab")
            said = self.page.evaluate(SAID)
            if said.startswith(says):
                assert self.page.evaluate(f"getComputedStyle({AT}).outlineStyle") != "none", says
                return
            assert self.page.evaluate(f"{AT} !== document.body"), f"{says} is nowhere: {met}"
            met.append(said)

    def press(self, says):
        self.to(says)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, says, text):
        self.to(says)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def day(self, says, day):
        """Type a day into a field for days: its parts in the order in which this browser has them."""
        self.to(says)
        year, month, number = day.split("-")
        order = self.page.evaluate("new Intl.DateTimeFormat().formatToParts(new Date()).map(part => part.type)")
        parts = {"year": year, "month": month, "day": number}
        self.page.keyboard.type("".join(parts[name] for name in order if name in parts))
        assert self.page.evaluate(f"{AT}.value") == day


@pytest.fixture
def officer(chromium, place):
    """Somebody who signed in, with a browser that runs no script."""
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    page.goto(place[0])
    keyboard = Keyboard(page)
    keyboard.write("Your key", "mine")
    keyboard.press("Sign in")
    yield keyboard
    context.close()


def recorded(officer, what, day, more):
    """Record a fact, from the page that offers what is lawful."""
    officer.day("It happened on", day)
    officer.press("Show what was lawful then")
    officer.press(what)
    for label, text in more.items():
        officer.write(label.capitalize(), text)
    officer.press("Record")


def test_a_life_from_the_request_to_the_review_is_recorded_by_the_keyboard_alone(officer, place):
    page = officer.page
    officer.write("Begin a case", "C-1")
    officer.press("Begin")
    for what, day, more, state in LIFE:
        recorded(officer, what, day, more)
        assert page.locator("[role=status]").inner_text().startswith("Recorded: "), page.inner_text("main")
        assert page.locator("#state").inner_text() == state, what
        officer.press("Record what happened")
    with Store.open(place[1]) as store:
        found = store.case("C-1").case
    assert [(fact.on.isoformat(), fact.recorded_by) for fact in found.facts] == [(day, "cw1") for _, day, *_ in LIFE]


def test_an_unlawful_step_is_refused_with_its_reason_and_nothing_typed_is_lost(officer, place):
    page = officer.page
    officer.write("Begin a case", "C-2")
    officer.press("Begin")
    for what, day, more, _ in LIFE[:4]:
        recorded(officer, what, day, more)
        officer.press("Record what happened")
    officer.day("It happened on", "2024-04-29")
    officer.press("Show what was lawful then")
    why = page.locator("#refused + details")
    officer.to(why.locator("summary").inner_text())
    page.keyboard.press("Enter")
    assert "Final plan sent\nthe draft plan was served on Monday 22 April 2024" in why.inner_text()
    page.goto(f"{place[0]}workplace/fact?case=C-2&on=2024-05-20")
    officer.press("Final plan sent")
    officer.day("On", "2024-04-29")
    officer.write("Reason", "the parents agreed")
    officer.press("Record")
    told = page.locator("[role=alert]").inner_text()
    assert "Not recorded" in told
    assert "at least 15 days beginning with that day are protected, up to Monday 6 May 2024" in told
    assert "SEND Regulations 2014 (SI 2014/1530), reg 13(1)" in told
    assert "send the final plan on or after Tuesday 7 May 2024" in told
    assert page.input_value("#on") == "2024-04-29"
    assert page.input_value("#reason") == "the parents agreed"
    with Store.open(place[1]) as store:
        assert store.case("C-2").version == 4
    officer.day("On", "2024-05-20")
    officer.press("Record")
    assert page.locator("#state").inner_text() == "A plan is maintained"


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_on_any_page(officer, place, chromium, axe, width):
    facts = [
        ("request_received", "2026-03-02", {"party": "parent"}),
        ("assessment_agreed", "2026-04-02", {}),
        ("advice_requested", "2026-04-03", {"party": "medical"}),
    ]
    with Store.open(place[1]) as store:
        for at, (event, on, more) in enumerate(facts):
            store.record("C-3", make_fact(event, case_id="C-3", on=on, authority="885", **more), seen=at)
    signed_in = officer.page.context.storage_state()
    context = chromium.new_context(viewport={"width": width, "height": 900}, storage_state=signed_in)
    context.set_default_timeout(MILLISECONDS)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for name in PAGES:
        page.goto(f"{place[0]}workplace/{name}")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert violations(page, axe) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} moves to the side"
    page.goto(f"{place[0]}workplace/fact?case=C-3&on=2026-04-07&move=advice_received")
    page.fill("#on", "")
    page.click("button >> text=Record")
    page.wait_for_selector("[role=alert]")
    assert violations(page, axe) == []
    assert [text for text in said if "422" not in text] == []
    context.close()
