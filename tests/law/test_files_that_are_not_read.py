"""What stands in a rulebook's folder and is not read: refused where it was surely meant to be, and let be elsewhere."""

import errno
import os
from pathlib import Path

import pytest

from ehcp_flow.errors import RulebookError, RulebookMissing
from ehcp_flow.law import load_rulebook
from tests.cli.running import invoke
from tests.law.test_declared import folder

BASED = 'based_on = "england"\n'
NEAR = r"^{}, \(directory\): nothing in it is read: states and moves stand in the folder moves; did you mean moves\?$"
ENDING = r"^{}: it is not read: a file of a rulebook ends in \.toml; did you mean {}\?$"

ASTRAY = {
    "a misspelt folder": ({"moves": "move"}, NEAR.format("move")),
    "a folder in capitals": ({"moves": "Moves"}, NEAR.format("Moves")),
    "a misspelt ending of moves": (
        {"moves/complaints.toml": "moves/complaints.tml"}, ENDING.format(r"moves/complaints\.tml", r"complaints\.toml"),
    ),
    "a misspelt ending": (
        {"complaints.toml": "complaints.TOML"}, ENDING.format(r"complaints\.TOML", r"complaints\.toml"),
    ),
    "an ending of Windows": (
        {"complaints.toml": "complaints.toml.txt"}, ENDING.format(r"complaints\.toml\.txt", r"complaints\.toml"),
    ),
    "no moves": ({"moves/complaints.toml": None}, r"^moves, \(directory\): it holds no \.toml file: write"),
    "another folder": ({"moves/complaints.toml": "limits/more.toml"}, r"^limits, .*, all else in no folder"),
    "a folder of moves": (
        {"moves/complaints.toml": "moves/more/complaints.toml"}, r"^moves/more, \(directory\): nothing in it is read",
    ),
    "moves in the wrong place": (
        {"moves/complaints.toml": "other.toml"}, "machine: unknown section here: it belongs in a file of the folder m"
    ),
    "a rulebook in the wrong place": (
        {"complaints.toml": "moves/a.toml"}, r"it holds no \.toml file",
    ),
}  # fmt: skip


def moved(path, changes):
    for old, new in changes.items():
        if new is None:
            (path / old).unlink()
        else:
            (path / new).parent.mkdir(parents=True, exist_ok=True)
            (path / old).rename(path / new)
    return path


@pytest.mark.parametrize("name", ASTRAY)
def test_what_was_meant_to_be_read_is_told_with_what_would_be_right(tmp_path, name):
    changes, why = ASTRAY[name]
    path = moved(folder(tmp_path, ""), changes)
    with pytest.raises(RulebookError, match=why):
        load_rulebook(path)


@pytest.mark.parametrize("name", ["move", "moves"])
def test_so_it_is_where_a_rulebook_is_based_on_englands(tmp_path, name):
    (tmp_path / "draft.toml").write_text(BASED)
    (tmp_path / name).mkdir()
    with pytest.raises(RulebookError, match=r"did you mean moves|leave it out to have those of England"):
        load_rulebook(tmp_path)


def test_moves_that_are_a_file_are_told(tmp_path):
    (tmp_path / "draft.toml").write_text(BASED)
    (tmp_path / "moves").write_text('region = "pathway"\n')
    with pytest.raises(RulebookError, match=r"^moves: it is not read: moves is a folder"):
        load_rulebook(tmp_path)


def test_a_section_of_the_rulebook_among_its_moves_is_told_where_it_belongs(tmp_path):
    path = folder(tmp_path, "")
    with (path / "moves" / "complaints.toml").open("a") as file:
        file.write("[[limit]]\n")
    with pytest.raises(RulebookError, match=r"limit: unknown section here; it belongs in a file of the rulebook's own"):
        load_rulebook(path)


def test_what_else_people_keep_beside_a_rulebook_is_let_be(tmp_path):
    path = folder(tmp_path, "")
    for name in (
        "README.md",
        "page.html",
        "cases.csv",
        "complaints.toml~",
        ".hidden.tml",
        "models/a.py",
        ".git/x.toml",
    ):
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_text("no TOML")
    assert [*load_rulebook(path).regions] == ["pathway"]


def test_one_file_alone_says_what_the_rulebook_is_of(tmp_path):
    with pytest.raises(RulebookError, match=r"^more\.toml, line 1, title: complaints\.toml says already what"):
        load_rulebook(folder(tmp_path, 'title = "Another"\n'))


def test_a_folder_into_which_nobody_can_look_is_told_as_one(tmp_path, monkeypatch):
    with pytest.raises(RulebookMissing, match=r"^x+, \(directory\): .*File name too long"):
        load_rulebook("x" * 300)
    said = invoke("rules", "--rulebook", "x" * 300)
    assert (said.exit_code, "cannot write" in said.stderr, "File name too long" in said.stderr) == (2, False, True)
    path, looked = folder(tmp_path, ""), Path.iterdir
    with pytest.raises(RulebookMissing, match=r"this is a file; name the directory that holds it$"):
        load_rulebook(path / "complaints.toml")

    def forbidden(self):
        if self.name == "moves":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return looked(self)

    monkeypatch.setattr(Path, "iterdir", forbidden)
    with pytest.raises(RulebookMissing, match=r"^moves, \(directory\): .*no permission to read it"):
        load_rulebook(path)
