"""An authority that is given wrongly is asked back by number and by name, and the others are not all listed."""

from __future__ import annotations

import pytest

from ehcp_flow.cli.source_kinds import did_you_mean, some_of
from tests.cli.running import run


def test_some_of_many_are_named_and_the_rest_counted():
    assert some_of(["873", "885"]) == "873, 885"
    assert some_of([str(number) for number in range(801, 813)]).endswith("809, 810 and 2 more")


@pytest.mark.parametrize(
    ("given", "met", "asked"),
    [
        ("855", ["885"], "; did you mean 885 Worcestershire?"),
        ("worcester", ["873", "885"], "; did you mean 885 Worcestershire?"),
        ("999", ["919", "998"], "; did you mean 998 or 919 Hertfordshire?"),
        ("100", ["885", "888"], ""),
    ],
)
def test_the_nearest_that_are_there_are_asked_after(given, met, asked):
    assert did_you_mean(given, met) == asked


def test_a_return_is_of_one_authority_and_of_none_that_has_no_case(tmp_path):
    facts, persons, made = (tmp_path / name for name in ("council.csv", "persons.csv", "sen2.xml"))
    rows = [f"c{number},request_received,2025-02-03,school,{number}" for number in range(801, 813)]
    rows.append("d,request_received,2025-02-03,school,812")
    facts.write_text("\n".join(["case_id,event,on,party,authority", *rows]) + "\n")
    persons.write_text("case_id,surname,forename,birth_date,dmo,dco,dsco\nd,Ash,Ada,2014-05-01,Y,Y,N\n")
    args = ("sen2", "export", str(facts), "--year", "2026", "--persons", str(persons), "--output", str(made))
    none = run(*args)
    assert none.returncode == 2
    assert "the cases are of 812 (2 cases), 801 (1 case)" in none.stderr
    assert "and 2 more; a return is of one: give its three-digit number" in none.stderr
    wrong = run(*args, "--authority", "912")
    assert wrong.returncode == 2
    assert "; did you mean 812 North East Lincolnshire?" in wrong.stderr
    assert "there is no case of 912, so no return of it is written" in wrong.stderr
    assert not made.exists()
    assert run(*args, "--authority", "811").returncode == 1  # whose the case is, the persons file does not say
