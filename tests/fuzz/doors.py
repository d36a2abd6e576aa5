"""What must hold at each door: an exit code of the list, no traceback, no password, and every file as it was."""

from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from hypothesis import strategies as st

from ehcp_flow.errors import ExitCode
from tests.cli.running import invoke
from tests.fuzz import material, options
from tests.fuzz.mess import spoilt

CODES = {int(code) for code in ExitCode} - {ExitCode.BUG, ExitCode.INTERRUPTED, ExitCode.CLOSED_PIPE}
AS_OF = ("--as-of", "2026-06-30")


class Door(NamedTuple):
    """What is drawn for a door, and what is done with it."""

    drawn: st.SearchStrategy[Any]
    check: Callable[[Any], None]


@contextmanager
def desk(**more: bytes) -> Iterator[Path]:
    """Give a folder to work in, with one of everything; at the end nothing that was there may be gone or changed."""
    files = {
        "facts.csv": material.CSV,
        "facts.jsonl": material.JSONL,
        "facts.parquet": material.parquet(),
        "book.xlsx": material.workbook(),
        "closures.csv": material.CLOSURES,
        "closures.ics": material.ICS,
        "office.csv": material.OFFICE,
        "targets.toml": material.PROFILE,
        "plan.toml": material.PLAN,
        "store.db": material.store(),
        "empty": b"",
        **more,
    }
    with TemporaryDirectory(prefix="fuzz") as made:
        folder = Path(made)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / "folder").mkdir()
        with chdir(folder):
            yield folder
        for name, content in files.items():
            if name not in ("store.db", "empty"):
                assert (folder / name).read_bytes() == content, f"{name} was changed"
        assert (folder / "store.db").stat().st_size >= len(files["store.db"]), "the store was lost"


def run(*line: str, stdin: bytes = b"") -> int:
    """Run a command in this process and look at how it ends."""
    done = invoke(*line, stdin=stdin, PGCONNECT_TIMEOUT="2")
    said = done.stderr
    assert done.exit_code in CODES, f"exit code {done.exit_code}: {said[-2000:]}"
    assert "Traceback" not in done.output, said[-2000:]
    assert "hunter2" not in done.output, said[-2000:]
    assert said or done.exit_code not in (ExitCode.USAGE, ExitCode.DAMAGED, ExitCode.STORE), "no word of what was wrong"
    return int(done.exit_code)


def _facts(name: str, command: tuple[str, ...]) -> Callable[[bytes], None]:
    def check(content: bytes) -> None:
        with desk(**{name: content}):
            run(*command)

    return check


def _by_columns_alike(name: str) -> Callable[[bytes], None]:
    """Whatever a file holds, rows and columns refuse and print the same."""

    def check(content: bytes) -> None:
        with desk(**{name: content}):
            one, bulk = (invoke("check", name, *AS_OF, door=door) for door in ("one", "many"))
            assert (one.exit_code, one.output) == (bulk.exit_code, bulk.output)
            assert one.exit_code in CODES, one.stderr[-2000:]

    return check


def _rulebook(drawn: tuple[str, bytes]) -> None:
    name, content = drawn
    with desk() as folder:
        (folder / "law").mkdir()
        for file, right in material.rulebook().items():
            (folder / "law" / file).write_bytes(content if file == name else right)
        run("rules", "--rulebook", "law")


def _command(line: list[str]) -> None:
    with desk():
        run(*line, stdin=material.CSV)


def _store(content: bytes) -> None:
    with desk(**{"odd.db": content}):
        run("check", "sqlite:///odd.db", *AS_OF)
        run("db", "verify", "--store", "sqlite:///odd.db")


IMPORT = ("import", "facts.csv", "--store", "sqlite:///new.db", "--refused", "refused.csv")
DOORS: dict[str, Door] = {
    "csv": Door(spoilt(material.CSV), _by_columns_alike("facts.csv")),
    "jsonl": Door(spoilt(material.JSONL), _by_columns_alike("facts.jsonl")),
    "import": Door(spoilt(material.CSV), _facts("facts.csv", IMPORT)),
    "refused": Door(
        spoilt(material.JSONL), _facts("facts.jsonl", ("check", "facts.jsonl", *AS_OF, "--refused", "refused.csv"))
    ),
    "parquet": Door(
        st.deferred(lambda: spoilt(material.parquet())), _facts("facts.parquet", ("check", "facts.parquet", *AS_OF))
    ),
    "workbook": Door(
        st.deferred(lambda: spoilt(material.workbook())), _facts("book.xlsx", ("check", "book.xlsx", *AS_OF))
    ),
    "closures": Door(
        spoilt(material.CLOSURES),
        _facts("closures.csv", ("check", "facts.csv", *AS_OF, "--institutions", "closures.csv")),
    ),
    "ics": Door(
        spoilt(material.ICS), _facts("closures.ics", ("check", "facts.csv", *AS_OF, "--institutions", "closures.ics"))
    ),
    "office": Door(
        spoilt(material.OFFICE), _facts("office.csv", ("check", "facts.csv", *AS_OF, "--office-closures", "office.csv"))
    ),
    "targets": Door(
        spoilt(material.PROFILE), _facts("targets.toml", ("check", "facts.csv", *AS_OF, "--profile", "targets.toml"))
    ),
    "plan": Door(spoilt(material.PLAN), _facts("plan.toml", ("scorecard", "facts.csv", *AS_OF, "--plan", "plan.toml"))),
    "rulebook": Door(
        st.sampled_from(sorted(material.rulebook())).flatmap(
            lambda name: st.tuples(st.just(name), spoilt(material.rulebook()[name]))
        ),
        _rulebook,
    ),
    "store": Door(st.deferred(lambda: spoilt(material.store())), _store),
    "options": Door(options.lines(), _command),
}
