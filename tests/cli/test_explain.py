"""`explain`: reads well to somebody who has never seen the program, and can be read by one."""

import json
import re

import pytest

from tests.cli.running import CHRONOLOGIES, invoke, rows_of, table_of

JSC = ("explain", CHRONOLOGIES, "--case", "jsc-cambridgeshire", "--as-of", "2025-10-21")


def words(text):
    return " ".join(text.split())


def test_the_text_begins_with_the_case_and_goes_on_to_each_deadline():
    text = invoke(*JSC).stdout
    lines = text.splitlines()
    assert lines[0] == "Case jsc-cambridgeshire, authority 873, as it stood on Tuesday 21 October 2025"
    order = [
        "Where it stands: REFUSED_PLAN",
        "What is on record",
        "Wednesday 2 April 2025   request received (school)",
        "1. Decide whether to assess, and say so [decide_assess]",
        "2. Refuse a plan after the assessment, if that is the answer [decide_not_issue]",
        "Send the final plan [final_plan]",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert "12 weeks and 6 days" in words(text)
    assert "Status: late, 90 days over. BREACH." in text
    assert "Status: overtaken, 62 days over. BREACH." in text
    other = invoke("explain", CHRONOLOGIES, "--case", "lgsco-23-013-824", "--as-of", "2026-06-30").stdout
    assert other.index("[final_plan]") < other.index("What a person should look at in the record")


def test_the_steps_are_numbered_and_their_provisions_have_addresses():
    text = invoke(*JSC, "--limit", "decide_not_issue").stdout
    assert re.findall(r"^ *([0-9]+)\. ", text, flags=re.MULTILINE) == ["1", *"12345678"]
    address = "https://www.legislation.gov.uk/uksi/2014/1530/regulation/10"
    assert f"reg 10(1): {address}\n" in text


def test_lines_are_wrapped_except_for_addresses():
    for line in invoke(*JSC, COLUMNS="70").stdout.splitlines():
        assert len(line) <= 70 or "https://" in line
    for line in invoke(*JSC, COLUMNS="250").stdout.splitlines():
        assert len(line) <= 100 or "https://" in line


def test_text_is_the_default_even_into_a_pipe_and_table_is_the_same():
    assert invoke(*JSC).stdout == invoke(*JSC, "--format", "text").stdout == invoke(*JSC, "--format", "table").stdout


def test_json_is_one_object_with_everything():
    said = json.loads(invoke(*JSC, "--format", "json").stdout)
    assert (said["case_id"], said["authority"], said["as_of"]) == ("jsc-cambridgeshire", "873", "2025-10-21")
    assert (said["state"], said["since"]) == ("REFUSED_PLAN", "2025-10-21")
    assert [fact["event"] for fact in said["facts"]] == ["request_received", "assessment_agreed", "plan_refused"]
    assert {row["limit"] for row in said["deadlines"]} >= {"decide_assess", "decide_not_issue"}
    assert all(row["explanation"] for row in said["deadlines"])
    [final] = [row for row in said["deadlines"] if row["limit"] == "final_plan"]
    assert (final["status"], final["days_over"], final["ended_on"]) == ("overtaken", 62, "2025-10-21")


def test_json_lines_has_a_line_for_each_deadline_and_csv_a_row_for_each_step():
    lines = rows_of(invoke(*JSC, "--format", "jsonl").stdout, "jsonl")
    steps = rows_of(invoke(*JSC, "--format", "csv").stdout, "csv")
    assert len(steps) == sum(len(line["explanation"]) for line in lines)
    rule = next(step for step in steps if (step["limit"], step["part"]) == ("decide_not_issue", "rule"))
    assert rule["step"] == "2"
    assert "https://www.legislation.gov.uk/uksi/2014/1530/regulation/10" in rule["citations"]


def test_a_limit_that_does_not_run_says_which_do():
    done = invoke(*JSC, "--limit", "annual_review")
    assert done.exit_code == 0
    assert "these do: decide_assess, decide_not_issue" in done.stderr


def test_the_timeline_shows_other_days_reasons_corrections_and_what_is_to_come():
    source = table_of(
        "a request_received 2026-03-02 party=parent",
        "a exception_recorded 2026-03-10 outcome=exceptional_circumstances until=2026-03-12 reason=bereavement",
        "a final_plan_sent 2026-07-01",
        "a phase_transfer_due 2026-09-01 outcome=school",
    )
    source = "fact_id," + source.replace("\r\na,", "\r\n,a,")
    lines = source.splitlines()
    lines[1] = f"f1{lines[1]}"
    header = lines[0].split(",")
    void = {"case_id": "a", "event": "fact_voided", "on": "2026-03-02", "corrects": "f1", "reason": "typed"}
    lines[0] += ",corrects"
    lines = [lines[0], *(f"{line}," for line in lines[1:])]
    lines.append(",".join(void.get(name, "") for name in [*header, "corrects"]))
    text = words(invoke("explain", "-", "--case", "a", "--as-of", "2026-05-01", stdin="\n".join(lines)).stdout)
    assert 'until Thursday 12 March 2026; reason: "bereavement"' in text
    assert "final plan sent (later than this day: it does not count yet)" in text
    assert "phase transfer due: school (to come)" in text
    assert "Corrected: request received (parent), Monday 2 March 2026. Reason: typed." in text


def test_a_window_and_an_excused_limit_say_so():
    source = table_of(
        "a request_received 2026-03-02",
        "a exception_recorded 2026-03-10 outcome=exceptional_circumstances reason=illness",
        "a assessment_agreed 2026-05-01",
        "a plan_agreed 2026-06-01",
        "a draft_plan_sent 2026-06-02",
        "a final_plan_sent 2026-06-10",
    )
    text = words(invoke("explain", "-", "--case", "a", "--as-of", "2026-07-01", stdin=source).stdout)
    assert "No breach: excused by exceptional_circumstances." in text
    assert "Last protected day: Tuesday 16 June 2026. Status: premature. BREACH." in text


def test_a_right_that_was_used_too_late_is_told_as_a_right():
    """That an appeal is out of time breaches no duty of anybody's, and its time is law all the same."""
    source = table_of(
        "a request_received 2025-01-06", "a assessment_refused 2025-02-10", "a appeal_registered 2025-06-20",
    )  # fmt: skip
    text = words(
        invoke("explain", "-", "--limit", "appeal", "--as-of", "2026-07-01", "--case", "a", stdin=source).stdout
    )
    assert "Status: late, 71 days over. No breach: this is a right, and nobody's duty." in text
    assert "not law" not in text


def test_a_fact_is_called_as_its_rulebook_calls_it():
    """Of an event that a rulebook gives a `title` that is told, and not its id in words."""
    source = "case_id,authority,event,on,outcome\nw,681,idp_given,2026-03-02,authority\n"
    wales = ("--rulebook", "wales", "--as-of", "2027-02-20")
    text = words(invoke("explain", "-", "--case", "w", *wales, stdin=source).stdout)
    assert "What started it: individual development plan given: authority, Monday 2 March 2026." in text
    desk = words(invoke("desk", "-", *wales, "--format", "table", stdin=source).stdout)
    assert "individual development plan given authority" in desk
    assert "idp given" not in text + desk


def test_a_missed_guidance_limit_is_no_breach_and_a_missing_date_is_said():
    source = table_of(
        "a special_school_admitted 2026-01-05 party=1", "a request_received 2026-01-05", "a plan_refused 2026-05-11"
    )
    text = words(invoke("explain", "-", "--case", "a", "--as-of", "2026-07-01", stdin=source).stdout)
    assert "No breach: this is guidance, not law." in text
    assert "No date can be given." in text


def test_nothing_from_a_file_can_steer_the_terminal():
    source = table_of("a\x1b[31m request_received 2026-03-02 party=parent")
    text = invoke("explain", "-", "--case", "a\x1b[31m", "--as-of", "2026-03-02", stdin=source).stdout
    assert "\x1b" not in text
    assert "a\\x1b[31m" in text


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ((CHRONOLOGIES,), 2, "--case"),
        ((CHRONOLOGIES, "--case", "jsc"), 2, "did you mean jsc-cambridgeshire"),
        ((CHRONOLOGIES, "--case", "jsc-cambridgeshire", "--limit", "x"), 2, "ehcp-flow rules"),
    ],
)
def test_what_cannot_be_asked_is_refused(args, code, said):
    done = invoke("explain", *args)
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr


def test_a_refused_row_shows_in_the_exit_code():
    source = table_of("a request_received 2026-03-02") + "a,plan_agreed,never,,,,,,,\n"
    assert invoke("explain", "-", "--case", "a", "--as-of", "2026-03-02", stdin=source).exit_code == 1
