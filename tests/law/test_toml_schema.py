"""The schema that editors read is what the loader reads by: fresh, named in every file, and true of every rulebook."""

import datetime as dt
import json
import tomllib
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

from docs import make_schemas
from ehcp_flow.law.key_words import SAID
from ehcp_flow.law.loader import SECTIONS
from ehcp_flow.law.machine_loader import MOVE_SECTIONS
from ehcp_flow.law.toml_schema import SCHEMAS, moves_schema, rulebook_schema

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [
        *(ROOT / "ehcp_flow" / "law" / "england").rglob("*.toml"),
        *(ROOT / "ehcp_flow" / "law" / "wales").rglob("*.toml"),
        *(ROOT / "examples" / "rulebook_made_up").rglob("*.toml"),
    ]
)


def plain(value):
    """Return what TOML made of a file as JSON has it: a day is a text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def faults(text, schema):
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    return [error.message for error in validator.iter_errors(plain(tomllib.loads(text)))]


def test_the_files_are_as_the_tables_of_the_loader_have_them():
    kept = {path.name: path.read_text("utf-8") for path in make_schemas.FOLDER.iterdir()}
    assert kept == make_schemas.generated(), "write them anew: python docs/make_schemas.py"


def test_it_has_every_table_that_the_loader_knows_and_no_other():
    assert {*rulebook_schema()["properties"]} == {"title", "based_on", *SECTIONS}
    assert {*moves_schema()["properties"]} == {"region", *MOVE_SECTIONS}


def tables_of(file):
    """Return the tables of a schema as editors read it."""
    return json.loads((make_schemas.FOLDER / file).read_text("utf-8"))["definitions"]


@pytest.mark.parametrize("file", SCHEMAS)
def test_an_editor_is_told_what_each_key_means(file):
    untold = [
        f"{name}.{key}"
        for name, table in tables_of(file).items()
        for key, row in table.get("properties", {}).items()
        if not row.get("description")
    ]
    assert untold == [], "name the key in the docstring of its model, or give it a line in law/key_words.py"


def test_no_words_are_kept_for_a_key_that_there_is_not():
    tables = {name: table for file in SCHEMAS for name, table in tables_of(file).items()}
    keys = {key for table in tables.values() for key in table.get("properties", ())}
    own = {f"{name}.{key}" for name, table in tables.items() for key in table.get("properties", ())}
    assert [key for key in SAID if key not in keys | own] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_names_its_schema_in_the_first_line_and_keeps_to_it(file):
    text = file.read_text("utf-8")
    named = (file.parent / text.partition("\n")[0].removeprefix("#:schema ")).resolve()
    assert named == make_schemas.FOLDER / (
        "moves.schema.json" if file.parent.name == "moves" else "rulebook.schema.json"
    )
    assert faults(text, SCHEMAS[named.name]()) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[event]]\nid = "panel_met"\non = "The day."\nmeans = "x"', "means"),
        ('[[event]]\nid = "Panel"\non = "The day."', "Panel"),
        ('[[event]]\nid = "panel_met"', "'on' is a required property"),
        ('[[events]]\nid = "x"', "events"),
        ('[[limit]]\nid = "x"', "'rule' is a required property"),
        ('[[clock]]\nid = "x"\ntitle = "t"\nstarts_on = "request_received"', "is not of type 'array'"),
    ],
)
def test_what_is_wrong_in_itself_is_marked(text, why):
    assert any(why in said for said in faults(text, rulebook_schema()))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[state]]\nid = "OPEN"', "region"),
        ('region = "else"\n', "else"),
        ('region = "pathway"\n[[state]]\nid = "open"\nmeaning = "m"', "open"),
        ('region = "pathway"\n[[move]]\non = ["x"]\nfrom = ["A"]\ninto = "B"\nauthority = []', "into"),
        ('region = "pathway"\n[[guard]]\nid = "x"\nkind = "wants"', "is not valid under any of the given schemas"),
    ],
)
def test_what_is_wrong_in_moves_is_marked(text, why):
    assert any(why in said for said in faults(text, moves_schema()))
