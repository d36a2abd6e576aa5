"""A thousand made-up cases, a fifth of them with faults: columns and one case at a time say the same of all."""

import pytest

from ehcp_flow.bulk import measure as in_bulk
from ehcp_flow.case import group_cases
from ehcp_flow.synth import synth
from tests.bulk.comparing import counted_in
from tests.bulk.test_case_states import agree_on_findings, agree_on_states
from tests.bulk.test_measuring import agree


@pytest.mark.parametrize("as_of", ["2023-01-31", "2026-06-30"])
@pytest.mark.parametrize("asked", [{"by": ("authority", "year")}, {"by": ("adviser", "age"), "year": 2022}])
def test_a_synthetic_caseload_has_the_same_measures_in_bulk(as_of, asked):
    cases = list(group_cases(synth(1_000, 5, faults=0.2)).values())
    expected = agree(cases, as_of, **asked)
    assert len(expected) > 10
    assert counted_in(in_bulk(cases, as_of, chunk_cases=300, **asked)) == expected


def test_a_synthetic_caseload_stands_where_each_of_its_cases_does():
    cases = list(group_cases(synth(1_000, 2, faults=0.2)).values())
    for as_of in ("2023-01-31", "2026-06-30"):
        assert agree_on_states(cases, as_of) > 10
        assert agree_on_findings(cases, as_of) > 100
