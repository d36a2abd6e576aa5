"""Files that are written: what is refused, what is replaced, and what is left behind when something goes wrong."""

import ast
import datetime as dt
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ehcp_flow.answers import answer
from ehcp_flow.case import Case
from ehcp_flow.errors import OutputError
from ehcp_flow.facts import make_fact
from ehcp_flow.outputs import Kind, Output, apart, header_of, same_file
from ehcp_flow.readers import read_facts
from ehcp_flow.readers.fact_writer import FACTS, write_facts
from ehcp_flow.readers.refused_rows import REFUSED_ROWS
from ehcp_flow.reports.calendar_feed import CALENDAR, calendar_feed
from ehcp_flow.reports.case_page import CASE_PAGE, case_page
from ehcp_flow.reports.overview import overview
from ehcp_flow.reports.page import PAGE, report_page
from ehcp_flow.reports.workbook import WORKBOOK, write_workbook
from ehcp_flow.store import Store
from ehcp_flow.store.anchors import ANCHOR, write_heads
from ehcp_flow.store.exports import export_file
from ehcp_flow.store.imports import import_file
from ehcp_flow.store.outbox import POSITION, Bookmark
from ehcp_flow.store.store_files import files_of
from ehcp_flow.synth.caseload_file import MADE_UP, write_synth

ROOT = Path(__file__).parents[2]
AS_OF = dt.date(2026, 6, 30)
NOTE = Kind("a note", "note.txt", lambda file: file.read(5) == b"note:")


def a_case() -> Case:
    told = {"case_id": "a", "authority": "885"}
    return Case.of(
        [
            make_fact("request_received", on="2026-03-02", party="parent", **told),
            make_fact("assessment_agreed", on="2026-04-10", reason="so it is", **told),
        ]
    )


def written_rows(path: Path) -> None:
    source = path.with_name("source.csv")
    source.write_text("case_id,event,on\na,request_recieved,2026-03-02\n", "utf-8")
    with Store.open("memory:") as store:
        import_file(store, source, refused_to=path)
    source.unlink()


def written_heads(path: Path) -> None:
    with Store.open("memory:") as store:
        store.record("a", make_fact("request_received", case_id="a", on="2026-03-02", authority="885"), seen=0)
        write_heads(store.heads(), path)


WRITERS = {
    "facts.csv": (FACTS, lambda path: write_facts(a_case().facts, path)),
    "facts.jsonl": (FACTS, lambda path: write_facts(a_case().facts, path, format="jsonl")),
    "made-up.csv": (MADE_UP, lambda path: write_synth(path, 3, 1)),
    "made-up-with.csv": (MADE_UP, lambda path: write_synth(path, 3, 1, with_caseworker=True)),
    "made-up.jsonl": (MADE_UP, lambda path: write_synth(path, 3, 1, format="jsonl", with_caseworker=True)),
    "report.html": (PAGE, lambda path: Output(path, PAGE).write(report_page(overview([a_case()], AS_OF)).encode())),
    "case.html": (CASE_PAGE, lambda path: Output(path, CASE_PAGE).write(case_page(answer(a_case(), AS_OF)).encode())),
    "registers.xlsx": (WORKBOOK, lambda path: write_workbook(overview([a_case()], AS_OF), path)),
    "due.ics": (
        CALENDAR,
        lambda path: Output(path, CALENDAR).write(calendar_feed(answer(a_case(), AS_OF).deadlines).encode()),
    ),
    "refused.csv": (REFUSED_ROWS, written_rows),
    "heads.jsonl": (ANCHOR, written_heads),
    "letters.position": (POSITION, lambda path: Bookmark(path).write(17)),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A file of each kind, as it is written."""
    made = tmp_path_factory.mktemp("kinds")
    for name, (_, write) in WRITERS.items():
        write(made / name)
    assert {path.name for path in made.iterdir()} == set(WRITERS)
    return {name: (made / name).read_bytes() for name in WRITERS}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_of_the_same_kind_is_replaced_and_any_other_is_not(name, files, tmp_path):
    kind, write = WRITERS[name]
    path = tmp_path / name
    for other, content in files.items():
        path.write_bytes(content)
        # JSON Lines of a made-up caseload are facts like any others.
        if WRITERS[other][0] is kind or (kind is FACTS and other == "made-up.jsonl" and b"caseworker" not in content):
            write(path)
        else:
            with pytest.raises(OutputError, match=f"is not {kind.says}, so it is left as it is"):
                write(path)
            assert path.read_bytes() == content
    assert [each.name for each in tmp_path.iterdir() if each != path and each.name != "source.csv"] == []


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize(
    "content",
    [
        b"\x00" * 100, b"{", b"[]\n", b"{}\n", b"\xff\xfe", b"case_id,event,on\na,request_received,2026-03-02\n",
        b'{"case_id": "a"}\n', b"SQLite format 3\x00", b"<!DOCTYPE html>\n<p>Ours?</p>", b"PK\x03\x04", b"12 or so\n",
        b"BEGIN:VCALENDAR\r\nPRODID:-//somebody//EN\r\n", b'{"event": "x", "case_id": "a", "on": "2026-03-02"}\n',
    ],
)  # fmt: skip
def test_a_stranger_is_not_replaced(name, content, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(OutputError, match="left as it is"):
        WRITERS[name][1](path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("name", WRITERS)
def test_an_empty_file_holds_nothing_to_lose(name, tmp_path):
    (tmp_path / name).touch()
    WRITERS[name][1](tmp_path / name)
    assert (tmp_path / name).stat().st_size


def test_a_workbook_that_somebody_saved_is_theirs(tmp_path):
    import openpyxl  # type: ignore[import-untyped]

    path = tmp_path / "registers.xlsx"
    write_workbook(overview([a_case()], AS_OF), path)
    book = openpyxl.load_workbook(path)
    book["About"]["C1"] = "asked the school, 3 July"
    book.save(path)
    with pytest.raises(OutputError, match="is not a workbook as ehcp_flow wrote it"):
        write_workbook(overview([a_case()], AS_OF), path)


def test_an_export_of_another_version_is_known_again(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text("case_id,event,on,reason,fact_id,recorded_at,recorded_by\n")
    assert write_facts(a_case().facts, path) == 2
    path.write_text("event,case_id,on,reason,fact_id,recorded_at,recorded_by\n")
    with pytest.raises(OutputError):
        write_facts(a_case().facts, path)


# What is no place for a file


def test_what_is_no_file_is_refused_and_said_what_it_is(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    os.mknod(tmp_path / "socket", stat.S_IFSOCK | 0o600)
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "to-pipe").symlink_to("pipe")
    told = {
        "": "no file is named; give a name, such as note.txt",
        "-": "- is no file; name one",
        ".": "it is a directory; name a file in it, such as note.txt",
        f"{tmp_path}/folder": "it is a directory",
        f"{tmp_path}/folder/": "it is a directory; name a file in it",
        f"{tmp_path}/..": "it is a directory; name a file in it",
        f"{tmp_path}/pipe": "it is a pipe, and no file; name one, such as note.txt",
        f"{tmp_path}/to-pipe": "it is a pipe",
        f"{tmp_path}/socket": "it is a socket",
        f"{tmp_path}/loop": "give another name",
        f"{tmp_path}/none/note.txt": f"there is no directory {tmp_path}/none; make it first",
        f"{tmp_path}/pipe/note.txt": "give another name|there is no directory",
        f"{tmp_path}/{'x' * 300}": "name too long; give another name",
        f"{tmp_path}/\x00": "null",
    }
    before = sorted(tmp_path.iterdir())
    for path, why in told.items():
        with pytest.raises(OutputError, match=f"(?i){why}") as refused:
            Output(path, NOTE)
        assert refused.value.path == path
    assert sorted(tmp_path.iterdir()) == before


def test_a_device_is_refused(tmp_path):
    device = tmp_path / "null"
    try:
        os.mknod(device, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        device.symlink_to("/dev/null")
    for path in (device, "/dev/null"):
        with pytest.raises(OutputError, match="it is a device, and no file; name one"):
            Output(path, NOTE)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_file_that_may_not_be_written_is_left_as_it_is(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("note: keep")
    path.chmod(0o444)
    with pytest.raises(OutputError, match="may not be written"):
        Output(path, NOTE)


# One file by several names


def test_names_of_one_file(tmp_path):
    file, other = tmp_path / "a.csv", tmp_path / "b.csv"
    file.write_text("a")
    other.write_text("a")
    (tmp_path / "hard.csv").hardlink_to(file)
    (tmp_path / "soft.csv").symlink_to("a.csv")
    (tmp_path / "dangling.csv").symlink_to("new.csv")
    (tmp_path / "folder").symlink_to(tmp_path)
    same = [("a.csv", "hard.csv"), ("a.csv", "soft.csv"), ("a.csv", "folder/a.csv"), ("a.csv", "./folder/./a.csv")]
    same += [("dangling.csv", "new.csv"), ("new.csv", "folder/new.csv"), ("new.csv", "NEW.csv")]
    same += [("caf\u00e9.csv", "cafe\u0301.csv"), ("folder/dangling.csv", "New.csv")]
    for one, two in same:
        assert same_file(f"{tmp_path}/{one}", f"{tmp_path}/{two}"), (one, two)
        assert same_file(f"{tmp_path}/{two}", f"{tmp_path}/{one}"), (one, two)
    for one, two in [("a.csv", "b.csv"), ("new.csv", "newer.csv"), ("a.csv", "none/a.csv"), ("\x00", "a.csv")]:
        assert not same_file(f"{tmp_path}/{one}", f"{tmp_path}/{two}"), (one, two)
    with file.open() as opened:
        assert same_file(opened.fileno(), tmp_path / "hard.csv")
        assert not same_file(opened.fileno(), other)


def test_a_terminal_or_a_pipe_on_both_sides_is_no_file():
    with Path("/dev/null").open() as null:
        assert not same_file(null.fileno(), "/dev/null")
    assert same_file("/dev/null", "/dev/null")


def test_what_is_read_is_not_written(tmp_path):
    source = tmp_path / "note.txt"
    source.write_text("note: keep")
    (tmp_path / "link").symlink_to(source)
    for path in (source, tmp_path / "link"):
        with pytest.raises(OutputError, match="it is what SOURCE reads: it would be lost; give another name, such as"):
            Output(path, NOTE, reads=[("what SOURCE reads", source)])
    assert Output(tmp_path / "other", NOTE, reads=[("what SOURCE reads", source)]).target == tmp_path / "other"


def test_two_outputs_are_two_files(tmp_path):
    one, other = Output(tmp_path / "a", NOTE), Output(tmp_path / "./A", NOTE)
    with pytest.raises(OutputError, match=r"--html writes it too; give each a name of its own, such as note\.txt"):
        apart([("--html", one), ("--ics", other)])
    apart([("--html", one), ("--ics", Output(tmp_path / "b", NOTE))])


def test_facts_are_not_written_over_the_file_that_they_are_read_from(tmp_path):
    source = tmp_path / "facts.csv"
    write_facts(a_case().facts, source)
    before = source.read_bytes()
    with pytest.raises(OutputError, match="it is what is read"):
        write_facts(read_facts(source), source)
    assert source.read_bytes() == before
    assert write_facts(read_facts(source), tmp_path / "copy.csv") == 2


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_the_files_of_a_store_are_not_written(tmp_path, ending):
    (tmp_path / "link.db").symlink_to(tmp_path / "cases.db")
    (tmp_path / "other").symlink_to(f"cases.db{ending}")
    source = tmp_path / "facts.csv"
    source.write_text("case_id,event,on\na,nothing,2026-03-02\n")
    for name in ("cases.db", "link.db"):
        with Store.open(f"sqlite:///{tmp_path}/{name}", create=True) as store:
            path = tmp_path / ("other" if name == "link.db" else f"{name}{ending}")
            with pytest.raises(OutputError, match="a file of the store"):
                export_file(store, path)
            with pytest.raises(OutputError, match="a file of the store"):
                import_file(store, source, refused_to=path)
            assert store.verify().ok


def test_the_files_that_an_address_means(tmp_path):
    assert files_of(f"sqlite:///{tmp_path}/a.db")[:2] == (f"{tmp_path}/a.db", f"{tmp_path}/a.db-wal")
    assert files_of(f"sqlite:///file:{tmp_path}/a%20b.db?mode=ro&uri=true")[0] == f"{tmp_path}/a b.db"
    for url in (
        "memory:",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql+psycopg://u@h/d",
        "nothing",
        "://",
        "a://b:c/d",
    ):
        assert files_of(url) == ()
    with Store.open("memory:") as store:
        assert store.files == ()


def test_the_files_of_a_host_s_database(tmp_path):
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path}/host.db")
    with engine.connect() as connection, connection.begin():
        store = Store.on(connection, create=True)
        assert store.files[0] == f"{tmp_path}/host.db"
    engine.dispose()


# How it is put in place


def test_a_new_file_has_the_permissions_that_the_user_gives_new_files(tmp_path):
    old = os.umask(0o027)
    try:
        Output(tmp_path / "note.txt", NOTE).write(b"note: a")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "note.txt").stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o640, 0o604])
def test_a_file_that_is_replaced_keeps_its_permissions_and_nobody_sees_more_in_between(tmp_path, mode):
    path = tmp_path / "note.txt"
    path.write_text("note: old")
    path.chmod(mode)
    with Output(path, NOTE).open() as file:
        file.write(b"note: new")
        beside = next(each for each in tmp_path.iterdir() if each != path)
        assert stat.S_IMODE(beside.stat().st_mode) == 0o600
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("note: new", mode)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_is_replaced_keeps_its_owner(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("note: old")
    os.chown(path, 1234, 1235)
    path.chmod(0o640)
    Output(path, NOTE).write(b"note: new")
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 1235, 0o640)


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "latest.txt").symlink_to("archive/june.txt")
    for content in (b"note: a", b"note: b"):
        Output(tmp_path / "latest.txt", NOTE).write(content)
        assert (tmp_path / "latest.txt").is_symlink()
        assert (tmp_path / "archive" / "june.txt").read_bytes() == content
    assert [path.name for path in (tmp_path / "archive").iterdir()] == ["june.txt"]


def test_a_hard_link_keeps_what_it_had(tmp_path):
    path, kept = tmp_path / "note.txt", tmp_path / "kept.txt"
    path.write_text("note: old")
    kept.hardlink_to(path)
    Output(path, NOTE).write(b"note: new")
    assert (path.read_text(), kept.read_text()) == ("note: new", "note: old")


def test_a_name_as_long_as_a_name_can_be(tmp_path):
    path = tmp_path / ("x" * 255)
    Output(path, NOTE).write(b"note: a")
    assert path.read_bytes() == b"note: a"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError, MemoryError, GeneratorExit])
@pytest.mark.parametrize("old", [None, "note: old"])
def test_whatever_goes_wrong_the_old_file_stands_and_nothing_is_left(tmp_path, error, old):
    path = tmp_path / "note.txt"
    if old:
        path.write_text(old)
    with pytest.raises(error), Output(path, NOTE).open() as file:  # noqa: PT012 - the error comes half-way
        file.write(b"note: half")
        raise error
    assert [each.name for each in tmp_path.iterdir()] == (["note.txt"] if old else [])
    assert not old or path.read_text() == old


def test_what_came_to_stand_there_meanwhile_is_not_lost(tmp_path):
    path = tmp_path / "note.txt"
    with pytest.raises(OutputError, match="left as it is"), Output(path, NOTE).open() as file:  # noqa: PT012 - meanwhile
        file.write(b"note: new")
        path.write_text("somebody's")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("note.txt", "somebody's")]


def test_an_error_of_the_file_that_is_read_is_not_said_to_be_of_the_output(tmp_path):
    with pytest.raises(FileNotFoundError), Output(tmp_path / "note.txt", NOTE).open():
        (tmp_path / "missing").read_bytes()
    assert list(tmp_path.iterdir()) == []


def test_no_room_is_told_and_the_old_file_stands(tmp_path):
    path = tmp_path / "made-up.csv"
    write_synth(path, 3, 1)
    before = path.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "ehcp_flow", "synth", "--cases", "200", "--output", path],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2, f"ehcp-flow: error: cannot write {path}: File too large; nothing was written\n",
    )  # fmt: skip
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_command_that_is_told_to_end_leaves_nothing_behind(tmp_path, number, code):
    path = tmp_path / "made-up.csv"
    write_synth(path, 3, 1)
    before = path.read_bytes()
    running = subprocess.Popen(
        [sys.executable, "-m", "ehcp_flow", "synth", "--cases", "100000000", "--output", path],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        while len(list(tmp_path.iterdir())) == 1:
            assert running.poll() is None
            time.sleep(0.01)
        running.send_signal(number)
        running.communicate()
    finally:
        running.kill()
    assert running.returncode == code
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_the_names_in_a_header(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfcase_id,on\r\nx,y\r\n")
    with path.open("rb") as file:
        assert header_of(file) == ["case_id", "on"]


# One place

ELSEWHERE = {
    "bulk/csvfile.py": "what is renamed are the columns of a frame",
    "bulk/jsonfile.py": "what is renamed are the columns of a frame",
    "bulk/row_sources.py": "rows too many for memory are kept in a directory of their own, which goes at the end",
    "bulk/star.py": "what is renamed and replaced are columns and texts of a frame",
    "bulk/star_files.py": "what outputs opened, and a database made in a directory of its own, which goes at the end",
    "inputs.py": "what comes through a pipe is kept in a directory of its own, which goes at the end",
    "store/schema.py": "the migrations of a zipped package, laid out in a directory that goes at the end",
    "testing/contract_erasing.py": "a row more for a file of the test's own",
    "testing/killing.py": "a store in a directory of its own, to be killed",
    "testing/mariadb.py": "a server's own directory",
    "testing/postgres.py": "a server's own directory",
}
METHODS = {
    "write_text", "write_bytes", "touch", "mkdir", "unlink", "rmdir", "rename", "symlink_to", "hardlink_to", "chmod",
    "write_parquet", "write_ipc", "write_excel", "write_ndjson", "sink_csv", "sink_parquet", "to_csv", "to_excel",
    "to_parquet", "extractall",
}  # fmt: skip
MODULES = {
    "os.replace", "os.rename", "os.remove", "os.unlink", "os.truncate", "os.mkdir",
    "os.makedirs", "os.open", "os.link", "os.symlink", "io.FileIO",
}  # fmt: skip


def writes(tree: ast.AST) -> list[int]:
    """Return the lines on which something is done to a file beyond reading it."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            whence = getattr(node, "module", None)
            found += [node.lineno] * (whence == "shutil" or "tempfile" in (whence, *(each.name for each in node.names)))
        if not isinstance(node, ast.Call):
            continue
        if any(ast.unparse(each) == "os.devnull" for each in node.args):
            continue
        called = ast.unparse(node.func)
        name = called.rpartition(".")[2]
        if name in ("open", "fdopen"):
            place = 1 if called in ("open", "os.fdopen") else 0
            given = [*node.args[place : place + 1], *(each.value for each in node.keywords if each.arg == "mode")]
            modes = [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            found += [node.lineno] * any(set(mode) & set("wax+") and len(mode) <= 3 for mode in modes)
        found += [node.lineno] * (name in METHODS or called in MODULES)
        found += [node.lineno] * (called.startswith("shutil.") and name != "get_terminal_size")
        # A text's has two arguments, a path's one.
        found += [node.lineno] * (name == "replace" and len(node.args) == 1 and not node.keywords)
    return found


def test_no_other_module_opens_a_file_for_writing():
    package = ROOT / "ehcp_flow"
    told = {}
    for path in sorted(package.rglob("*.py")):
        lines = writes(ast.parse(path.read_text("utf-8")))
        if lines:
            told[path.relative_to(package).as_posix()] = lines
    assert told.pop("outputs.py")
    assert set(told) == set(ELSEWHERE), told


@pytest.mark.parametrize(
    "code",
    [
        "open('a', 'w')", "Path('a').open('xb')", "open('a', mode='r+b')", "path.write_text('a')", "os.rename(a, b)",
        "path.replace(other)", "os.open('a', flags)", "import tempfile", "from shutil import copy", "shutil.move(a, b)",
        "frame.write_parquet(path)",
    ],
)  # fmt: skip
def test_what_writes_is_seen(code):
    assert writes(ast.parse(code))


@pytest.mark.parametrize("code", ["open('a')", "open('a', 'rb')", "text.replace('a', 'b')", "Path('a').open('rb')"])
def test_what_reads_is_let_be(code):
    assert not writes(ast.parse(code))
