"""Synthetic caseloads: the same for a seed, in published proportion, readable, and nobody's."""

import datetime as dt
import hashlib
import io
import itertools
import json
import re
from collections import Counter

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import group_cases
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import FACT_TYPES
from ehcp_flow.particulars import school_year_of
from ehcp_flow.readers import read_facts, read_text
from ehcp_flow.synth import DEFAULT_AS_OF, counts_of, synth, write_synth
from ehcp_flow.synth.chance import Chance, Urn
from ehcp_flow.synth.life import WRITTEN
from ehcp_flow.synth.standing import ENDS
from tests.synth.oracle import count

CENSUS = dt.date(2025, 1, 16)
DIGEST = "b28238a8a4a2cbb9751a7f00f41e73d914e3468b08c3887c239081679b098190"


def written(cases, seed, **settings):
    file = io.StringIO(newline="")
    rows = write_synth(file, cases, seed, **settings)
    return file.getvalue(), rows


def test_a_seed_gives_the_same_file_on_every_machine_and_python():
    text, _ = written(500, 1, faults=0.1, csv_faults=0.05)
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST, "a change of synth changes everybody's files: say so"


def test_another_seed_gives_another_file():
    assert written(20, 1)[0] != written(20, 2)[0]


def test_more_cases_begin_with_the_same_ones():
    assert written(50, 4)[0].startswith(written(20, 4)[0])


def test_faults_leave_the_other_cases_as_they_were():
    clean, spoilt = (group_cases(synth(300, 5, faults=share)) for share in (0.0, 0.2))
    changed = sum(clean[case_id] != spoilt[case_id] for case_id in clean)
    assert 30 <= changed <= 90


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_every_row_is_accepted_and_equal_to_the_fact(format_):
    text, rows = written(400, 6, format=format_, faults=0.1)
    reader = read_facts(io.StringIO(text))
    read = list(reader)
    assert (reader.refused, reader.warnings) == ([], ())
    assert read == list(synth(400, 6, faults=0.1))
    assert len(read) == rows


@pytest.mark.parametrize("cases", [0, 1, 77])
def test_exactly_so_many_cases(cases):
    facts = list(synth(cases, 2))
    assert len({fact.case_id for fact in facts}) == cases


def test_rows_stand_by_case_and_date():
    text, _ = written(300, 9)
    header, *rows = [line.split(",") for line in text.splitlines()]
    assert tuple(header) == WRITTEN
    keys = [(row[0], row[3]) for row in rows]
    assert keys == sorted(keys)


def test_nothing_happens_after_the_day_it_is_as_at():
    late = {fact.event for fact in synth(500, 3, as_of="2024-12-31") if fact.on > dt.date(2024, 12, 31)}
    assert late <= {"phase_transfer_due"}
    assert max(fact.on for fact in synth(500, 3, year=2023) if not fact.prospective) <= dt.date(2023, 12, 31)


def test_a_caseload_holds_nearly_every_event():
    never = {"fact_voided", "date_of_birth", "mediation_notified", "recommendation_made", "recommendation_answered"}
    made = {row.split(",")[2] for row in written(20_000, 1)[0].splitlines()[1:]}
    elsewhere = {"special_school_admitted", "special_school_left", "disclosure_requested", "plan_disclosed"}
    assert set(FACT_TYPES) - made >= never
    assert made >= {event for event in made if event in FACT_TYPES}
    assert {"final_plan_sent", "exception_recorded", "tribunal_order_made", "detained", "refusal_reversed"} <= made
    assert not made & elsewhere


def test_a_life_that_nobody_spoilt_says_nothing_twice_and_disputes_lawfully():
    found = set()
    for case in group_cases(synth(1_500, 1, authority="885")).values():
        found |= {finding.code for finding in answer(case, "2026-06-30").findings}
    unlawful = {"duplicate_fact", "appeal_without_certificate", "concession_after_response",
                "mediation_declined_after_certificate", "certificate_without_mediation"}  # fmt: skip
    assert found & unlawful == set()


def share(counted, parts, *others):
    top = sum(counted[part] for part in parts)
    return 100 * top / (sum(counted[each] for each in others) or 1)


SHARES = [
    (["plans_issued_20_weeks_ex"], ["plans_issued_den_ex"], 2.0),
    (["plans_issued_within_20_weeks"], ["plans_issued_den"], 2.0),
    (["plans_issued_gt_1_year"], ["plans_issued_den"], 1.0),
    (["plans_issued_den_ex"], ["plans_issued_den"], 1.5),
    (["request_outcome_six_weeks"], ["request_outcome_six_weeks", "request_outcome_over_6_weeks"], 3.0),
    (["requests_decided_not_to_assess"], ["requests_decided_to_assess", "requests_decided_not_to_assess"], 2.0),
    (["requests_withdrawn"], ["requests_received_in_year"], 1.0),
    (["assess_not_issued"], ["assess_issued", "assess_not_issued"], 1.5),
    (["outcome_decision_within_time"], ["outcome_decision_within_time", "outcome_decision_over_time"], 8.0),
    (["mediation_related_request"], ["requests_decided_not_to_assess"], 4.0),
    (["no_review_meeting"], ["review_expected"], 4.0),
    (["number_decsion_4weeks"], ["number_decsion_4weeks", "number_decision_gt_4weeks"], 3.0),
    (["outcome_amend"], ["outcome_amend", "outcome_cease", "outcome_maintan"], 5.0),
]


@pytest.mark.parametrize(("authority", "cases", "slack"), [(None, 30_000, 1.0), ("885", 15_000, 1.6)])
def test_proportions_are_the_published_ones(authority, cases, slack):
    counted = count(synth(cases, 7, authority=authority, as_of=CENSUS), 2024)
    published = counts_of(authority or "ENG", 2024)
    off = {
        parts[0]: (round(share(counted, parts, *whole), 1), round(share(published, parts, *whole), 1))
        for parts, whole, tolerance in SHARES
        if abs(share(counted, parts, *whole) - share(published, parts, *whole)) > tolerance * slack
    }
    assert off == {}


def test_an_authority_is_the_only_one_in_its_caseload():
    assert {fact.authority for fact in synth(200, 1, authority="885", year=2024)} == {"885"}
    assert len({fact.authority for fact in synth(2_000, 1)}) > 120


def test_the_engine_takes_every_case():
    for case in group_cases(synth(300, 8, faults=0.3)).values():
        assert answer(case, DEFAULT_AS_OF).case is case


def test_a_share_of_cases_has_a_row_that_no_reader_takes():
    caseload = read_text(written(1_000, 3, csv_faults=0.1)[0])
    assert 70 <= len(caseload.refused) <= 130
    assert all(row.expected for row in caseload.refused)
    refused = {row.column for row in read_text(written(1_000, 3, csv_faults=1.0)[0]).refused}
    assert refused == {"on", "event", "outcome", "authority"}


def test_a_caseworker_is_a_number_and_only_on_request():
    text, _ = written(400, 1, with_caseworker=True)
    workers = {line.rsplit(",", 1)[1] for line in text.splitlines()[1:]}
    assert workers == {"caseworker-001", "caseworker-002"}
    cases = read_text(text)
    assert cases.unknown_columns == ()
    assert {case.particular("caseworker", dt.date(2026, 6, 30)) for case in cases.values()} == workers
    line = json.loads(written(1, 1, with_caseworker=True, format="jsonl")[0].splitlines()[0])
    assert line["caseworker"] == "caseworker-001"


def test_nobody_is_named():
    """Every text is one of few that this package writes: no name, no address, no number of a child."""
    events = {fact.event: fact for fact in synth(3_000, 1)}
    facts = list(synth(3_000, 1))
    assert len({fact.reason for fact in facts}) < 12
    assert all(re.fullmatch(r"C\d{7}", fact.case_id) for fact in facts)
    assert all(re.fullmatch(r"[a-z0-9_]+|school-\d{3}", fact.party) for fact in facts if fact.party)
    assert "date_of_birth" not in events


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"authority": "999"}, UnknownNameError),
        ({"faults": 1.1}, ValueError),
        ({"year": 1999}, ValueError),
        ({"as_of": "2026-02-30"}, ValueError),
    ],
)
def test_what_cannot_be_is_refused_at_once(settings, error):
    with pytest.raises(error):
        synth(1, 1, **settings)


def test_numbers_that_cannot_be(tmp_path):
    with pytest.raises(ValueError, match="fewer than none"):
        synth(-1, 1)
    with pytest.raises(ValueError, match="seed"):
        synth(1, -1)
    with pytest.raises(ValueError, match="csv_faults"):
        write_synth(tmp_path / "a.csv", 1, 1, csv_faults=2)
    with pytest.raises(UnknownNameError):
        write_synth(tmp_path / "a.csv", 1, 1, format="xml")


def test_a_path_bytes_and_text_get_the_same(tmp_path):
    path, stream = tmp_path / "a.csv", io.BytesIO()
    assert write_synth(path, 30, 2) == write_synth(stream, 30, 2)
    assert path.read_bytes() == stream.getvalue() == written(30, 2)[0].encode()


def test_chance_is_pythons_promise():
    assert [round(Chance(1).random(), 12) for _ in range(2)] == [round(Chance(1).random(), 12)] * 2
    urn = Urn(Chance(1), red=3, blue=2)
    assert sorted(urn.draw() for _ in range(5)) == ["blue", "blue", "red", "red", "red"]
    with pytest.raises(IndexError):
        urn.draw()


def test_a_huge_caseload_is_made_as_it_is_read():
    assert len(list(itertools.islice(synth(10**9, 1), 10))) == 10


def test_what_holds_of_made_up_cases_fits_their_age_and_moves_none_of_their_facts():
    text, _ = written(300, 3, particulars=True)
    plain, _ = written(300, 3)
    held, bare = read_text(text), read_text(plain)
    assert not held.refused
    for case_id, case in held.items():
        assert [fact for fact in case if fact.event != "date_of_birth"] == list(bare[case_id])
        assert case.findings == ()
        born, ended = case.facts[0].on, {fact.event for fact in case.facts} & ENDS
        on = max(fact.on for fact in bare[case_id] if not fact.prospective)
        year = school_year_of(born, on)
        told = [fact.__dict__ for fact in case.particulars if fact.__dict__["particular"] == "school_year"]
        assert [each["value"] for each in told] == [school_year_of(born, told[0]["on"])]
        assert (told[0]["until"].month, told[0]["until"].day) == (8, 31)
        assert (told[0]["until"] - told[0]["on"]).days <= 365
        assert ended or case.particular("school_year", DEFAULT_AS_OF) == school_year_of(born, DEFAULT_AS_OF)
        placed = case.particular("placement", on)
        assert (placed == "early_years") is (year in {"E1", "E2", "N1", "N2"})
        assert year not in {"12", "13", "14", "X"} or placed in {"post16", "NEET", "OTH", "special"}
    needs = Counter(case.particular("need", dt.date(2026, 6, 30)) for case in held.values())
    assert {need for need, _ in needs.most_common(3)} == {"ASD", "SEMH", "SLCN"}
