"""Events that a rulebook declares, and outcomes that it adds: what is known of them, and what is refused."""

import datetime as dt
import pickle
from pathlib import Path

import pytest

from ehcp_flow import Case, deadlines_of, judge, make_fact
from ehcp_flow.bulk import deadlines_frame, states_frame
from ehcp_flow.engine.numbers import KEY_OF, KEYS
from ehcp_flow.engine.rulebook import compiled
from ehcp_flow.errors import FactError, RulebookError
from ehcp_flow.explanation import explain
from ehcp_flow.facts import FACT_TYPES, LEGAL_ORDER, OUTCOMES, choices_of, known_word, outcomes_of, told_apart
from ehcp_flow.law import compare_rulebooks, england, load_rulebook
from ehcp_flow.law.declared import DeclaredEvent, FurtherOutcomes, declare
from ehcp_flow.moves.regions import regions_of
from ehcp_flow.readers import read_cases
from ehcp_flow.states import allowed, check_move, moves, state
from ehcp_flow.vocabulary import LIBRARY, forget_declared, per_vocabulary
from tests.cli.running import invoke
from tests.telling import tell

MADE_UP = Path(__file__).parents[2] / "examples" / "rulebook_made_up"
MET = {"id": "panel_met", "on": "The day the panel met.", "outcomes": ["upheld", "turned_down"]}


def declared(**more):
    return DeclaredEvent.model_validate({**MET, **more})


def folder(tmp_path, text, name="book", *, old="", new=""):
    """Return the made-up rulebook in a folder of its own, with a text more, or one instead of another."""
    copy = tmp_path / name
    for file in MADE_UP.rglob("*.toml"):
        to = copy / file.relative_to(MADE_UP)
        to.parent.mkdir(parents=True, exist_ok=True)
        told = file.read_text()
        to.write_text(told.replace(old, new) if old else told)
    if text:
        (copy / "more.toml").write_text(text)
    return copy


def test_an_event_has_the_columns_the_words_and_the_side_of_time_that_are_declared():
    declare([declared(parties=["school", "parent"], columns=["until", "aware_on"], needs=["party", "until"])])
    fact = make_fact("panel_met", case_id="a", on="2026-03-02", outcome="upheld", party="school", until="2026-04-02")
    assert (fact.event, fact.outcome, fact.day("until")) == ("panel_met", "upheld", dt.date(2026, 4, 2))
    assert FACT_TYPES["panel_met"].means() == "the day the panel met"
    assert choices_of("panel_met", "party") == ("school", "parent")
    assert outcomes_of("panel_met") == told_apart("panel_met") == ("upheld", "turned_down")
    given = {"outcome": "upheld", "party": "school", "until": "2026-04-02"}
    for wrong, field in (
        ({"outcome": "lost"}, "outcome"),
        ({"party": "x"}, "party"),
        ({"made_on": "2026-01-01"}, "made_on"),
    ):
        with pytest.raises(FactError) as error:
            make_fact("panel_met", case_id="a", on="2026-03-02", **{**given, field: wrong})
        assert error.value.field == field
    for left_out in given:
        with pytest.raises(FactError, match=left_out):
            make_fact("panel_met", case_id="a", on="2026-03-02", **{**given, left_out: None})
    assert not FACT_TYPES["panel_met"].prospective
    assert FACT_TYPES["panel_met"].served_later


def test_an_event_may_lie_ahead_and_may_have_been_served_before():
    declare([declared(id="panel_due", ahead=True, served_earlier=True, may_lack_outcome=True)])
    assert FACT_TYPES["panel_due"].prospective
    assert not FACT_TYPES["panel_due"].served_later
    assert make_fact("panel_due", case_id="a", on="2026-03-02").outcome is None
    assert told_apart("panel_due") == (None,)
    assert outcomes_of("panel_due") == (None, "upheld", "turned_down")


def test_its_facts_stand_behind_those_of_the_library_on_one_day_and_keep_their_numbers():
    before = list(KEYS)
    declare([declared(), declared(id="appeal_heard")])
    assert list(KEYS[: len(before)]) == before
    assert list(LEGAL_ORDER)[-2:] == ["panel_met", "appeal_heard"]
    assert KEY_OF["panel_met", "upheld"] == len(before)
    told = [make_fact(event, case_id="a", on="2026-03-02", outcome=outcome) for event, outcome in
            (("appeal_heard", "upheld"), ("panel_met", "upheld"), ("died", None))]  # fmt: skip
    assert [fact.event for fact in Case("a", tuple(told)).facts] == ["died", "panel_met", "appeal_heard"]


def test_two_rulebooks_know_an_event_together_and_each_its_own_outcomes(tmp_path):
    first = load_rulebook(MADE_UP)
    second = load_rulebook(_with_more(tmp_path))
    assert outcomes_of("panel_met") == ("upheld", "turned_down", "sent_back")
    sent_back = make_fact("panel_met", case_id="a", on="2026-03-09", outcome="sent_back", until="2026-03-10")
    case = Case("a", (make_fact("appeal_registered", case_id="a", on="2026-03-02"), sent_back))
    assert state(case, "2026-04-01", rulebook=second).pathway == "OPEN"
    assert state(case, "2026-04-01", rulebook=first).pathway == "OPEN"
    by_panel = {each.limit: each.status for each in deadlines_of(case, "2026-04-01", rulebook=first)}
    assert by_panel["panel"] == "met"
    assert "outcomes: upheld, turned_down -> upheld, turned_down, sent_back" in [
        str(change).partition(", ")[2] for change in compare_rulebooks(first, second)
    ]


def _with_more(tmp_path):
    copy = folder(tmp_path, "", old='outcomes = ["upheld", "turned_down"]',
                  new='outcomes = ["upheld", "turned_down", "sent_back"]\ncolumns = ["until"]')  # fmt: skip
    moves = copy / "moves" / "complaints.toml"
    moves.write_text(moves.read_text().replace(
        '\n]\n\n[[misplaced]]\nevents = ["appeal_registered"]',
        '\n  { on = ["panel_met:sent_back"], from = ["OPEN"], authority = ["JR 4(3)"] },\n]\n\n[[misplaced]]\n'
        'events = ["appeal_registered"]',
    ))  # fmt: skip
    return copy


def test_what_an_older_rulebook_knew_is_not_asked_of_it_anew():
    """A rulebook that is laid out stays right when another declares more: it is laid out again for what is new."""
    case = Case("a", (make_fact("request_received", case_id="a", on="2026-03-02"),))
    before = deadlines_of(case, "2026-05-01")
    load_rulebook(MADE_UP)
    more = case.record(make_fact("panel_met", case_id="a", on="2026-03-09", outcome="upheld"))
    assert deadlines_of(more, "2026-05-01") == before
    assert state(more, "2026-05-01").pathway.name == "REQUESTED"
    assert deadlines_frame(more.facts, "2026-05-01").height == len(before)


@pytest.mark.parametrize(
    ("more", "key"),
    [({"ahead": True}, "ahead"), ({"served_earlier": True}, "served_earlier"), ({"outcomes": []}, "outcomes"),
     ({"may_lack_outcome": True}, "may_lack_outcome")],
)  # fmt: skip
def test_what_cannot_both_be_so_is_refused(more, key):
    declare([declared()])
    with pytest.raises(ValueError, match=f"says otherwise at {key}"):
        declare([declared(**more)])
    assert choices_of("panel_met", "outcome") == ("upheld", "turned_down")


def test_parties_and_needs_of_two_rulebooks_are_what_both_can_live_with():
    declare([declared(parties=["school"], columns=["until"], needs=["party", "until"])])
    declare([declared(parties=["parent"], needs=["party"])])
    assert choices_of("panel_met", "party") == ("school", "parent")
    assert not FACT_TYPES["panel_met"].model_fields["until"].is_required()
    declare([declared(needs=["party"])])
    assert choices_of("panel_met", "party") == ()
    assert FACT_TYPES["panel_met"].model_fields["party"].is_required()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[event]]\nid = "request_received"\non = "The day."', "the library has an event 'request_received' itself"),
        ('[[event]]\nid = "x"\non = "A day"', "on"),
        ('[[event]]\nid = "x"\non = "The day."\noutcomes = ["none"]', "no outcome is called 'none'"),
        ('[[event]]\nid = "x"\non = "The day."\nmay_lack_outcome = true', "may_lack_outcome needs outcomes"),
        ('[[event]]\nid = "x"\non = "The day."\nneeds = ["until"]', "needs until, which stands in no column"),
        ('[[event]]\nid = "x"\non = "The day."\ncolumns = ["body"]', "columns"),
        ('[[outcomes]]\nof = "panel_met"\nwords = ["x"]', "the library has no event called 'panel_met'"),
        ('[[outcomes]]\nof = "meeting_held"\nwords = ["x"]', "meeting_held has no outcomes"),
        ('[[outcomes]]\nof = "mediation_agreed"\nwords = ["none"]', "no outcome is called 'none'"),
        ('[[ground]]\nid = "x"\noutcome = "y"\ntitle = "t"\ntest = "named"\nin_force_from = 2020-01-01',
         "exception_recorded has no outcome 'y'"),
    ],
)  # fmt: skip
def test_what_cannot_be_declared_is_refused_with_its_file_and_leaves_nothing_behind(tmp_path, text, why):
    with pytest.raises(RulebookError, match=why) as error:
        load_rulebook(folder(tmp_path, text))
    assert error.value.file == "more.toml"
    assert {*FACT_TYPES} == {*LIBRARY}
    assert "panel_met" not in LEGAL_ORDER


@pytest.mark.parametrize("name", ["state", "case", "trigger", "get_graph", "after_move", "on_enter_open", "import"])
def test_an_event_is_a_method_of_what_is_moved_and_called_by_no_other_name_there(tmp_path, name):
    with pytest.raises(RulebookError, match=f"no event can be called '{name}'") as error:
        load_rulebook(folder(tmp_path, "", old="panel_met", new=name))
    assert error.value.key == "event.0.id"


def test_an_event_of_the_library_can_have_an_outcome_more(tmp_path):
    book = load_rulebook(draft(tmp_path, **ANSWERED))
    fact = make_fact("tribunal_order_made", case_id="a", on="2026-03-02", outcome="postpone")
    assert isinstance(fact, LIBRARY["tribunal_order_made"])
    assert OUTCOMES["tribunal_order_made"][-1] == "postpone"
    assert list(book.outcomes) == ["tribunal_order_made"]
    # England's own law goes on without it: its moves know what England's orders are.
    assert regions_of(england()).disputes is not None
    assert deadlines_of(Case("a", (fact,)), "2026-06-01") == []
    assert pickle.loads(pickle.dumps(fact)) == fact


POSTPONE = '[[outcomes]]\nof = "tribunal_order_made"\nwords = ["postpone"]\n'
POSTPONED = 'move = [{{ on = ["tribunal_order_made:postpone"], from = {}, authority = ["CFA 54"] }}]'
ANSWERED = {
    "pathway": POSTPONED.format('["all"]'),
    "disputes": POSTPONED.format('["APPEALED", "CONCEDED", "DETERMINED"]'),
}


def draft(tmp_path, **moves):
    """Return a draft of England's law in which the Tribunal can postpone, with what is said of that by region."""
    (tmp_path / "draft.toml").write_text(f'based_on = "england"\n{POSTPONE}')
    for region, text in moves.items():
        (tmp_path / "moves").mkdir(exist_ok=True)
        (tmp_path / "moves" / f"{region}_more.toml").write_text(f'region = "{region}"\n{text}')
    return tmp_path


@pytest.mark.parametrize("regions", [("pathway", "disputes"), ("pathway",), ("disputes",)])
def test_an_outcome_that_no_move_of_its_own_rulebook_answers_is_refused_where_it_is_declared(tmp_path, regions):
    draft(tmp_path, **{region: text for region, text in ANSWERED.items() if region not in regions})
    with pytest.raises(RulebookError) as error:
        load_rulebook(tmp_path)
    assert (error.value.file, error.value.line) == ("draft.toml", 4)
    for words in ("no move answers tribunal_order_made:postpone", "[[move]]", *regions):
        assert words in error.value.why


APPEALED = (
    "2026-01-05 final_plan_sent; 2026-01-12 mediation_contacted; 2026-01-19 mediation_certificate_issued; "
    "2026-01-26 appeal_registered"
)


def test_an_outcome_of_another_rulebook_moves_no_dispute_and_no_plan(tmp_path):
    load_rulebook(draft(tmp_path, **ANSWERED))
    law = england()
    case = tell(f"{APPEALED}; 2026-03-02 tribunal_order_made outcome=postpone")
    found = state(case, "2026-03-09", rulebook=law)
    assert (found.pathway, [str(each.state) for each in found.disputes]) == ("MAINTAINED", ["APPEALED"])
    assert found.findings == state(tell(APPEALED), "2026-03-09", rulebook=law).findings
    verdict = check_move(tell(APPEALED), "tribunal_order_made", outcome="postpone", as_of="2026-03-02", rulebook=law)
    assert (verdict.allowed, verdict.moves, verdict.dispute) == (True, False, None)
    assert allowed(case, "2026-03-09", rulebook=law) == allowed(tell(APPEALED), "2026-03-09", rulebook=law)
    assert states_frame([case], "2026-03-09", rulebook=law)["state"].to_list() == ["MAINTAINED"]


def test_an_exception_of_an_outcome_of_ones_own_can_be_a_ground(tmp_path):
    text = (
        '[[outcomes]]\nof = "exception_recorded"\nwords = ["snow"]\n'
        '[[ground]]\nid = "snow"\noutcome = "snow"\ntitle = "snow"\ntest = "within_period"\n'
        "in_force_from = 2020-01-01\n"
    )
    book = load_rulebook(
        folder(tmp_path, text, old='done_by = ["panel_met"]',
               new='done_by = ["panel_met"]\nexceptions = [{ ground = "snow", citation = "JR 5" }]')
    )  # fmt: skip
    snow = make_fact("exception_recorded", case_id="a", on="2026-03-09", outcome="snow", reason="snow")
    case = Case("a", (make_fact("appeal_registered", case_id="a", on="2026-03-02"), snow))
    found = {each.limit: each for each in deadlines_of(case, "2026-05-11", rulebook=book)}
    assert found["panel"].excused_by == ("snow",)
    assert (found["panel"].breach, found["answer"].breach) == (False, True)


def test_facts_and_a_rulebook_tell_another_process_what_is_declared():
    book = load_rulebook(MADE_UP)
    fact = make_fact("panel_met", case_id="a", on="2026-03-02", outcome="upheld")
    sent, law = pickle.dumps(fact), pickle.dumps(book)
    forget_declared()
    assert pickle.loads(sent).content == fact.content
    forget_declared()
    assert pickle.loads(law) == book
    assert "panel_met" in FACT_TYPES


def test_what_is_worked_out_is_worked_out_anew_once_there_is_more():
    asked = []

    @per_vocabulary
    def events(mark):
        asked.append(mark)
        return (mark, len(FACT_TYPES))

    assert events("x") == events("x") == ("x", len(LIBRARY))
    declare([declared()])
    assert events("x") == ("x", len(LIBRARY) + 1)
    declare([declared()])
    assert events("x") == ("x", len(LIBRARY) + 1)
    assert asked == ["x", "x"]


def test_what_fails_inside_leaves_what_was_known_before():
    declare([declared()])
    more = declared(outcomes=["upheld", "sent_back"]), FurtherOutcomes(of="tribunal_order_made", words=("postpone",))
    with pytest.raises(ValueError, match="ahead"):
        declare([*more, declared(id="other"), declared(ahead=True)])
    assert outcomes_of("panel_met") == ("upheld", "turned_down")
    assert "other" not in FACT_TYPES
    assert "postpone" not in OUTCOMES["tribunal_order_made"]
    assert ("panel_met", "sent_back") not in KEY_OF


def test_what_informs_under_a_rulebook_is_what_that_reads(tmp_path):
    """Nothing of England's procedure, and no outcome that another rulebook of this process declares."""
    load_rulebook(folder(tmp_path, '[[outcomes]]\nof = "exception_recorded"\nwords = ["by_post"]\n', "other"))
    more = (
        '[[event]]\nid = "driver_asked"\non = "The day the driver was asked."\n'
        '[[outcomes]]\nof = "review_decision_sent"\nwords = ["split"]\n'
        '[[sign]]\nid = "look"\nfinding = "look"\nfacts = ["review_decision_sent:split"]\nsays = "x"\n'
    )
    book = load_rulebook(folder(tmp_path, more))
    told = {
        (each.event, each.outcome)
        for each in moves(tell("2026-03-02 appeal_registered"), informing=True, rulebook=book)
    }
    assert {event for event, _ in told} == {*compiled(book).reads} - {"fact_voided"} - {
        "appeal_registered", "appeal_response_sent", "appeal_withdrawn", "panel_met",
    }  # fmt: skip
    assert {("driver_asked", None), ("review_decision_sent", "split"), ("date_of_birth", None)} <= told
    assert "request_received" not in {event for event, _ in told}
    of_england = {(each.event, each.outcome) for each in moves(tell("2026-03-02 request_received"), informing=None)}
    assert {("review_decision_sent", "split"), ("exception_recorded", "by_post"), ("driver_asked", None)}.isdisjoint(
        of_england
    )


def test_an_exception_that_nobody_allows_is_told_so_whether_or_not_it_names_a_limit():
    book = load_rulebook(MADE_UP)
    for limit, said in (("", "any limit"), (" limit=panel", "panel")):
        case = tell(f"2026-03-02 appeal_registered; 2026-03-12 exception_recorded outcome=school_closed{limit}")
        messages = {each.code: each.message for each in judge(case, "2026-06-30", rulebook=book).findings}
        told = messages["exception_not_available"]
        assert told == f"exception school_closed on 2026-03-12: the law allows no such exception to {said}"


def test_what_sets_a_clock_going_again_is_told_where_the_rulebook_says_nothing_of_it(tmp_path):
    resumes = 'ends_on = ["appeal_withdrawn", "panel_met"]\nresumes_on = ["meeting_held"]'
    says = f'{resumes}\nresumption = {{ says = "The journey was asked for again.", citation = ["JR 2"] }}'
    case = tell("2026-03-02 appeal_registered; 2026-03-04 appeal_withdrawn; 2026-03-06 meeting_held")
    old = 'ends_on = ["appeal_withdrawn", "panel_met"]'
    for name, new, said in (
        ("bare", resumes, "The time that had ended goes on as if it had not."),
        ("told", says, "The journey was asked for again."),
    ):
        book = load_rulebook(folder(tmp_path, "", name, old=old, new=new))
        [found] = [each for each in deadlines_of(case, "2026-03-09", rulebook=book) if each.limit == "panel"]
        [step] = [each for each in found.explanation if each.part == "start" and each.on == dt.date(2026, 3, 6)]
        assert step.text.endswith(said)
        assert len(step.citations) == ("resumption" in new)


def test_an_exception_of_no_named_ground_says_nothing_of_englands_figures_under_another_law():
    told = "2026-03-12 exception_recorded outcome=not_stated"
    for chronology, book, counted in (
        (f"2026-03-02 appeal_registered; {told}", load_rulebook(MADE_UP), False),
        (f"2026-03-02 request_received; {told}", england(), True),
    ):
        [message] = [
            each.message
            for each in judge(tell(chronology), "2026-06-30", rulebook=book).findings
            if each.code == "exception_not_stated"
        ]
        assert "it excuses nothing" in message
        assert ("Department for Education" in message) is counted


PARTIES = (
    'outcomes = ["upheld", "turned_down"]',
    'outcomes = ["upheld", "turned_down"]\nparties = ["school", "bus_firm"]',
)


@pytest.mark.parametrize("written", ["bus_firm", "Bus firm", "BUS-FIRM", " bus_firm "])
def test_a_file_writes_the_parties_of_ones_own_event_as_it_writes_any_other_word(tmp_path, written):
    """One by one, and in columns, which read the same."""
    book = load_rulebook(folder(tmp_path, "", old=PARTIES[0], new=PARTIES[1]))
    file = tmp_path / "cases.csv"
    file.write_text(
        f"case_id,event,on,party,outcome\na,appeal_registered,2026-03-02,,\na,Panel met,2026-03-20,{written},Upheld\n"
    )
    case = read_cases(file)["a"]
    assert case.facts[-1].party == "bus_firm"
    told = invoke("check", file, "--as-of", "2026-04-01", "--rulebook", tmp_path / "book")
    assert "refused" not in told.stderr
    assert known_word("party", "Bus firm") == "bus_firm"
    assert known_word("party", "Bus firm", "meeting_held") == "Bus firm"
    assert known_word("party", "Bus firm", "no_event") == "Bus firm"
    assert book.events["panel_met"].parties == ("school", "bus_firm")


def test_what_was_not_recorded_is_called_as_what_was(tmp_path):
    book = load_rulebook(folder(tmp_path, "", old='id = "panel_met"\n', new='id = "panel_met"\ntitle = "panel sat"\n'))
    case = tell("2026-03-02 appeal_registered")
    (panel,) = [each for each in deadlines_of(case, "2026-04-01", rulebook=book) if each.limit == "panel"]
    assert "Not recorded by Wednesday 1 April 2026: panel sat." in [step.text for step in explain(panel)]


def test_a_rulebook_that_was_changed_is_told_to_be_read_in_a_new_process(tmp_path):
    load_rulebook(folder(tmp_path, "", "before"))
    changed = folder(tmp_path, "", "after", old='id = "panel_met"\n', new='id = "panel_met"\nahead = true\n')
    with pytest.raises(RulebookError, match="if it is this one before it was changed, start the process anew"):
        load_rulebook(changed)
