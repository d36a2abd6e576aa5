"""What holds of a case over time: from any day, in any order of rows, and without moving anything."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehcp_flow.case import Case
from ehcp_flow.dates import parse_date
from ehcp_flow.deadlines import deadlines_of
from ehcp_flow.errors import DateError, FactError
from ehcp_flow.facts import Fact, as_stored, make_fact
from ehcp_flow.particular_table import known_names, name_of, settled, value_fault
from ehcp_flow.particulars import held_on, school_year_of, values_by_name
from ehcp_flow.readers import read_cases
from ehcp_flow.states import state
from ehcp_flow.store import MemoryStore
from ehcp_flow.store.imports import import_file
from ehcp_flow.testing.strategies import cases, days, facts

AS_OF = "2026-06-30"


def part(on: str, particular: str, value: str, **fields: str) -> Fact:
    return make_fact("particular_recorded", case_id="a", on=on, particular=particular, value=value, **fields)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


# A name, and what it takes.


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("need", "asd", "ASD"),
        ("need", "DS", "DS"),
        ("need", "autism", None),
        ("placement", "Early years", "early_years"),
        ("placement", "124324", "124324"),
        ("placement", "10012345", "10012345"),
        ("placement", "20012345", None),
        ("placement", "12432", None),
        ("placement", "neet", "NEET"),
        ("school_year", "Year 6", "6"),
        ("school_year", "Y06", "6"),
        ("school_year", "Reception", "R"),
        ("school_year", "15", None),
        ("rya", "TRUE", "yes"),
        ("rya", "0.0", "no"),
        ("rya", "perhaps", None),
        ("housed_by", "928", "928"),
        ("housed_by", "Northants", None),
        ("direct_payments", "i", "I"),
        ("upn", "B801200005001", "B801200005001"),
        ("upn", "A801200005001", None),
        ("upn", "b801 2000 05001", "B801200005001"),
        ("upn", "B80120000500", None),
        ("uln", "9276308686", "9276308686"),
        ("uln", "9276308687", None),
        ("uln", "0276308686", None),
        ("team", "North", "North"),
        ("our_own", "anything at all", "anything at all"),
        ("our_own", "x" * 201, None),
    ],
)
def test_a_value_is_kept_as_returns_write_it_or_not_taken(name, text, kept):
    assert settled(name, text) == kept
    assert (value_fault(name, text) is None) is (kept is not None)


def test_the_last_character_of_a_number_that_is_wrong_is_found_whichever_digit_is():
    for number, name in (("B801200005001", "upn"), ("9276308686", "uln")):
        for at, digit in enumerate(number):
            for other in "0123456789":
                if digit.isdigit() and other != digit:
                    assert settled(name, number[:at] + other + number[at + 1 :]) is None


def test_a_temporary_upn_counts_its_last_letter():
    # 8 * 2 + 1 * 4 + 2 * 5 + 5 * 10 + 0 * 13 is 80, and leaves 11 modulo 23: an M; with a B at its end 93, and a B.
    assert settled("upn", "M80120000500A") == "M80120000500A"
    assert settled("upn", "B80120000500B") == "B80120000500B"
    assert settled("upn", "M80120000500B") is None


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"particular": "need", "value": "autism"}, "write one of SPLD, MLD"),
        ({"particular": "no name!", "value": "x"}, "write a name of letters"),
        ({"particular": "team", "value": "North", "rank": "2"}, "of team one holds at a time"),
        ({"particular": "need", "value": "ASD", "rank": "3"}, "write one of 1, 2"),
        ({"particular": "need", "value": "ASD", "kind": "special"}, "it says of what kind a placement is"),
        ({"particular": "placement", "value": "124324", "kind": "boarding"}, "write one of mainstream, special"),
        ({"particular": "team"}, "needs a value"),
        ({"value": "North"}, "needs a particular"),
        ({"particular": "uln", "value": "1"}, "ten digits of which the last fits"),
    ],
)
def test_what_no_particular_can_be_is_refused_with_what_would_be_right(fields, says):
    with pytest.raises(FactError, match=says):
        make_fact("particular_recorded", case_id="a", on="2026-01-01", **fields)


def test_only_a_particular_has_its_columns():
    with pytest.raises(FactError, match="value belongs to particular_recorded"):
        make_fact("plan_agreed", case_id="a", on="2026-01-01", value="x")


def test_a_name_is_written_as_it_is_kept():
    assert name_of(" School  Year ") == "school_year"
    assert name_of("2nd") is None


def test_every_known_name_says_what_it_is_and_every_code_what_it_means():
    for known in known_names().values():
        assert known.says
        assert all(known.codes.values())
        assert set(known.first) <= set(known.codes)


# What holds on a day.

PLACED = (
    part("2022-09-05", "placement", "early_years"),
    part("2023-01-20", "placement", "124324", kind="mainstream"),
    part("2023-06-20", "placement", "special", until="2023-12-31"),
)


@pytest.mark.parametrize("told", [PLACED, PLACED[::-1], (PLACED[1], PLACED[2], PLACED[0])])
def test_a_particular_holds_from_its_day_until_the_next_one_or_its_end(told):
    case = Case("a", told)
    held = [case.particular("placement", day(on)) for on in ("2022-09-04", "2022-09-05", "2023-06-19", "2023-12-31")]
    assert held == [None, "early_years", "124324", "special"]
    # The end of a later one does not bring back what it took the place of.
    assert case.particular("placement", day("2024-01-01")) is None


def test_ranks_hold_side_by_side():
    case = Case("a", (part("2024-01-01", "need", "SLCN", rank="2"), part("2024-02-01", "need", "ASD", rank="1")))
    assert case.particular("need", day("2024-03-01")) == "ASD"
    assert case.particular("need", day("2024-03-01"), rank="2") == "SLCN"
    assert held_on(case.particulars, day("2024-01-15")) == {}


def test_a_placement_is_grouped_by_its_kind_and_its_place_goes_by_another_name():
    told = Case("a", (*PLACED, part("2024-05-01", "placement", "10012345"))).particulars
    assert values_by_name(told, day("2023-02-01")) == {"placement": "mainstream", "placement_value": "124324"}
    assert values_by_name(told, day("2023-07-01")) == {"placement": "special"}
    assert values_by_name(told, day("2024-06-01")) == {"placement_value": "10012345"}


def test_a_particular_is_corrected_and_taken_back_like_any_fact():
    wrong = part("2024-01-01", "team", "North", fact_id="f1")
    case = Case("a", (wrong,))
    assert case.void(wrong, "typed twice").particular("team", day("2024-02-01")) is None
    mended = case.replace(wrong, part("2024-01-01", "team", "South"), "typed wrong")
    assert mended.particular("team", day("2024-02-01")) == "South"
    assert [each.corrected for each in mended.corrections] == [wrong]
    assert mended.findings == ()


def test_what_was_known_then_holds_then():
    told = (
        part("2024-01-01", "team", "North", recorded_at="2024-01-02T09:00:00Z"),
        part("2024-02-01", "team", "South", recorded_at="2024-06-01T09:00:00Z"),
    )
    case = Case("a", told)
    assert case.particular("team", day("2024-03-01")) == "South"
    assert case.known_at("2024-04-01T00:00:00Z").particular("team", day("2024-03-01")) == "North"


def test_an_end_before_the_beginning_two_on_one_day_and_a_code_of_later_returns_are_findings():
    told = (
        part("2024-02-01", "team", "North", until="2024-01-01"),
        part("2024-03-01", "team", "East"),
        part("2024-03-01", "team", "West"),
        part("2020-01-01", "need", "DS", until="2021-01-01"),
    )
    case = Case("a", told)
    assert sorted(each.code for each in case.findings) == [
        "code_of_later_return",
        "particular_twice",
        "period_reversed",
    ]
    assert case.particular("team", day("2024-02-15")) is None
    assert case.particular("team", day("2024-04-01")) == "West"
    assert Case("a", told[::-1]).particular("team", day("2024-04-01")) == "West"
    (said,) = [each.message for each in case.findings if each.code == "particular_twice"]
    assert "sorts last" in said


def test_of_two_on_one_day_the_one_that_was_written_down_last_holds():
    told = (
        part("2024-03-01", "team", "West", recorded_at="2024-03-05T09:00:00Z"),
        part("2024-03-01", "team", "East", recorded_at="2024-03-09T09:00:00Z"),
    )
    for case in (Case("a", told), Case("a", told[::-1])):
        assert case.particular("team", day("2024-04-01")) == "East"
        assert ["written down last holds" in each.message for each in case.findings] == [True]


def test_the_authority_that_only_a_particular_names_is_that_of_the_case():
    act = make_fact("plan_agreed", case_id="a", on="2024-02-01")
    told = (part("2024-01-01", "team", "North", authority="885"), act)
    assert Case("a", told).authority == "885"
    assert Case("a", told).authority_on(day("2024-03-01")) == "885"


@pytest.mark.parametrize(
    ("born", "on", "year"),
    [
        ("2014-08-31", "2026-01-15", "7"),
        ("2014-09-01", "2026-01-15", "6"),
        ("2021-08-31", "2025-08-31", "N2"),
        ("2021-08-31", "2025-09-01", "R"),
        ("2026-01-01", "2026-01-15", "E1"),
        ("2008-01-01", "2026-09-01", "14"),
        ("2001-01-01", "2026-01-15", "X"),
    ],
)
def test_a_school_year_goes_by_the_age_on_31_august(born, on, year):
    assert school_year_of(day(born), day(on)) == year


# It moves nothing.


@given(
    cases(),
    st.lists(facts(["particular_recorded"]), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
    days(),
    st.data(),
)
def test_no_particular_ever_moves_a_deadline_or_a_state(case, told, chance, as_of, data):
    known = [fact.id for fact in case.recorded]
    if known and data.draw(st.booleans()):
        # Not even one that says that it takes the place of an act, or goes by its name.
        name = data.draw(st.sampled_from(known))
        told[0] = told[0].model_copy(update={data.draw(st.sampled_from(["corrects", "fact_id"])): name})
    plain = Case(case.case_id, tuple(fact for fact in case.recorded if fact.event != "particular_recorded"))
    mixed = [*case.recorded, *told]
    chance.shuffle(mixed)
    # Those of one day that say the same go by the order of recording: that of the others stays as it was.
    acts = iter(plain.recorded)
    beside = Case(case.case_id, tuple(fact if fact.event == "particular_recorded" else next(acts) for fact in mixed))
    assert beside.facts == plain.facts
    authority = {"authority": None}
    assert [each.as_dict() | authority for each in deadlines_of(beside, as_of)] == [
        each.as_dict() | authority for each in deadlines_of(plain, as_of)
    ]
    before, after = state(plain, as_of), state(beside, as_of)
    assert (after.pathway, after.since, after.disputes) == (before.pathway, before.since, before.disputes)


def test_a_particular_that_a_store_took_is_read_whatever_may_be_recorded_today():
    taken = {
        "event": "particular_recorded",
        "case_id": "a",
        "on": "2026-03-02",
        "particular": "need",
        "value": "no code",
    }
    with pytest.raises(FactError):
        make_fact(taken["event"], **{name: text for name, text in taken.items() if name != "event"})
    assert as_stored(taken).model_dump(exclude_none=True)["value"] == "no code"


def test_the_day_of_a_particular_may_be_a_text_as_everywhere():
    team = make_fact("particular_recorded", case_id="a", on="2026-03-02", particular="team", value="North")
    case = Case("a", (team,))
    for on, held in (("2026-03-01", None), ("2026-03-02", "North"), ("02/03/2026", "North")):
        assert case.particular("team", on) == case.particular("team", parse_date(on)) == held
    with pytest.raises(DateError):
        case.particular("team", "soon")


@pytest.mark.parametrize("values", [("West", "East"), ("East", "West")])
@pytest.mark.parametrize("batch", [1, 2_000])
def test_of_two_in_one_file_the_same_holds_in_a_store_whatever_the_order_and_the_batches(values, batch, tmp_path):
    ticks = iter(range(60))
    store = MemoryStore(clock=lambda: dt.datetime(2026, 6, 1, 9, 0, next(ticks), tzinfo=dt.UTC))
    path = tmp_path / "two.csv"
    rows = [f"a,885,particular_recorded,2024-03-01,team,{value}\n" for value in values]
    path.write_text("case_id,authority,event,on,particular,value\n" + "".join(rows), "utf-8")
    import_file(store, path, batch=batch)
    for case in (store.case("a").case, read_cases(path)["a"]):
        assert case.particular("team", day("2024-04-01")) == "West"
        assert ["sorts last" in each.message for each in case.findings] == [True]
