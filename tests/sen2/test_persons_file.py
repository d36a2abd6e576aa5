"""The persons file: rows that contradict one another are refused, each by name, and nobody is made one with another."""

from __future__ import annotations

import pytest

from ehcp_flow.errors import SourceError
from ehcp_flow.sen2 import Persons, read_numbers, read_persons
from tests.cli.running import invoke

HEAD = "case_id,surname,forename,birth_date,sex,ethnicity,postcode,upn,uln,upn_unknown,person,dmo,dco,dsco"
ADA = "Ashlake,Ada,2014-05-01,F,WBRI,ZZ1 1AA"
BEL = "Brookmoor,Bel,2012-03-04,F,WBRI,ZZ2 2BB"
CAI = "Coldhurst,Cai,2020-10-11,M,AIND,ZZ3 3DD,,,UN1,,Y,Y,R"
UPN, ULN = "B801200005001", "9276308686"
FACTS = "case_id,event,on,party,authority\n" + "".join(
    f"{case_id},request_received,2025-02-03,school,885\n" for case_id in "abc"
)


def read(tmp_path, *rows: str, head: str = HEAD) -> Persons:
    path = tmp_path / "persons.csv"
    path.write_text("\n".join([head, *rows, ""]))
    return read_persons(path)


def refusals(found: Persons) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.case_id) for row in found.refused]


@pytest.mark.parametrize(
    ("one", "other", "column"),
    [
        (f"a,{ADA},{UPN},,,,Y,Y,R", f"b,{BEL},{UPN},,,,Y,Y,R", "upn"),
        (f"a,{ADA},,{ULN},,,Y,Y,R", f"b,{BEL},,{ULN},,,Y,Y,R", "uln"),
        (f"a,{ADA},,,UN3,7,Y,Y,R", f"b,{BEL},,,UN3,7,Y,Y,R", "person"),
        (f"a,{ADA},{UPN},,,1,Y,Y,R", f"b,{ADA},{UPN},,,2,Y,Y,R", "upn"),
        (f"a,{ADA},{UPN},{ULN},,,Y,Y,R", f"b,{ADA},A801200005001,{ULN},,,Y,Y,R", "uln"),
        (f"a,{ADA},{UPN},,,,Y,Y,R", f"b,{ADA.replace('ZZ1 1AA', 'ZZ1 1AB')},{UPN},,,,Y,Y,R", "upn"),
        (f"a,{ADA},{UPN},,,,Y,Y,R", f"a,{BEL},,,UN3,,Y,Y,R", "case_id"),
    ],
)
def test_two_children_of_one_number_are_both_refused_and_the_others_stay(tmp_path, one: str, other: str, column: str):
    third = f"c,{CAI}"
    found = read(tmp_path, one, third, other)
    assert refusals(found) == [(2, column, "a"), (4, column, other[0])]
    assert set(found.by_case) == {"c"}
    first, last = map(str, found.refused)
    assert f"line 4 (case {other[0]})" in first
    assert "line 2 (case a) has it too, and says another " in last
    assert "correct the one that is wrong" in first


def test_a_row_that_hangs_on_two_that_contradict_one_another_is_refused_with_them(tmp_path):
    found = read(tmp_path, f"a,{ADA},{UPN},,,,,,", f"b,{BEL},{UPN},,,,,,", f"c,,,,,,,{UPN},,,,,,")
    assert refusals(found) == [(2, "upn", "a"), (3, "upn", "b"), (4, "upn", "c")]


def test_rows_of_one_child_are_one_person_and_what_one_of_them_leaves_blank_another_says(tmp_path):
    found = read(
        tmp_path, f"a,{ADA},{UPN},,,,,,", f"b,Ashlake,Ada,01/05/2014,,,,{UPN},{ULN},,,,,", f"c,{ADA},,{ULN},,,,,"
    )
    assert refusals(found) == []
    assert len({person.key for person in found.by_case.values()}) == 1
    assert [*found.by_case["a"].cells[-3:]] == [UPN, ULN, ""]


def test_a_child_without_a_number_is_one_person_in_rows_that_are_alike(tmp_path):
    found = read(tmp_path, f"a,{ADA},,,UN3,,,,", f"b,{ADA},,,UN3,,,,", f"c,{ADA.replace('Ada', 'Ann')},,,UN3,,,,")
    assert refusals(found) == []
    keys = [person.key for person in found.by_case.values()]
    assert (keys[0] == keys[1], keys[1] == keys[2]) == (True, False)


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("answer", ["N", "X"])
def test_a_row_with_another_answer_on_the_officers_is_refused_wherever_it_stands(tmp_path, at: int, answer: str):
    rows = [f"a,{ADA},,,UN3,,Y,Y,R", f"b,{BEL},,,UN3,,Y,Y,R", f"c,{ADA},,,UN1,,Y,Y,R"]
    rows[at] = rows[at].replace("Y,Y,R", f"{answer},Y,R")
    found = read(tmp_path, *rows)
    assert refusals(found) == [(at + 2, "dmo", "abc"[at])]
    assert set(found.by_case) == set("abc") - {"abc"[at]}
    assert found.officers == {"DMO": "Y", "DCO": "Y", "DSCO": "R"}
    assert "in every row" in str(found.refused[0])


def test_where_as_many_rows_say_one_answer_as_another_neither_is_taken(tmp_path):
    found = read(tmp_path, f"a,{ADA},,,UN3,,Y,Y,R", f"b,{BEL},,,UN3,,N,Y,R")
    assert refusals(found) == [(2, "dmo", "a"), (3, "dmo", "b")]
    assert "DMO" not in found.officers


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("b,Brookmoor,Bel,2012-03-04", "sex", "the row ends after 4 of 14 cells"),
        (f"b,Brookmoor, Junior,{BEL.partition(',')[2]},,,UN3,,Y,Y,R", "", "under no column"),
        (f'b,"Brook\nmoor",{BEL.partition(",")[2]},,,UN3,,Y,Y,R', "surname", "goes over several lines"),
    ],
)
def test_a_row_too_short_too_long_or_over_several_lines_is_refused(tmp_path, row: str, column: str, why: str):
    found = read(tmp_path, f"a,{ADA},,,UN3,,Y,Y,R", row)
    assert refusals(found) == [(3, column, "b")]
    assert why in str(found.refused[0])
    assert set(found.by_case) == {"a"}


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line(tmp_path):
    with pytest.raises(SourceError, match=r"persons\.csv: line 3: .*never closed"):
        read(tmp_path, f"a,{ADA},,,UN3,,Y,Y,R", 'b,"Brookmoor,Bel,2012-03-04,F,WBRI,,,,,,,,', "c,,,,,,,,,,,,,")


def export(tmp_path, *rows: str, more: tuple[str, ...] = ("--output", "sen2.xml")):
    read(tmp_path, *rows)
    (tmp_path / "facts.csv").write_text(FACTS)
    more = tuple(str(tmp_path / each) if each.startswith("sen2.") else each for each in more)
    return invoke("sen2", "export", tmp_path / "facts.csv", "--year", "2026", "--persons", tmp_path / "persons.csv",
                  *more)  # fmt: skip


def test_an_export_says_that_a_child_whose_row_was_refused_is_left_out(tmp_path):
    result = export(tmp_path, f"a,{ADA},,,UN3,,Y,Y,R", f"b,{BEL},,,UN3,,Y,Y,R", f"c,{ADA},,,UN1,,N,Y,R")
    assert result.exit_code == 1
    assert "persons.csv, line 4, column dmo, case c: 'N':" in result.stderr
    assert "1 case in the return's scope whose row in " in result.stderr
    assert "left out: c\n" in result.stderr
    assert (tmp_path / "sen2.xml").read_text().count("<Person>") == 2


def test_an_export_of_nobody_writes_nothing_and_fails(tmp_path):
    result = export(tmp_path, f"x,{ADA},,,UN3,,Y,Y,R")
    assert result.exit_code == 1
    assert "3 cases in the return's scope without a row in " in result.stderr
    assert "no case is left for the return of 2026, so nothing is written" in result.stderr
    assert not (tmp_path / "sen2.xml").exists()


def test_an_export_of_a_year_in_which_no_case_is_asked_for_writes_nothing_and_fails(tmp_path):
    result = export(tmp_path, f"a,{ADA},,,UN3,,Y,Y,R", more=("--year", "2024", "--output", "sen2.xml"))
    assert result.exit_code == 1
    assert "no case is in the scope of the return of 2024, so nothing is written" in result.stderr
    assert not (tmp_path / "sen2.xml").exists()


def test_rows_that_say_too_little_to_be_alike_are_of_two_children_and_one_that_says_nothing_is_refused(tmp_path):
    whole = "Ashlake,Ada,2014-05-01,F,WBRI,ZZ1 1AA,,,UN1,,,,"
    for cells, persons in (
        (whole, 1), (whole.replace("Ada", ""), 2), (whole.replace("2014-05-01", ""), 2), (",,,F,WBRI,,,,UN1,,,,", 2),
    ):  # fmt: skip
        found = read(tmp_path, f"a,{cells}", f"b,{cells}")
        assert len({person.key for person in found.by_case.values()}) == persons, cells
        assert not found.refused
    nothing = read(tmp_path, "a" + "," * 11 + "Y,Y,R", f"b,{whole}", "c" + "," * 13)
    assert refusals(nothing) == [(2, "surname", "a"), (4, "surname", "c")]
    assert [*nothing.by_case] == ["b"]


def test_a_child_of_another_birth_date_than_the_facts_have_is_left_out_and_the_others_are_not(tmp_path):
    facts, whose, made = (tmp_path / name for name in ("facts.csv", "whose.csv", "sen2.xml"))
    facts.write_text(FACTS + "a,date_of_birth,2014-05-01,,885\nb,date_of_birth,2012-03-04,,885\n")
    rows = [
        f"b,{BEL},,,UN1,2,Y,Y,R",
        f"a,{BEL},,,UN1,2,Y,Y,R",
        f"c,{CAI}",
    ]
    whose.write_text("\n".join([HEAD, *rows, ""]))
    done = invoke("sen2", "export", facts, "--year", "2026", "--persons", whose, "--output", made)
    assert done.exit_code == 1
    assert "line 3, column birth_date, case a: '2012-03-04 (facts: 2014-05-01)': the facts" in done.stderr
    assert "1 case in the return's scope whose row in" in done.stderr
    assert made.read_text().count("<Person>") == 2
    assert "Ashlake" not in made.read_text()


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([f"{case_id},{ADA}" for case_id in "abc"], "every row of {} was refused, so nobody knows whose the cases are"),
        ([], "{} has no row of a child"),
    ],
)
def test_where_no_row_is_left_the_last_line_says_so_and_asks_for_nothing_else(tmp_path, rows: list[str], why: str):
    done = export(tmp_path, *rows)
    assert done.exit_code == 1
    assert why.format(tmp_path / "persons.csv") in done.stderr.splitlines()[-1]
    assert "--dmo" not in done.stderr
    assert not (tmp_path / "sen2.xml").exists()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("ethnicty", "ethnicity"), ("post code", "postcode"), ("upm", "upn"), ("Gender", "sex"),
     ("Unique-Pupil-Number", "upn"), ("dmoo", "dmo"), ("UPN-unknown", "upn_unknown")],
)  # fmt: skip
def test_a_column_with_a_name_near_a_known_one_is_told_by_itself(tmp_path, written: str, meant: str):
    head = HEAD.replace(f",{meant},", f",{written},", 1)
    found = read(tmp_path, f"a,{ADA},{UPN},,,,Y,Y,R", head=f"{head},caseworker")
    warning, note = found.notes
    assert warning.startswith(f"warning: {tmp_path / 'persons.csv'}: nothing of the column {written!r} is read")
    assert warning.endswith(f"if it is {meant}, rename it to {meant}, else take it out")
    assert note == "not read, for a persons file has no such column: caseworker"


@pytest.mark.parametrize(
    ("written", "meant"),
    [("surnam", "surname"), ("first name", "forename"), ("DOB", "birth_date"), ("caseid", "case_id")],
)
def test_a_misspelt_column_that_there_must_be_is_refused_with_its_name(tmp_path, written: str, meant: str):
    with pytest.raises(SourceError, match=rf"it has no column {meant} .*; rename '{written}' to {meant}; a persons"):
        read(tmp_path, f"a,{ADA},{UPN},,,,Y,Y,R", head=HEAD.replace(meant, written))


def test_two_columns_of_one_name_are_refused(tmp_path):
    for second in ("upn", " UPN "):
        with pytest.raises(SourceError, match="it has more than one column upn; keep one of them"):
            read(tmp_path, f"a,{ADA},{UPN},,,,Y,Y,R,", head=f"{HEAD},{second}")


def test_a_file_without_headings_is_refused_and_nothing_of_a_child_is_told(tmp_path):
    with pytest.raises(SourceError, match="none of its rows holds the names of its columns") as refused:
        read(tmp_path, f"b,{BEL},{UPN},,,,Y,Y,R", head=f"a,{ADA},{UPN},,,,Y,Y,R")
    assert not any(cell in str(refused.value) for cell in (*ADA.split(",")[:3], *BEL.split(",")[:3], UPN))


def test_a_number_that_a_spreadsheet_spoilt_is_mended_or_refused_as_that(tmp_path):
    found = read(tmp_path, f"a,{ADA},,{ULN}.0,,,Y,Y,R", f"b,{BEL},,9.28E+09,,,Y,Y,R", f"c,{ADA},,9.28e+09,,,Y,Y,R")
    assert found.by_case["a"].cells[7] == ULN
    assert refusals(found) == [(3, "uln", "b"), (4, "uln", "c")]
    assert "its last digits are gone" in str(found.refused[0])


@pytest.mark.parametrize("at", [2, 1_500, 2_999])
def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line_in_a_file_of_real_size_too(tmp_path, at: int):
    rows = [f"c{line},{ADA},,,UN3,,Y,Y,R" for line in range(2, 3_002)]
    rows[at - 2] = rows[at - 2].replace("Ashlake", '"Ashlake')
    why = rf"persons\.csv: line {at}: .*(longer than 131072 characters\); close each quotation mark|never closed)"
    with pytest.raises(SourceError, match=why):
        read(tmp_path, *rows, *rows)


def workbook(path, **sheets):
    book = pytest.importorskip("openpyxl").Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


ABOUT = [["How to fill this in"], ["surname", "as it is written on the register"], ["then send it back"]]


def test_the_sheet_of_a_workbook_that_has_the_columns_is_read_wherever_it_stands(tmp_path):
    rows = [row.split(",") for row in (HEAD, f"a,{ADA},,,UN3,,Y,Y,R", f"b,{BEL},,,UN3,,Y,Y,R")]
    found = read_persons(workbook(tmp_path / "persons.xlsx", Read_me=ABOUT, Children=rows, Old=[["case_id"], ["z"]]))
    assert [*found.by_case] == ["a", "b"]
    assert found.name.endswith("persons.xlsx[Children]")
    assert any("its sheet 'Children' was read, and not 'Read me', 'Old'" in said for said in found.notes)


def test_a_workbook_of_which_no_sheet_has_the_columns_is_refused_with_the_sheets_that_it_has(tmp_path):
    path = workbook(tmp_path / "persons.xlsx", Read_me=[["How to"]], Notes=[["nothing"]])
    with pytest.raises(
        SourceError,
        match=r"none of its rows holds the names of its columns.*its other sheets has more of them: 'Notes'",
    ):
        read_persons(path)


def test_the_numbers_of_the_rules_are_found_behind_another_sheet_too(tmp_path):
    path = workbook(tmp_path / "rules.xlsx", Read_me=ABOUT, Rules=[["rule", "dfe"], ["upn_check", "1234"]])
    assert dict(read_numbers(path)) == {"upn_check": "1234"}
