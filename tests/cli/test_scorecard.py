"""`ehcp-flow scorecard`: the figures of a plan, in every form, by every door."""

import io
import json
import re

import openpyxl  # type: ignore[import-untyped]
import pytest

from ehcp_flow.cli.app import COMMANDS
from ehcp_flow.measures.plan_file import read_plan
from tests.cli.running import by, invoke, rows_of

ON = ("--as-of", "2026-06-30")
PLAN = """
title = "Accelerated Progress Plan"
period = "month"

[[measure]]
id = "twenty_weeks"
title = "Plans in 20 weeks (no exceptions)"
figure = "pc_plans_issued_20_weeks_ex"
baseline = {on = 2026-03-31, value = 37.4}
targets = [{by = 2027-03-31, value = 99}]
owner = "Head of SEND casework"
over = 12
comment = [{on = 2026-06-30, says = "both psychologists are appointed"}]

[[measure]]
id = "overdue"
title = "Reviews not completed"
figure = "reviews_incomplete"
better = "lower"
targets = [{by = 2027-09-30, value = 0}]

[[measure]]
id = "mainstream"
figure = {particular = "placement", value = "mainstream"}

[[measure]]
id = "audits"
title = "Audits judged good"
baseline = {on = 2026-03-31, value = 60}
targets = [{by = 2027-03-31, value = 90}]

[[action]]
id = "A1"
title = "Recruit two educational psychologists"
lead = "Principal EP"
due = 2026-06-01
serves = ["twenty_weeks"]
steps = [{on = 2026-03-01, rag = "amber", says = "advert out"}]

[[observation]]
measure = "audits"
on = 2026-06-30
numerator = 41
denominator = 50
"""


@pytest.fixture(scope="module")
def council(tmp_path_factory):
    made = tmp_path_factory.mktemp("council")
    args = ("--cases", 250, "--seed", 6, "--particulars", "--authority", "885", "--as-of", "2026-06-30")
    (made / "cases.csv").write_text(invoke("synth", *args).stdout, encoding="utf-8")
    (made / "plan.toml").write_text(PLAN, encoding="utf-8")
    return made / "cases.csv", made / "plan.toml"


def card(council, *args, door=None, code=0, **env):
    source, plan = council
    done = invoke("scorecard", source, "--plan", plan, *ON, *args, door=door, **env)
    assert done.exit_code == code, done.output
    return done


def test_json_has_a_row_a_measure_the_same_by_every_door_and_out_of_a_store(council, tmp_path):
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert invoke("import", council[0], "--store", url).exit_code == 0
    found = [
        json.loads(card((source, council[1]), "--format", "json", door=door).stdout)
        for source in (council[0], url)
        for door in ("one", "many")
    ]
    piped = invoke("scorecard", "-", "--plan", council[1], *ON, "--format", "json", stdin=council[0].read_text("utf-8"))
    found.append(json.loads(piped.stdout))
    assert all(each == found[0] for each in found)
    rows = {row["id"]: row for row in found[0]}
    assert list(rows) == ["twenty_weeks", "overdue", "mainstream", "audits"]
    assert rows["twenty_weeks"]["rag"] == "red"
    assert rows["twenty_weeks"]["comment"] == "both psychologists are appointed"
    assert rows["mainstream"]["figure"] == {"particular": "placement", "value": "mainstream"}
    assert rows["mainstream"]["denominator"] > 50
    assert (rows["audits"]["value"], rows["audits"]["rag"]) == (82.0, "green")
    assert rows["overdue"]["recovery"]["backlog"] == rows["overdue"]["value"] > 0


def test_a_terminal_of_80_columns_gets_the_figures_and_what_is_red_opens(council):
    with by(None):
        text = card(council, "--format", "table", COLUMNS="80").stdout
    assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("Accelerated Progress Plan: June 2026, to Tuesday 30 June 2026\n")
    said = " ".join(text.split())
    assert re.search(r"exceptions\) 37\.4 [\d.]+ \d+/\d+ 52\.8 99 by Mar 27 \w* ?RED", said) or "RED" in said
    assert "RED: Plans in 20 weeks (no exceptions) (Head of SEND casework)" in said
    assert re.search(r"\d+ cases stand against it: \d+ lost most of their days at the ", said)
    assert "Head of SEND casework: both psychologists are appointed" in said
    assert "Action A1, Recruit two educational psychologists: amber 1 March 2026 (advert out)." in said
    assert "Actions past their day" in said
    assert re.search(r"To be at 0 by 30 September 2027, \d+ a week have to leave; at today's pace it is at", said)


def test_csv_has_plain_cells_and_the_registers_are_their_own(council):
    rows = rows_of(card(council, "--format", "csv").stdout, "csv")
    assert rows[0]["baseline"] == "37.4 on 2026-03-31"
    assert rows[0]["target_next"] == "99.0 by 2027-03-31"
    assert re.fullmatch(r"2026-03 [\d.]+; 2026-04 [\d.]+; 2026-05 [\d.]+; 2026-06 [\d.]+", rows[0]["series"])
    (action,) = rows_of(card(council, "--register", "actions", "--format", "json").stdout, "json")
    assert (action["id"], action["rag"], action["overdue"]) == ("A1", "amber", True)
    (flat,) = rows_of(card(council, "--register", "actions", "--format", "csv").stdout, "csv")
    assert flat["steps"] == "2026-03-01 amber (advert out)"
    (seen,) = rows_of(card(council, "--register", "observations", "--format", "json").stdout, "json")
    assert (seen["measure"], seen["value"]) == ("audits", 82.0)
    (way,) = rows_of(card(council, "--register", "recovery", "--format", "json").stdout, "json")
    assert (way["id"], way["goal"], way["by"]) == ("overdue", 0, "2027-09-30")
    reds = rows_of(card(council, "--register", "reds", "--format", "csv").stdout, "csv")
    assert {row["id"] for row in reds} >= {"twenty_weeks"}
    text = card(council, "--register", "actions", "--format", "table").stdout
    assert "Recruit two educational" in text


def test_a_workbook_has_a_sheet_for_each_part(council):
    done = card(council, "--format", "xlsx")
    book = openpyxl.load_workbook(io.BytesIO(done.stdout_bytes))
    assert book.sheetnames == [
        "Scorecard", "Over time", "Red, by stage", "Red, by case", "Backlogs", "Actions", "Observations",
    ]  # fmt: skip
    assert book["Scorecard"]["B2"].value == "Plans in 20 weeks (no exceptions)"
    assert book["Observations"].max_row == 2


def test_only_some_cases_are_looked_at(council):
    rows = rows_of(card(council, "--only", "placement=special", "--format", "json").stdout, "json")
    assert next(row for row in rows if row["id"] == "mainstream")["numerator"] == 0
    assert card(council, "--only", "placement=moon", code=2).stdout == ""


def test_a_plan_to_begin_with_is_written_and_never_over_another(council, tmp_path):
    out = tmp_path / "new.toml"
    assert invoke("scorecard", council[0], "--new", *ON, "--output", out).exit_code == 0
    assert len(read_plan(out).measure) > 8
    assert "# The baselines are the figures of 2026-06-30." in out.read_text("utf-8")
    before = out.read_bytes()
    again = invoke("scorecard", council[0], "--new", *ON, "--output", out)
    assert (again.exit_code, out.read_bytes()) == (2, before)
    assert "may hold your targets" in " ".join(again.stderr.split())
    assert invoke("scorecard", council[0], "--plan", out, *ON).exit_code == 0


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ((), 2, "--new to have one written"),
        (("--plan", "none.toml"), 2, "none.toml"),
        (("--plan", "{plan}", "--new"), 2, "--new to have one written"),
        (("--plan", "{plan}", "--one-page"), 2, "give --format html too"),
        (("--plan", "{bad}"), 4, "bad.toml, line 3, measure.0.figure: there is no measure called 'pc_plans'"),
    ],
)
def test_what_is_wrong_is_told_before_a_case_is_read(council, tmp_path, args, code, said):
    bad = tmp_path / "bad.toml"
    bad.write_text('[[measure]]\nid = "a"\nfigure = "pc_plans"\n')
    given = [arg.format(plan=council[1], bad=bad) for arg in args]
    done = invoke("scorecard", tmp_path / "nowhere.csv" if code == 4 else council[0], *given, *ON)
    assert done.exit_code == code
    assert said in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize("door", ["one", "many"])
@pytest.mark.parametrize("way", ["file", "pipe", "store"])
def test_what_no_case_has_is_told_with_file_and_line_by_every_door(council, tmp_path, door, way):
    bad = tmp_path / "bad.toml"
    bad.write_text(PLAN.replace('value = "mainstream"', 'value = "mainstreem"'), encoding="utf-8")
    source = "-" if way == "pipe" else council[0]
    if way == "store":
        source = f"sqlite:///{tmp_path / 'cases.db'}"
        assert invoke("import", council[0], "--store", source).exit_code == 0
    stdin = council[0].read_text("utf-8") if way == "pipe" else None
    done = invoke("scorecard", source, "--plan", bad, *ON, door=door, stdin=stdin)
    said = "bad.toml, line 24, measure.2.figure.value: nothing has placement=mainstreem; there are mainstream"
    assert (done.exit_code, done.stdout, said in done.stderr) == (4, "", True), done.stderr


def test_a_figure_stays_one_text_in_csv_that_no_spreadsheet_calculates(council, tmp_path):
    asked = {
        "{event = 'draft_plan_sent', of = 'final_plan_sent', between = [-42, -1]}":
            "event=draft_plan_sent; of=final_plan_sent; between=-42 to -1",
        "{particular = 'placement', value = ['mainstream', 'special'], of = {need = 'ASD'}}":
            "particular=placement; value=mainstream or special; of.need=ASD",
        "'total_ehc_plans'": "total_ehc_plans",
    }  # fmt: skip
    plan = tmp_path / "plan.toml"
    rows = (f'[[measure]]\nid = "m{at}"\nfigure = {figure}\n' for at, figure in enumerate(asked))
    plan.write_text("\n".join(rows), encoding="utf-8")
    for raw in ((), ("--raw",)):
        found = rows_of(card((council[0], plan), "--format", "csv", *raw).stdout, "csv")
        assert [row["figure"] for row in found] == list(asked.values())


def test_it_stands_among_the_commands():
    assert "scorecard" in COMMANDS
