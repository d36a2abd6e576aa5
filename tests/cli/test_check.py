"""`check`: the published chronologies, filters, formats, refused rows, exit codes."""

import json

import pytest
from freezegun import freeze_time

from ehcp_flow.cli.messages import SHOWN
from ehcp_flow.deadlines import FIELDS
from tests.cli.running import CHRONOLOGIES, invoke, rows_of, run, table_of

JSC = ("check", CHRONOLOGIES, "--as-of", "2025-10-21")
A_WRONG_DAY = "c,request_received,2026-02-30,,,,,,,\n"
IN_TIME = table_of("b request_received 2026-03-02 party=school", "b assessment_agreed 2026-04-13")
ONE_LATE = table_of("a request_received 2026-03-02 party=parent", "a assessment_agreed 2026-04-20")


def test_the_chronologies_give_what_the_court_and_the_charity_say():
    rows = {(row["case_id"], row["limit"]): row for row in rows_of(invoke(*JSC, "--format", "json").stdout, "json")}
    jsc = rows["jsc-cambridgeshire", "decide_not_issue"]
    assert (jsc["due_on"], jsc["days_over"], jsc["status"], jsc["breach"]) == ("2025-07-23", 90, "late", True)
    review = rows["ipsea-phase-transfer", "review_decision"]
    assert (review["due_on"], review["status"], review["breach"]) == ("2024-11-29", "met", False)


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_has_the_public_fields_and_plain_values(form):
    rows = rows_of(invoke(*JSC, "--format", form).stdout, form)
    assert len(rows) > 20
    assert all(tuple(row) == FIELDS for row in rows)
    assert all(isinstance(row["breach"], bool) and isinstance(row["excused_by"], list) for row in rows)


def test_csv_says_the_same_as_json_in_text():
    plain = rows_of(invoke(*JSC, "--format", "json").stdout, "json")
    flat = rows_of(invoke(*JSC).stdout, "csv")
    assert [
        {
            name: "; ".join(value) if isinstance(value, list) else json.dumps(value) if isinstance(value, bool)
            else "" if value is None else str(value)
            for name, value in row.items()
        }
        for row in plain
    ] == flat  # fmt: skip


def test_grounds_are_joined_in_csv_and_a_list_in_json():
    source = table_of(
        "a request_received 2026-03-02",
        "a exception_recorded 2026-03-10 outcome=exceptional_circumstances until=2026-03-20 reason=illness",
        "a exception_recorded 2026-03-05 outcome=absent_from_area until=2026-04-10 reason=abroad",
        "a assessment_agreed 2026-05-01",
    )
    args = ("check", "-", "--as-of", "2026-05-01", "--limit", "decide_assess", "--format")
    (flat,) = rows_of(invoke(*args, "csv", stdin=source).stdout, "csv")
    (plain,) = rows_of(invoke(*args, "json", stdin=source).stdout, "json")
    assert set(flat["excused_by"].split("; ")) == set(plain["excused_by"])
    assert set(plain["excused_by"]) == {"exceptional_circumstances", "absent_from_area"}
    assert (flat["breach"], plain["breach"]) == ("false", False)
    table = invoke(*args, "table", stdin=source)
    assert "excused" in table.stdout
    assert "1 excused" in table.stderr


def test_an_empty_source_gives_an_empty_table():
    header = "case_id,event,on\n"
    assert invoke("check", "-", "--format", "json", stdin=header).stdout == "[]\n"
    assert invoke("check", "-", "--format", "jsonl", stdin=header).stdout == ""
    assert invoke("check", "-", "--format", "csv", stdin=header).stdout == ",".join(FIELDS) + "\n"


def test_filters_leave_only_what_is_asked_for():
    rows = rows_of(invoke(*JSC, "--case", "w-hertfordshire", "--case", "jsc-cambridgeshire").stdout, "csv")
    assert {row["case_id"] for row in rows} == {"w-hertfordshire", "jsc-cambridgeshire"}
    rows = rows_of(invoke(*JSC, "--limit", "final_plan", "--limit", "decide_assess").stdout, "csv")
    assert {row["limit"] for row in rows} == {"final_plan", "decide_assess"}
    rows = rows_of(invoke(*JSC, "--status", "late", "--status", "overdue").stdout, "csv")
    assert {row["status"] for row in rows} == {"late", "overdue"}


def test_as_of_is_today_if_it_is_not_given():
    with freeze_time("2025-10-21"):
        assert invoke("check", CHRONOLOGIES).stdout == invoke(*JSC).stdout
    with freeze_time("2035-10-21"):
        assert invoke("check", CHRONOLOGIES).stdout != invoke(*JSC).stdout


def test_the_table_has_words_for_every_verdict_and_fits_its_width():
    done = invoke(*JSC, "--format", "table")
    line = next(line for line in done.stdout.splitlines() if "decide_not_issue" in line)
    assert line.split() == [
        "jsc-cambridgeshire", "decide_not_issue", "2025-07-23", "2025-10-21", "late", "90", "BREACH", "SR", "10(1)",
    ]  # fmt: skip
    assert "SR: SEND Regulations 2014" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize(
    ("columns", "there", "not_there"),
    [(60, "BREACH", "citation"), (50, "overdue", "done"), (200, "Send the final plan", "\x1b")],
)
def test_a_narrow_terminal_loses_columns_and_a_wide_one_gains_them(columns, there, not_there):
    text = invoke(*JSC, "--format", "table", COLUMNS=str(columns)).stdout
    table = text.partition("SR: ")[0]
    assert there in table
    assert not_there not in table
    assert max(map(len, text.splitlines())) <= columns


def test_what_was_counted_is_told_on_standard_error():
    done = invoke(*JSC)
    assert "6 cases" in done.stderr
    assert "10 breaches" in done.stderr
    assert "findings" in done.stderr
    assert "breaches" not in done.stdout


def test_explain_adds_the_working():
    args = (*JSC, "--case", "jsc-cambridgeshire", "--limit", "decide_not_issue", "--explain", "--format")
    (row,) = rows_of(invoke(*args, "jsonl").stdout, "jsonl")
    assert any("12 weeks and 6 days" in step["text"] for step in row["explanation"])
    assert "12 weeks and 6 days" in rows_of(invoke(*args, "csv").stdout, "csv")[0]["explanation"]
    assert "12 weeks and 6 days" in " ".join(invoke(*args, "table").stdout.split())


def test_exit_codes_0_and_3():
    assert run("check", "-", "--as-of", "2026-04-20", stdin=ONE_LATE).returncode == 0
    assert run("check", "-", "--as-of", "2026-04-20", "--fail-on-breach", stdin=ONE_LATE).returncode == 3
    assert run("check", "-", "--as-of", "2026-04-20", "--fail-on-breach", stdin=IN_TIME).returncode == 0


def test_only_a_breach_that_is_printed_counts():
    args = ("check", "-", "--as-of", "2026-04-20", "--fail-on-breach")
    assert invoke(*args, "--limit", "final_plan", stdin=ONE_LATE).exit_code == 0
    assert invoke(*args, "--limit", "decide_assess", stdin=ONE_LATE).exit_code == 3


def test_a_refused_row_is_named_and_the_others_are_judged(tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text(ONE_LATE + A_WRONG_DAY + "a,plan_agreed,never,,,,,,,\n", encoding="utf-8")
    done = run("check", file, "--as-of", "2026-04-20", "--format", "json")
    assert done.returncode == 1
    assert {row["case_id"] for row in json.loads(done.stdout)} == {"a"}
    assert f"{file}, line 4" in done.stderr
    assert "'2026-02-30'" in done.stderr
    assert "2 cases lack a refused row" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_breach_outranks_a_refused_row():
    bad = ONE_LATE + A_WRONG_DAY
    args = ("check", "-", "--as-of", "2026-04-20")
    assert invoke(*args, stdin=bad).exit_code == 1
    assert invoke(*args, "--fail-on-breach", stdin=bad).exit_code == 3


def test_many_refused_rows_are_counted_and_all_are_printed_if_asked_for():
    bad = ONE_LATE + A_WRONG_DAY * (SHOWN + 7)
    some = invoke("check", "-", stdin=bad).stderr
    assert some.count("refused: standard input") == 1
    assert f"refused: standard input: {SHOWN + 7} rows, column on: the calendar has no such day" in some
    assert "('2026-02-30' line " in some
    assert f"{SHOWN + 7} rows in all; see each with --all-errors" in some
    every = invoke("check", "-", "--all-errors", stdin=bad).stderr
    assert every.count("refused: standard input") == SHOWN + 7
    assert "in all" not in every


def test_unknown_columns_are_named_in_one_warning():
    done = invoke("check", "-", stdin="case_id,event,on,colour,shade\na,request_received,2026-03-02,blue,dark\n")
    (warning,) = (line for line in done.stderr.splitlines() if "colour" in line or "shade" in line)
    assert "warning" in warning
    assert "colour, shade" in warning


def test_a_case_that_cannot_be_judged_does_not_stop_the_others(monkeypatch):
    from ehcp_flow import answers
    from ehcp_flow.errors import CalendarError

    real = answers.answer

    def fails_for_a(case, *args, **options):
        if case.case_id == "a":
            raise CalendarError("calendar", "nothing is known of that year")
        return real(case, *args, **options)

    monkeypatch.setattr(answers, "answer", fails_for_a)
    source = ONE_LATE + "b,request_received,2025-03-02,,,,,,,\n"
    for command in ("check", "breaches"):
        done = invoke(command, "-", "--as-of", "2026-06-30", stdin=source)
        assert done.exit_code == 1
        assert "refused: case a: calendar: nothing is known" in done.stderr
        assert {row["case_id"] for row in rows_of(done.stdout, "csv")} == {"b"}


def test_known_at_uses_what_had_been_recorded_by_then(tmp_path):
    file = tmp_path / "c.csv"
    file.write_text(
        table_of(
            "a request_received 2026-03-02 recorded_at=2026-03-03T09:00:00Z",
            "a assessment_agreed 2026-04-10 recorded_at=2026-04-20T22:30:00Z",
            "b request_received 2026-04-01 recorded_at=2026-05-01T09:00:00Z",
        )
    )
    args = ("check", file, "--as-of", "2026-04-14", "--limit", "decide_assess", "--known-at")

    def statuses(known_at):
        return {row["case_id"]: row["status"] for row in rows_of(invoke(*args, known_at).stdout, "csv")}

    assert statuses("2026-04-20T22:29:00Z") == {"a": "overdue"}
    assert statuses("2026-04-20T22:30:00Z") == {"a": "met"}
    assert statuses("2026-04-19") == {"a": "overdue"}
    assert statuses("20/04/2026") == {"a": "met"}
    done = invoke(*args, "2026-04-19", "--case", "b")
    assert done.exit_code == 2
    assert "nothing of case b had been recorded" in done.stderr


def test_a_day_ends_at_midnight_in_london(tmp_path):
    file = tmp_path / "c.csv"
    file.write_text(table_of("a request_received 2026-06-01 recorded_at=2026-06-01T23:30:00Z"))
    args = ("check", file, "--as-of", "2026-06-30", "--known-at")
    assert rows_of(invoke(*args, "2026-06-01").stdout, "csv") == []
    assert rows_of(invoke(*args, "2026-06-02").stdout, "csv") != []


def test_known_at_needs_facts_that_say_when_they_were_recorded():
    done = invoke(*JSC, "--known-at", "2025-01-01")
    assert done.exit_code == 2
    assert "recorded_at" in done.stderr
    assert invoke(*JSC, "--known-at", "2025-01-01T09:00").exit_code == 2


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("none.csv",), "none.csv: there is no such file"),
        ((CHRONOLOGIES, "--case", "jsc"), "did you mean jsc-cambridgeshire"),
        ((CHRONOLOGIES, "--case", "w-hertfordshir"), "did you mean w-hertfordshire"),
        ((CHRONOLOGIES, "--case", "%%%"), "the source has 6 cases"),
        ((CHRONOLOGIES, "--limit", "decide_asess"), "did you mean decide_assess"),
        ((CHRONOLOGIES, "--status", "lost"), "overdue"),
        ((CHRONOLOGIES, "--as-of", "30.06.2026"), "write 2026-03-02 or 02/03/2026"),
        ((CHRONOLOGIES, "--rulebook", "nowhere"), "no folder of that name is here, and no rulebook is called so"),
        ((CHRONOLOGIES, "--institutions", "nowhere.csv"), "nowhere.csv"),
        ((CHRONOLOGIES, "--office-closures", "nowhere.csv"), "nowhere.csv"),
        ((CHRONOLOGIES, "--forma", "csv"), "--format"),
        ((), "SOURCE"),
        (("ftp://example.org/cases",), "ftp is not supported"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(args, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = invoke("check", *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_case_of_which_every_row_was_refused_is_not_called_unknown():
    done = invoke("check", "-", "--case", "c", stdin=ONE_LATE + A_WRONG_DAY)
    assert done.exit_code == 2
    assert "every row of case c was refused" in done.stderr


def test_institutions_and_office_closures_reach_the_answer(tmp_path):
    (tmp_path / "shut.csv").write_text("authority,closed_on\n885,2026-04-13\n")
    source = table_of("a request_received 2026-03-02 authority=885")
    args = ("check", "-", "--as-of", "2026-03-02", "--limit", "decide_assess", "--explain", "--format", "csv")
    (without,) = rows_of(invoke(*args, stdin=source).stdout, "csv")
    (with_it,) = rows_of(invoke(*args, "--office-closures", tmp_path / "shut.csv", stdin=source).stdout, "csv")
    assert without["due_on"] == with_it["due_on"] == "2026-04-13"
    assert "office is closed" not in without["explanation"]
    assert "office is closed" in with_it["explanation"]


def test_the_days_of_an_institution_date_what_had_no_date(tmp_path):
    (tmp_path / "terms.csv").write_text(
        "institution,closed_from,reopens_on,known_from,known_to\n123456,2026-05-25,2026-06-01,2026-01-01,2026-12-31\n"
    )
    source = table_of(
        "a special_school_admitted 2026-01-05 party=123456",
        "a request_received 2026-01-05",
        "a plan_refused 2026-05-11",
    )
    args = ("check", "-", "--as-of", "2026-05-12", "--limit", "special_school_stay", "--format")
    (without,) = rows_of(invoke(*args, "json", stdin=source).stdout, "json")
    (with_it,) = rows_of(invoke(*args, "json", "--institutions", tmp_path / "terms.csv", stdin=source).stdout, "json")
    assert (without["due_on"], without["status"]) == (None, "undated")
    assert with_it["due_on"] == "2026-06-01"


def test_a_rulebook_of_ones_own_is_used(tmp_path):
    england = CHRONOLOGIES.parent.parent / "ehcp_flow" / "law" / "england"
    for file in england.glob("*.toml"):
        text = file.read_text("utf-8")
        if file.name == "01_request.toml":
            assert 'counting = "6 weeks after"' in text
            text = text.replace('counting = "6 weeks after"', 'counting = "5 weeks after"')
        (tmp_path / file.name).write_text(text, "utf-8")
    args = ("due", "--received", "2026-03-02", "--limit", "decide_assess", "--format", "json")
    (row,) = rows_of(invoke(*args, "--rulebook", tmp_path).stdout, "json")
    assert row["due_on"] == "2026-04-06"
