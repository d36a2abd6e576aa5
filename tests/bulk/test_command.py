"""`python -m tests.bulk`: both engines compared on a caseload, and a difference is found where there is one."""

import re

from ehcp_flow.bulk import iter_rows
from tests.bulk import comparing


def test_a_small_caseload_and_the_golden_cases_agree(capsys):
    assert comparing.main(["--cases", "300", "--seed", "5", "--faults", "0.2", "--processes", "1"]) == 0
    said = {
        kind: int(number.replace(",", "")) for number, kind in re.findall(r"(\d[\d,]*) (\w+)", capsys.readouterr().out)
    }
    assert said["differences"] == 0
    assert said["cases"] > 370
    assert said["states"] == said["cases"]
    assert said["deadlines"] > 7_000
    assert said["findings"] > 300
    assert said["fields"] > 16 * said["deadlines"]


def test_a_difference_is_told_and_is_a_failure(monkeypatch, capsys):
    def wrong(cases, as_of, **_):
        for row in iter_rows(cases, as_of):
            yield {**row, "status": "met"} if row["limit"] == "final_plan" else row

    monkeypatch.setattr(comparing, "iter_rows", wrong)
    monkeypatch.setattr(comparing, "of_golden", lambda: iter([comparing.of_synth("2026-06-30", 0.0, (30, 1))]))
    assert comparing.main(["--cases", "0", "--processes", "1"]) == 1
    said = capsys.readouterr().out
    assert "status: 'late' one at a time, 'met' over columns" in said
    assert re.search(r"\b0 differences", said) is None
