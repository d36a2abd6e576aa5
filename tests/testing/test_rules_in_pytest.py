"""The plugin as an authority has it: a run of pytest by itself, its exit code, what it prints and the report."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

ROOT = Path(__file__).parents[2]
COUNCIL = ROOT / "examples" / "our_council"
LATE = "The final plan goes out by week 18: send the final plan: our day was 2026-06-01, it was done on 2026-06-08"


def run(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
        check=False, capture_output=True, text=True, encoding="utf-8", cwd=cwd,
    )  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    report = tmp_path_factory.mktemp("report") / "rules.xml"
    done = run(
        COUNCIL, "--ehcp-caseload", COUNCIL / "cases.csv", "--ehcp-as-of", "2026-06-30", "--junitxml", report, cwd=ROOT
    )
    return done, {case.get("name"): case for case in ET.parse(report).getroot().iter("testcase")}  # noqa: S314 - our own


def test_one_command_runs_ten_rules_over_a_council_with_a_test_for_each_case(ran):
    done, tests = ran
    assert done.returncode == 1, done.stdout + done.stderr
    assert sorted(name for name in tests if name.startswith("case ")) == [
        f"case {tree}"
        for tree in ("alder", "birch", "cedar", "damson", "elm", "fig", "gorse", "hazel", "ivy", "juniper")
    ]
    assert sum(name.endswith(("[the day before]", "[the last day]", "[the day after]")) for name in tests) == 30
    assert "     8      2  The final plan goes out by week 18\n" in done.stdout


def test_the_report_says_of_each_case_which_rules_are_kept_and_what_to_do_about_the_rest(ran):
    _, tests = ran
    failed = {name for name, test in tests.items() if test.find("failure") is not None}
    assert failed == {f"case {tree}" for tree in ("birch", "cedar", "damson", "elm", "fig", "gorse", "ivy", "juniper")}
    failure = tests["case cedar"].find("failure")
    assert failure is not None
    assert failure.get("message") == f"case cedar, Tuesday 30 June 2026: 1 of 10 rules is not kept\n{LATE}"
    assert failure.text == failure.get("message"), "no lines of Python"
    said = {each.get("name"): each.get("value") for each in tests["case cedar"].iter("property")}
    assert len(said) == 10
    assert said["The draft goes out by week 14"] == "kept"


def test_nothing_of_the_library_is_loaded_before_it_is_used(tmp_path):
    (tmp_path / "test_a.py").write_text(
        "import sys\ndef test_a(request):\n    assert 'ehcp_flow_pytest' in sys.modules\n"
        "    assert not [name for name in sys.modules if name.split('.')[0] == 'ehcp_flow']\n",
        "utf-8",
    )
    done = run(cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_row_that_cannot_be_read_is_a_test_that_fails_and_a_rule_elsewhere_is_run_once(tmp_path):
    (tmp_path / "rules.py").write_text(
        "from ehcp_flow.testing import case_builder, compliance_rule\n"
        "@compliance_rule('Never', case=case_builder('2026-01-05'), last_day='2026-01-12')\n"
        "def never(case, as_of):\n    return ['a week is over'] if str(as_of) > '2026-01-12' else None\n"
        "_private = never\n",
        "utf-8",
    )
    (tmp_path / "test_ours.py").write_text("from rules import never, _private\n", "utf-8")
    (tmp_path / "cases.csv").write_text(
        "case_id,event,on\na,request_received,2026-01-05\nb,plan_agreed,31/02/26\n", "utf-8"
    )
    done = run("--ehcp-caseload", "cases.csv", "--ehcp-as-of", "2026-01-12", "-v", cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 4 passed" in done.stdout
    assert "rows that could not be read: 1\n" in done.stdout
    assert "cases.csv, line 3, column on, case b: '31/02/26'" in done.stdout


def test_a_rule_that_raises_is_told_by_its_own_lines_and_the_other_rules_are_asked(tmp_path):
    (tmp_path / "test_ours.py").write_text(
        "from ehcp_flow.testing import case_builder, compliance_rule\n"
        "BEGUN = case_builder('2026-01-05')\n"
        "@compliance_rule('Raises', case=BEGUN, last_day='2026-01-12')\n"
        "def raises(case, as_of):\n    assert case.case_id == 'a-1'\n    raise KeyError('day of the panel')\n"
        "@compliance_rule('Never', case=BEGUN, last_day='2026-01-12')\n"
        "def never(case, as_of):\n    return ['a week is over'] if str(as_of) > '2026-01-12' else None\n"
        "@compliance_rule('True', case=BEGUN, last_day='2026-01-12')\n"
        "def true(case, as_of):\n    return True\n",
        "utf-8",
    )
    (tmp_path / "cases.csv").write_text("case_id,event,on\na-1,request_received,2026-01-05\n", "utf-8")
    done = run("--ehcp-caseload", "cases.csv", "--ehcp-as-of", "2026-01-13", cwd=tmp_path)
    assert "7 failed, 4 passed" in done.stdout
    assert "Raises: it could not be asked: KeyError: 'day of the panel' (test_ours.py, line 6)\n" in done.stdout
    assert "Never: a week is over\n" in done.stdout
    assert "True: it could not be asked: TypeError: True: it returned True; a rule returns " in done.stdout
    assert "test_ours.py:6: in raises\n" in done.stdout
    assert "_pytest" not in done.stdout
    assert "compliance.py" not in done.stdout


def test_what_judged_nothing_says_so(tmp_path):
    (tmp_path / "test_ours.py").write_text(
        "from ehcp_flow.testing import case_builder, compliance_rule\n"
        "@compliance_rule('Never', case=case_builder('2026-01-05'), last_day='2026-01-12')\n"
        "def never(case, as_of):\n    return ['a week is over'] if str(as_of) > '2026-01-12' else None\n",
        "utf-8",
    )
    (tmp_path / "cases.csv").write_text("case_id,event,on\n", "utf-8")
    done = run("--ehcp-caseload", "cases.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "the file holds no case, so nothing was judged" in done.stdout
    assert "No case of --ehcp-caseload was judged: pytest ran no rule over it." in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ehcp-caseload", "none.csv"), "none.csv"),
        (("--ehcp-caseload", COUNCIL / "cases.csv", "--ehcp-as-of", "31/02/2026"), "'31/02/2026' is not a date"),
    ],
)
def test_a_file_or_a_day_that_cannot_be_read_is_told_before_any_test(arguments, said):
    done = run(COUNCIL, *arguments, cwd=ROOT)
    assert done.returncode == 4
    assert said in done.stderr
    assert "Traceback" not in done.stderr
