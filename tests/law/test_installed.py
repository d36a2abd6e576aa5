"""Rulebooks by their names: shipped, of an installed package, wrong, declared twice, beside a folder so called."""

import csv
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from io import StringIO
from pathlib import Path

import pytest

import ehcp_flow.law
from ehcp_flow import england, load_rulebook
from ehcp_flow.errors import RulebookError, RulebookMissing
from ehcp_flow.law.installed import by_name, declared, is_name, shipped_names
from ehcp_flow.law.loader import load_named
from ehcp_flow.testing.rulebook_contract import RulebookContract
from ehcp_flow.vocabulary import forget_declared
from tests.cli.running import invoke, run

ROOT = Path(__file__).parents[2]
MADE_UP = ROOT / "examples" / "rulebook_made_up"
FILE = MADE_UP / "complaints.csv"
ON = ("--as-of", "2026-05-11", "--rulebook", "journeys")
FOUND = "made_up_journeys.law"
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "made-up-journeys"
version = "2.1"

[project.entry-points."ehcp_flow.rulebooks"]
journeys = "made_up_journeys.law"

[tool.hatch.build.targets.wheel]
packages = ["made_up_journeys"]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A place with the made-up rulebook as a package that pip has built and installed from a project of its own."""
    folder = tmp_path_factory.mktemp("project")
    package = folder / "made_up_journeys"
    shutil.copytree(MADE_UP, package / "law", ignore=shutil.ignore_patterns("*.csv"))
    (package / "__init__.py").write_text("raise RuntimeError('a rulebook is data: this must not be imported')\n")
    (folder / "pyproject.toml").write_text(PROJECT)
    to = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-index", "--no-build-isolation", "--no-deps", "-q", "--target",
         str(to), str(folder)],
        check=True,
    )  # fmt: skip
    return to


@pytest.fixture
def journeys(site, monkeypatch):
    monkeypatch.syspath_prepend(str(site))
    forget_declared()
    return site


def put(site, package, *lines, version="1.0", name=None):
    """Put a package into a place as an installer does: its dist-info alone, with these entry points."""
    info = site / f"{package}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name or package}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text("\n".join(("[ehcp_flow.rulebooks]", *lines, "")))


class TestOfAPackage(RulebookContract):
    @pytest.fixture
    def rulebook(self, journeys):
        return load_rulebook("journeys")


def test_a_package_is_asked_by_its_name_at_every_door_and_never_imported(journeys, tmp_path):
    book = load_rulebook("journeys")
    assert (book.name, book.title) == ("journeys", "A made-up procedure: complaints about a journey to school")
    assert book.model_copy(update={"name": MADE_UP.name}) == load_rulebook(MADE_UP)
    assert load_named("journeys") is load_rulebook("journeys")
    forget_declared()
    checked = invoke("check", FILE, *ON, "--format", "csv")
    assert (checked.exit_code, checked.stdout.count("JR")) == (0, 0)
    assert [(row["limit"], row["due_on"]) for row in csv.DictReader(StringIO(checked.stdout))][:2] == [
        ("answer", "2026-03-16"),
        ("panel", "2026-04-27"),
    ]
    assert "(see them with: ehcp-flow breaches SOURCE --register findings --rulebook journeys)" in checked.stderr
    told = invoke("state", FILE, "--case", "C-2", *ON, "--format", "csv")
    assert (told.exit_code, "OPEN" in told.stdout) == (0, True)
    explained = invoke("explain", FILE, "--case", "C-2", *ON)
    assert (explained.exit_code, "Journey Rules (made up), rule 3(1)" in explained.stdout) == (0, True)
    page = tmp_path / "report.html"
    assert invoke("report", FILE, *ON, "--html", page).exit_code == 0
    assert "complaints about a journey to school" in page.read_text("utf-8")
    url = f"sqlite:///{tmp_path / 'cases.db'}"
    assert invoke("import", FILE, "--store", url, "--rulebook", "journeys").exit_code == 0
    kept = invoke("check", url, *ON, "--format", "csv")
    assert kept.stdout.splitlines()[1:] == checked.stdout.splitlines()[1:]
    compared = invoke("rules", "--diff", "journeys", "--format", "csv")
    assert "added,limits,answer" in compared.stdout
    assert "made_up_journeys" not in sys.modules


def test_which_rulebooks_there_are_is_told_with_their_packages(journeys, tmp_path, monkeypatch):
    asked = invoke("rules", "--installed", "--format", "csv")
    rows = {row["name"]: row for row in csv.DictReader(StringIO(asked.stdout))}
    assert (rows["england"]["package"], rows["england"]["version"]) == ("ehcp-flow", metadata.version("ehcp-flow"))
    assert rows["england"]["title"] == england().title
    assert {**rows["journeys"], "folder": ""} == {
        "name": "journeys", "title": "A made-up procedure: complaints about a journey to school",
        "package": "made-up-journeys", "version": "2.1", "folder": "", "fault": "",
    }  # fmt: skip
    assert rows["journeys"]["folder"] == str(journeys / "made_up_journeys" / "law")
    table = invoke("rules", "--installed", "--format", "table").stdout
    assert "made-up-journeys" in table
    (tmp_path / "law").mkdir()
    (tmp_path / "law" / "a.toml").write_text("title = 3\n")
    put(tmp_path, "bad", "wrong = law", "none = nowhere.law")
    monkeypatch.syspath_prepend(str(tmp_path))
    told = invoke("rules", "--installed", "--format", "csv")
    assert told.exit_code == 0
    assert "bad 1.0: its rulebook 'none' cannot be used: there is no package 'nowhere'" in told.stderr
    assert "bad 1.0: its rulebook 'wrong' cannot be used: a.toml, line 1, title: write a text, in quotes" in told.stderr


def test_the_library_answers_to_its_own_names_and_looks_at_no_package(monkeypatch):
    monkeypatch.setattr(metadata, "distributions", lambda: pytest.fail("packages were looked through"))
    assert load_rulebook("england") is england()
    assert load_named("england") is england()
    assert "england" in shipped_names()
    assert "schema" not in shipped_names()
    ours = by_name("england")
    assert ours is not None
    assert ours.is_ours
    assert invoke("due", "--received", "2026-03-02").exit_code == 0
    assert invoke("due", "--received", "2026-03-02", "--rulebook", "england").exit_code == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (
            "journys",
            "journys: no folder of that name is here, and no rulebook is called so; did you mean journeys?",
        ),
        (
            "zzz",
            "zzz: no folder of that name is here, and no rulebook is called so; there are england, .*journeys",
        ),
    ],
)
def test_a_name_that_is_not_known_is_told_with_those_that_are(journeys, name, why):
    with pytest.raises(RulebookMissing, match=f"^{why}"):
        load_rulebook(name)
    refused = invoke("check", FILE, "--as-of", "2026-05-11", "--rulebook", name)
    assert (refused.exit_code, f"{name}: no folder of that name is here" in refused.stderr) == (2, True)
    with pytest.raises(RulebookMissing, match=f"^{name}: no rulebook is called so"):
        load_named(name)


@pytest.mark.parametrize("given", ["", "  "])
def test_an_empty_name_is_refused_and_is_not_the_folder_in_which_somebody_is(given, tmp_path, monkeypatch):
    shutil.copytree(MADE_UP, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(RulebookMissing, match=f'^"{given}": it is empty: name a rulebook or a folder of one .*england'):
        load_rulebook(given)
    refused = invoke("rules", "--rulebook", given)
    assert (refused.exit_code, "it is empty" in refused.stderr, refused.stdout) == (2, True, "")
    assert load_rulebook(".").limits


def test_a_folder_of_the_name_is_refused_beside_it_and_each_can_be_written(journeys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "journeys").mkdir()
    assert load_rulebook("journeys").name == "journeys"  # a folder without rules is no rulebook
    shutil.copytree(MADE_UP, tmp_path / "journeys", dirs_exist_ok=True)
    with pytest.raises(
        RulebookMissing, match=r"^journeys: it is a rulebook of made-up-journeys 2\.1 and a folder here"
    ):
        load_rulebook("journeys")
    assert load_rulebook("./journeys") == load_rulebook(Path("journeys"))
    assert load_named("journeys") == load_rulebook(MADE_UP).model_copy(update={"name": "journeys"})
    shutil.copytree(MADE_UP, tmp_path / "ours")
    assert load_rulebook("ours").name == "ours"  # a name that nobody has is the folder, as it always was
    shutil.copytree(MADE_UP, tmp_path / "england")
    with pytest.raises(RulebookMissing, match=r"^england: it is a rulebook of ehcp-flow [0-9.]+ and a folder here"):
        load_rulebook("england")
    monkeypatch.chdir(Path(ehcp_flow.law.__file__).parent)
    assert load_rulebook("england") is england()  # the very folder that the name means


def test_one_name_of_two_packages_is_refused_with_both(journeys, tmp_path, monkeypatch):
    put(tmp_path, "rival", f"journeys = {FOUND}", "england = rival.law")
    monkeypatch.syspath_prepend(str(tmp_path))
    why = r"^journeys: rival 1\.0 and made-up-journeys 2\.1 each declare a rulebook of that name: remove one of them"
    with pytest.raises(RulebookError, match=why):
        load_rulebook("journeys")
    assert load_rulebook("england") is england()
    faults = {(each.name, each.package): each.fault for each in declared()}
    assert faults["england", "ehcp-flow"] == ""
    assert faults["england", "rival"] == "there is no package 'rival'"
    assert faults["journeys", "rival"] == "made-up-journeys 2.1 has a rulebook of that name too"
    assert faults["journeys", "made-up-journeys"] == "rival 1.0 has a rulebook of that name too"


def test_of_two_copies_of_a_package_the_first_is_the_one(journeys, tmp_path, monkeypatch):
    put(tmp_path / "older", "made_up_journeys", "journeys = nowhere.law", version="1.0", name="made-up-journeys")
    sys.path.append(str(tmp_path / "older"))
    try:
        assert load_rulebook("journeys").name == "journeys"
    finally:
        sys.path.remove(str(tmp_path / "older"))
    put(tmp_path / "newer", "made_up_journeys", version="3.0", name="made-up-journeys")
    monkeypatch.syspath_prepend(str(tmp_path / "newer"))
    assert by_name("journeys") is None


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("nowhere.law", "there is no package 'nowhere'"),
        ("made_up_journeys.rules", "'made_up_journeys' has no folder 'rules': see that the package brings its"),
        ("made_up_journeys.law:book", "'made_up_journeys.law:book' names no folder: write the package that holds"),
        ("csv", "'csv' is a module and no package"),
        ("zipped.law", "'zipped.law' lies in a zip file, and the files of a rulebook are read from a folder"),
        ("__main__", "there is no package '__main__'|'__main__' is a module"),
    ],
)
def test_a_package_that_is_broken_is_told_in_one_line(journeys, tmp_path, monkeypatch, value, why):
    with zipfile.ZipFile(tmp_path / "zipped.zip", "w") as zipped:
        zipped.writestr("zipped/__init__.py", "")
        zipped.writestr("zipped/law/a.toml", 'title = "a"\n')
    monkeypatch.syspath_prepend(str(tmp_path / "zipped.zip"))
    put(tmp_path / "site", "broken", f"broken = {value}")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    with pytest.raises(RulebookError, match=rf"^broken 1\.0: its rulebook 'broken' cannot be read: ({why})"):
        load_rulebook("broken")
    asked = invoke("check", FILE, "--as-of", "2026-05-11", "--rulebook", "broken")
    assert (asked.exit_code, asked.stderr.count("\n")) == (4, 1)
    assert invoke("due", "--received", "2026-03-02").exit_code == 0


def test_metadata_that_cannot_be_read_stops_nobody_elses(journeys, tmp_path, monkeypatch):
    put(tmp_path, "garbled", "this is no entry")
    put(tmp_path, "wide", "a wide name = csv")
    put(tmp_path, "bytes")
    (tmp_path / "bytes-1.0.dist-info" / "entry_points.txt").write_bytes(b"[ehcp_flow.rulebooks]\n\xff\xfe = a\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert load_rulebook("journeys").name == "journeys"
    faults = {each.package: each.fault for each in declared()}
    assert faults["garbled"] == ('its entry_points.txt cannot be read; write a line for each: name = "garbled.folder"')
    assert faults["wide"] == "'a wide name' is no name for a rulebook: write letters, digits, _ and -, a letter first"
    assert "bytes" not in faults


def test_what_is_wrong_in_a_file_is_told_with_the_package(tmp_path, monkeypatch):
    shutil.copytree(MADE_UP, tmp_path / "wrong" / "law")
    file = tmp_path / "wrong" / "law" / "complaints.toml"
    file.write_text(file.read_text().replace('clock = "complaint"', 'clock = "complain"', 1))
    put(tmp_path, "wrong", "wrong = wrong.law")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        RulebookError, match=r"^wrong 1\.0: complaints\.toml, line \d+, .*no clock is called 'complain'"
    ):
        load_rulebook("wrong")


def test_a_rulebook_can_be_based_on_any_that_has_a_name(journeys, tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    limit = (MADE_UP / "complaints.toml").read_text().split("[[limit]]")[1].replace("10 working", "15 working")
    (own / "longer.toml").write_text(f'based_on = "journeys"\ntitle = "Longer"\n[[limit]]{limit}')
    book = load_rulebook(own)
    assert [*book.limits] == ["answer", "panel"]
    assert str(book.limits["answer"].rule[0].version[0].counting) == "15 working days after"
    assert [state.id for state in book.regions["pathway"].states] == ["NO_CASE", "OPEN", "DECIDED"]
    # And another on that one, and so on England's in the end: each knows what the one before it has.
    (tmp_path / "second" / "law").mkdir(parents=True)
    (tmp_path / "second" / "law" / "a.toml").write_text(
        'based_on = "england"\n[[spell]]\nid = "none"\ntitle = "none"\nbegins_on = ["meeting_held"]\n'
    )
    put(tmp_path, "second", "second = second.law")
    monkeypatch.syspath_prepend(str(tmp_path))
    (own / "longer.toml").write_text('based_on = "second"\n')
    third = load_rulebook(own)
    assert [*third.limits] == [*england().limits]
    assert "none" in third.spells
    assert third.regions == {}


@pytest.mark.parametrize(
    ("base", "why"),
    [
        (
            '"jurneys"',
            r"a\.toml, line 1, based_on: no rulebook is called 'jurneys'; did you mean journeys\?: write based",
        ),
        ('"./journeys"', r"a\.toml, line 1, based_on: it is no name of a rulebook: write based_on = \"england\""),
        ("3", r"a\.toml, line 1, based_on: it is no name of a rulebook"),
        ('"round"', r"round/a\.toml, line 1, based_on: round is based on this one itself"),
    ],
)
def test_a_base_that_there_is_not_is_refused_in_its_line(journeys, tmp_path, monkeypatch, base, why):
    (tmp_path / "round" / "law").mkdir(parents=True)
    (tmp_path / "round" / "law" / "a.toml").write_text('based_on = "round"\n')
    put(tmp_path, "round", "round = round.law")
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.toml").write_text(f"based_on = {base}\n")
    with pytest.raises(RulebookError, match=f"^{why}"):
        load_rulebook(tmp_path / "own")


def test_two_bases_and_a_row_twice_in_a_base_are_refused(journeys, tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.toml").write_text('based_on = "england"\n')
    (own / "b.toml").write_text('based_on = "journeys"\n')
    with pytest.raises(
        RulebookError, match=r"^b\.toml, line 1, based_on: a\.toml says 'england': a rulebook is based on"
    ):
        load_rulebook(own)
    row = '[[spell]]\nid = "held"\ntitle = "held"\nbegins_on = ["meeting_held"]\n'
    (tmp_path / "twice" / "law").mkdir(parents=True)
    (tmp_path / "twice" / "law" / "rows.toml").write_text(row + row)
    put(tmp_path, "twice", "twice = twice.law")
    monkeypatch.syspath_prepend(str(tmp_path))
    (own / "b.toml").unlink()
    (own / "a.toml").write_text('based_on = "twice"\n')
    with pytest.raises(RulebookError, match=r"'held' is declared already in twice/rows\.toml, line 1"):
        load_rulebook(own)


def test_a_name_is_no_path():
    texts = ("wales", "our-rules", "a_1", "1a", "a.b", "a/b", "./a", "", "..", "a\\b")
    assert [text for text in texts if is_name(text)] == ["wales", "our-rules", "a_1"]


def test_a_process_of_its_own_finds_the_package_too(site, tmp_path):
    told = run("rules", "--rulebook", "journeys", "--format", "csv", cwd=tmp_path, PYTHONPATH=f"{ROOT}:{site}")
    assert (told.returncode, told.stdout.count("JR"), "answer" in told.stdout) == (0, 0, True), told.stderr
