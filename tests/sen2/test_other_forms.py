"""Returns that are no XML, damaged ones, and options that contradict them: each command says what is amiss."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import shutil
from pathlib import Path

import pytest

from ehcp_flow.conversion import ReturnColumns, cases_of, read_return, rows_of_return
from ehcp_flow.errors import ExitCode
from ehcp_flow.reports.return_workbook import write_return_workbook
from ehcp_flow.sen2 import ReturnYear, check_return
from tests.cli.running import CHRONOLOGIES, ROOT, invoke
from tests.sen2.made_returns import CLEAN, read
from tests.sen2.test_comparing import within

BLADE = ROOT / "examples" / "sources" / "blade"
NAME = "Blade-Export_01-02-2026_{}.csv"


@pytest.fixture
def blade(tmp_path) -> Path:
    return Path(shutil.copytree(BLADE, tmp_path / "blade"))


def checked(source: Path):
    return list(check_return(read_return(source, ReturnColumns())))


@pytest.mark.parametrize(("table", "element"), [("person", "Person"), ("requests", "Requests"), ("sen2", "Header")])
def test_a_folder_without_one_of_its_tables_is_told_worse_than_a_whole_one(blade, table: str, element: str):
    (blade / NAME.format(table)).unlink()
    found = list(check_return(read_return(blade, ReturnColumns()), 2026))
    assert [each.element for each in found if each.rule == "table_missing"] == [element]
    assert "table_missing" not in {each.rule for each in checked(BLADE)}


def test_a_folder_or_template_without_its_persons_is_no_return_to_read_back(blade, tmp_path):
    (blade / NAME.format("person")).unlink()
    book, year = tmp_path / "sen2.xlsx", ReturnYear.of(2026)
    write_return_workbook(str(book), read(CLEAN), {"LEA": "885"}, year.specification, as_of=year.survey_date)
    openpyxl = pytest.importorskip("openpyxl")
    sheets = openpyxl.load_workbook(book)
    sheet = sheets["Data Entry Template"]
    titles = {row[0].value: row[0].row for row in sheet.iter_rows() if row[0].value}
    sheet.delete_rows(titles["Person Record"], titles["Requests Records"] - titles["Person Record"])
    sheets.save(book)
    for source in (blade, book):
        done = invoke("sen2", "import", source, "--output", tmp_path / "f.csv", "--persons", tmp_path / "p.csv")
        assert done.exit_code == ExitCode.DAMAGED
        assert "it has no table of persons" in done.stderr
        assert "nobody would know whose the cases are" in done.stderr
        assert not (tmp_path / "p.csv").exists()
        assert not (tmp_path / "f.csv").exists()
    done = invoke("convert", book, "--columns", "sen2", "--output", tmp_path / "f.csv")
    assert "warning: it has no table Person Record: nothing of that is read" in done.stderr


@pytest.mark.parametrize("table", ["person", "namedplan", "activeplans", "senneed", "plandetail"])
def test_a_table_that_a_folder_lacks_is_told_by_every_door_that_makes_facts_of_it(blade, tmp_path, table: str):
    (blade / NAME.format(table)).unlink()
    name = {"person": "persons", "namedplan": "named_plans", "activeplans": "active_plans", "senneed": "needs",
            "plandetail": "plan_details"}[table]  # fmt: skip
    done = invoke("convert", blade, "--columns", "blade", "--output", tmp_path / "f.csv")
    assert f"warning: it has no file of {name}: nothing of that is read" in done.stderr
    whole = invoke("convert", BLADE, "--columns", "blade", "--output", tmp_path / "whole.csv")
    assert "it has no file of" not in whole.stderr


def test_an_item_for_which_a_form_has_no_place_is_not_missing_in_it(blade):
    missing = [each.element for each in checked(blade) if each.rule == "missing_item"]
    assert "SourceLevel" not in missing
    assert "DSCO" in missing


def test_a_finding_in_a_folder_says_in_which_of_its_files_the_line_is(blade):
    files = {(each.element, each.value): (Path(each.file).name, each.line) for each in checked(blade)}
    assert files["UPN", "T000000000001"] == (NAME.format("person"), 2)
    for table, old, new, element, value in (
        ("placementdetail", ",NEET,,1,", ",XYZ,,1,", "SENSetting", "XYZ"),
        ("plandetail", ",OTH,", ",ZYX,", "SENSetting", "ZYX"),
        ("requests", ",2,0,", ",77,0,", "RequestSource", "77"),
        ("senneed", "MLD,", "AUT,", "SENtype", "AUT"),
    ):
        path = blade / NAME.format(table)
        path.write_text(path.read_text().replace(old, new, 1))
        found = {(each.element, each.value): (Path(each.file).name, each.line) for each in checked(blade)}
        assert found[element, value] == (NAME.format(table), 2)


def test_of_a_folder_the_rows_that_hang_on_nothing_are_told_by_each_command(blade):
    path = blade / NAME.format("requests")
    path.write_text(path.read_text() + "99,885,2025-01-01,1,0,,A,,,,1,1,999\n")
    for command in (("validate", blade), ("figures", blade), ("compare", BLADE, blade)):
        done = invoke("sen2", *command)
        assert done.exit_code == 1
        assert "there is no one person of this id, so nobody knows whose request it is" in done.stderr


@pytest.mark.parametrize(
    ("table", "old", "new", "kept"),
    [
        ("person", "\n2,885,", "\n1,885,", 1),
        ("requests", "\n2,885,", "\n1,885,", 1),
        ("activeplans", "\n2,885,", "\n1,885,", 3),
    ],
)
def test_no_row_goes_to_another_child_where_two_have_one_id(blade, table: str, old: str, new: str, kept: int):
    path = blade / NAME.format(table)
    path.write_text(path.read_text().replace(old, new, 1))
    records = read_return(blade, ReturnColumns())
    told = [str(each) for each in records.refused if each.source.endswith(path.name)]
    assert len(told) == 2
    assert all("2 rows have this id (lines 2, 3), so nobody knows what is whose" in each for each in told)
    assert len(records.requests) == kept
    assert not any(each.active_plan or each.needs or each.placements for each in records.requests)
    assert invoke("sen2", "validate", blade).exit_code == 1


def test_two_children_of_one_id_are_told_of_the_template_too(tmp_path):
    year, book = ReturnYear.of(2026), tmp_path / "sen2.xlsx"
    records = read(CLEAN)
    write_return_workbook(str(book), records, {}, year.specification, as_of=year.survey_date)
    assert len(read_return(book, ReturnColumns()).requests) == len(records.requests)
    openpyxl = pytest.importorskip("openpyxl")
    sheets = openpyxl.load_workbook(book)
    rows = list(sheets["Data Entry Template"].iter_rows())
    first, second = (
        next(row[1] for row in rows if name in [cell.value for cell in row]) for name in ("Ashlake", "Brookmoor")
    )
    assert first.value != second.value
    second.value = first.value
    sheets.save(book)
    damaged = read_return(book, ReturnColumns())
    assert len([each for each in damaged.refused if "2 rows have this id" in str(each)]) == 2
    named = {each.person.values["Surname"] for each in damaged.requests if each.person}
    assert named == {each.person.values["Surname"] for each in records.requests if each.person} - {
        "Ashlake",
        "Brookmoor",
    }


@pytest.mark.parametrize(
    "title", ["Header Record", "Person Record", "Requests Records", "Plan Detail Records", "SEN Need Records"]
)
@pytest.mark.parametrize("command", ["validate", "figures", "import"])
def test_a_table_of_the_template_without_headings_is_refused_and_nothing_of_a_child_is_told(
    tmp_path, title: str, command: str
):
    year, book = ReturnYear.of(2026), tmp_path / "sen2.xlsx"
    header = {"Collection": "SEN2", "Year": "2026", "LEA": "885"}
    write_return_workbook(str(book), read(CLEAN), header, year.specification, as_of=year.survey_date)
    openpyxl = pytest.importorskip("openpyxl")
    sheets = openpyxl.load_workbook(book)
    sheet = sheets["Data Entry Template"]
    at = next(row[0].row for row in sheet.iter_rows() if row[0].value == title)
    sheet.delete_rows(at + 1)
    sheets.save(book)
    out = ("--output", tmp_path / "f.csv", "--persons", tmp_path / "p.csv") if command == "import" else ()
    done = invoke("sen2", command, book, *out)
    assert done.exit_code == ExitCode.DAMAGED
    assert f"sen2.xlsx[Data Entry Template]: row {at + 1}: the row below the title '{title}' holds no" in done.stderr
    assert not any(cell in done.stderr for cell in ("Ashlake", "Ada", "2014-05-01", "B801200005001", "ZZ1 1AA"))


def test_a_person_without_a_request_is_told_of_other_forms_too(blade):
    path = blade / NAME.format("requests")
    path.write_text("\n".join(line for line in path.read_text().splitlines() if not line.startswith("2,")) + "\n")
    (alone,) = [each for each in checked(blade) if each.rule == "person_without_request"]
    assert (Path(alone.file).name, alone.line) == (NAME.format("person"), 3)


def test_what_is_made_of_a_blade_export_makes_a_return_with_the_same_values(tmp_path):
    facts, whose, made = (tmp_path / name for name in ("facts.csv", "whose.csv", "sen2.xml"))
    assert invoke("sen2", "import", BLADE, "--output", facts, "--persons", whose).exit_code == 0
    done = invoke("sen2", "export", facts, "--year", "2026", "--persons", whose, "--dsco", "N", "--output", made)
    assert done.exit_code == 0, done.stderr
    before, after = _values(read_return(BLADE, ReturnColumns())), _values(read_return(made, ReturnColumns()))
    assert len(before) == len(after) == 3
    assert before == after


TABLES = {
    "persons": ("person", ""), "requests": ("requests", "persons"), "assessments": ("assessment", "requests"),
    "named_plans": ("namedplan", "assessments"), "plan_details": ("plandetail", "named_plans"),
    "active_plans": ("activeplans", "requests"), "placements": ("placementdetail", "active_plans"),
    "needs": ("senneed", "active_plans"),
}  # fmt: skip
"""The tables of the Blade export: what each is called there, and in which table its rows hang."""


def as_blade(records, folder: Path) -> Path:
    """A return as COLLECT would give it back: nine files, days with a month in letters and a time."""
    found: dict[str, list[dict[str, str]]] = {"sen2": [{"sen2tableid": "1", **_in_blade(records.header)}]}
    last: dict[str, str] = {}
    for request in records.requests:
        for table, (name, above) in TABLES.items():
            rows = [request.person] if table == "persons" else request.rows(table)
            for row in rows:
                if table == "persons" and last.get("place") == request.place:
                    continue
                told = found.setdefault(name, [])
                last[table] = str(len(told) + 1)
                parent = {f"{TABLES[above][0]}tableid": last[above]} if above else {"sen2tableid": "1"}
                told.append({f"{name}tableid": last[table], "nativeid": "885", **parent, **_in_blade(row.values)})
        last["place"] = request.place
    folder.mkdir()
    for name, rows in found.items():
        with (folder / f"Blade-Export_{name}.csv").open("w", newline="") as file:
            out = csv.DictWriter(file, list(dict.fromkeys(column for row in rows for column in row)))
            out.writeheader()
            out.writerows(rows)
    return folder


def _in_blade(values: dict[str, str]) -> dict[str, str]:
    def cell(text: str) -> str:
        is_day = re.fullmatch(r"\d{4}-\d\d-\d\d", text)
        return dt.date.fromisoformat(text).strftime("%Y-%b-%d 00:00:00") if is_day else text

    return {item.lower(): cell(text) for item, text in values.items()}


def test_a_return_that_comes_back_as_a_blade_export_makes_the_same_file_again(tmp_path):
    council, persons, first = (tmp_path / name for name in ("council.csv", "persons.csv", "first.xml"))
    made = invoke("synth", "--cases", "300", "--seed", "7", "--authority", "885", "--as-of", "2026-01-15",
                  "--persons", persons, "--output", council)  # fmt: skip
    assert made.exit_code == 0, made.stderr
    assert invoke("sen2", "export", council, "--year", "2026", "--persons", persons, "--output", first).exit_code == 0
    records = read_return(first, ReturnColumns())
    assert len(records.requests) > 150
    blade = as_blade(records, tmp_path / "blade")
    facts, whose, again = (tmp_path / name for name in ("facts.csv", "whose.csv", "again.xml"))
    back = invoke("sen2", "import", blade, "--output", facts, "--persons", whose)
    assert back.exit_code == 0, back.stderr
    done = invoke("sen2", "export", facts, "--year", "2026", "--persons", whose, "--output", again)
    assert done.exit_code == 0, done.stderr
    written_at = re.compile("<DateTime>.*</DateTime>")
    assert written_at.sub("", again.read_text()) == written_at.sub("", first.read_text())


def _values(records):
    """The values of each case, table by table, as XML has them; a flag of 0 says what one that is not there says."""
    list(check_return(records))  # writes the values as XML has them
    tables = ("requests", "assessments", "named_plans", "plan_details", "active_plans", "placements", "needs")
    told = {}
    for request in records.requests:
        rows = {table: [row.values for row in request.rows(table)] for table in tables}
        told[request.case_id] = {
            table: [{item: value for item, value in row.items() if value != "0"} for row in found]
            for table, found in rows.items()
        }
    return told


def written(tmp_path: Path, text: str, name: str = "sen2.xml") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def test_a_return_that_does_not_say_whose_it_is_takes_an_authority_or_says_that_it_lacks_one(tmp_path):
    nobodys = written(tmp_path, CLEAN.replace("<LEA>885</LEA>\n", ""))
    facts, whose = tmp_path / "facts.csv", tmp_path / "whose.csv"
    call = ("sen2", "import", nobodys, "--output", facts, "--persons", whose)
    assert "it does not say whose it is (LEA)" in invoke(*call).stderr
    done = invoke(*call, "--authority", "885")
    assert (done.exit_code, "does not say whose" in done.stderr) == (0, False)
    export = ("sen2", "export", facts, "--year", "2026", "--persons", whose, "--authority", "885", "--dmo", "Y")
    made = invoke(*export, "--output", tmp_path / "again.xml")
    assert made.exit_code == 0, made.stderr
    assert "<LEA>885</LEA>" in (tmp_path / "again.xml").read_text()
    other = invoke("sen2", "import", written(tmp_path, CLEAN), "--output", facts, "--persons", whose,
                   "--authority", "916")  # fmt: skip
    assert other.exit_code == 2
    assert "says that it is of 885; leave it out" in other.stderr


def test_a_refused_item_of_xml_is_told_with_its_own_line(tmp_path):
    text = within(CLEAN, ("<SENtype>MLD", "<SENtype>XYZ"), ("<StartDate>2018-07-20", "<StartDate>2018-07-50"))
    found = cases_of(rows_of_return(read(text), ReturnColumns())).refused
    lines = text.splitlines()
    assert {lines[row.line - 1] for row in found} == {"<SENtype>XYZ</SENtype>", "<StartDate>2018-07-50</StartDate>"}


def test_no_command_takes_a_return_of_a_year_without_a_collection_of_persons(tmp_path):
    old = written(tmp_path, CLEAN.replace("<Year>2026", "<Year>2019"))
    for more in (("validate", old), ("figures", old), ("compare", old, old),
                 ("import", old, "--output", tmp_path / "f.csv", "--persons", tmp_path / "p.csv")):  # fmt: skip
        done = invoke("sen2", *more)
        assert done.exit_code == 2
        assert "2019" in done.stderr
        assert "2023" in done.stderr
    assert not (tmp_path / "f.csv").exists()


def test_figures_say_what_contradicts_them(tmp_path):
    path = written(tmp_path, CLEAN)
    year = invoke("sen2", "figures", path, "--year", "2025")
    assert (year.exit_code, "says that it is of 2026; leave it out" in year.stderr) == (2, True)
    whose = invoke("sen2", "figures", written(tmp_path, CLEAN.replace("<LEA>885", "<LEA>999")), "--facts", CHRONOLOGIES)
    assert (whose.exit_code, "has no case of 999, whose return it is" in whose.stderr) == (2, True)
    odd = invoke("sen2", "figures", written(tmp_path, within(CLEAN, ("<RYA>0", "<Foo>x</Foo>\n<RYA>0"))))
    assert (odd.exit_code, "1 element out of place" in odd.stderr) == (0, True)


def test_a_comparison_says_which_returns_lie_between_and_which_numbers_are_of_several_persons(tmp_path):
    old = CLEAN.replace("<Year>2026", "<Year>2023").replace("<ReferenceDate>2026-01-15", "<ReferenceDate>2023-01-19")
    twice = within(CLEAN, ("<UPNunknown>UN9</UPNunknown>", "<UPN>B801200005001</UPN>"))
    done = invoke("sen2", "compare", written(tmp_path, old, "old.xml"), written(tmp_path, twice))
    assert "between them lies what 2 returns told (2024, 2025)" in done.stderr
    assert "sen2.xml: 1 number of more than one person" in done.stderr
    assert "B801200005001" in done.stderr
    near = invoke("sen2", "compare", written(tmp_path, CLEAN, "old.xml"), written(tmp_path, CLEAN))
    assert "between them" not in near.stderr
    assert "more than one person" not in near.stderr


def test_a_damaged_workbook_is_told_in_our_own_words(tmp_path):
    year = ReturnYear.of(2026)
    book = tmp_path / "sen2.xlsx"
    write_return_workbook(str(book), read(CLEAN), {}, year.specification, as_of=year.survey_date)
    data = book.read_bytes()
    for damaged in (data[: len(data) // 2], data[:400] + b"x" * 400 + data[800:]):
        book.write_bytes(damaged)
        done = invoke("sen2", "validate", book)
        assert done.exit_code == ExitCode.DAMAGED
        assert "it is damaged, cut off, or kept under a password" in done.stderr


@pytest.mark.parametrize("command", [("validate", "--year"), ("figures", "--year"), ("export", "--serial")])
def test_a_number_that_is_none_is_told_in_words(tmp_path, command):
    done = invoke("sen2", command[0], written(tmp_path, CLEAN), command[1], "abc")
    assert done.exit_code == 2
    assert f"Invalid value for '{command[1]}': write a whole number" in done.stderr


def test_codes_of_several_items_are_told_each_with_its_own(tmp_path):
    text = within(CLEAN, ("<Sex>F", "<Sex>X"), ("<CeaseReason>4", "<CeaseReason>7x"))
    path = written(tmp_path, text)
    page = invoke("sen2", "validate", path, "--format", "html").stdout
    heading = page[page.index('<section aria-labelledby="wrong_code"') : page.index("<tbody>")]
    assert "as stands with each case" in heading
    assert "M, F" not in heading
    assert "Write one of M, F" in page
    table = invoke("sen2", "validate", path, "--format", "table").stdout
    assert "Sex: write one of M, F" in table
    assert "CeaseReason: write one of 1, 2" in table


def test_rows_say_the_file_of_each_finding(tmp_path):
    path = written(tmp_path, within(CLEAN, ("<Sex>F", "<Sex>X")))
    rows = csv.DictReader(io.StringIO(invoke("sen2", "validate", path, "--format", "csv").stdout))
    assert [row["file"] for row in rows] == [str(path)]


@pytest.mark.parametrize("table", ["person", "requests", "assessment", "activeplans", "senneed"])
def test_a_row_of_another_authority_in_a_folder_is_refused_by_each_command(blade, tmp_path, table: str):
    path = blade / NAME.format(table)
    path.write_text(re.sub(r"\n1,885,", "\n1,886,", path.read_text(), count=1))
    out = ("--output", tmp_path / "f.csv", "--persons", tmp_path / "p.csv")
    for command in (("validate", blade), ("figures", blade), ("compare", BLADE, blade), ("import", blade, *out)):
        done = invoke("sen2", *command, "--all-errors") if command[0] == "import" else invoke("sen2", *command)
        assert done.exit_code == 1
        why = "the row is of another authority than the return, which is of 885"
        (said,) = [line for line in done.stderr.splitlines() if why in line]
        assert path.name in said
        assert "'886'" in said
        assert "line 2" in said


def test_a_row_of_another_authority_in_the_template_is_refused(tmp_path):
    book, year = tmp_path / "sen2.xlsx", ReturnYear.of(2026)
    write_return_workbook(
        str(book), read(CLEAN), {"LEA": "885", "Year": "2026"}, year.specification, as_of=year.survey_date
    )
    openpyxl = pytest.importorskip("openpyxl")
    sheets = openpyxl.load_workbook(book)
    sheet = sheets["Data Entry Template"]
    title = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Requests Records")
    column = sheet.max_column + 1
    for at, text in enumerate(("LA", 886, 885), 1):
        sheet.cell(title + at, column).value = text
    sheets.save(book)
    records = read_return(book, ReturnColumns())
    assert any("which is of 885" in str(row) and f"line {title + 2}" in str(row) for row in records.refused)
    assert len(records.requests) == len(read(CLEAN).requests) - 1
