import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ehcp_flow.facts import make_fact
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_file
from ehcp_flow.synth import write_synth
from ehcp_flow.testing.postgres import Server
from tests.cli.running import CHRONOLOGIES, ROOT
from tests.sen2.made_returns import CLEAN


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the examples of the help expect: cases.csv, the same in the store cases.db, a draft of a changed
    law, targets of one's own, a sheet with its convert file, a plan, a council with its persons and its return, one
    with a long history, and the return of the year before.

    The store has one case more, `told`, whose second fact holds a free text.
    """
    made = tmp_path_factory.mktemp("desk")
    shutil.copyfile(CHRONOLOGIES, made / "cases.csv")
    with Store.open(f"sqlite:///{made}/cases.db", create=True) as store:
        import_file(store, made / "cases.csv", recorded_by="j.smith")
        store.record("told", make_fact("request_received", case_id="told", on="2026-03-02", authority="885"), seen=0)
        fact = make_fact("request_withdrawn", case_id="told", on="2026-03-09", reason="his sister Jane fell ill")
        store.record("told", fact, seen=1, recorded_by="j.smith")
    shutil.copytree(ROOT / "ehcp_flow" / "law" / "england", made / "draft-law")
    (made / "return.xml").write_bytes((ROOT / "examples" / "sen2-return.xml").read_bytes().replace(b"31-11", b"11-03"))
    write_synth(made / "council.csv", 30, 3, authority="885", as_of="2026-01-15", persons=made / "persons.csv")
    write_synth(made / "long.csv", 800, 5, authority="885", as_of="2026-06-30")
    (made / "sen2.xml").write_text(CLEAN, "utf-8")
    (made / "sen2-2026.xml").write_text(CLEAN, "utf-8")
    (made / "sen2-2025.xml").write_text(CLEAN.replace("<Year>2026", "<Year>2025"), "utf-8")
    (made / "ours.toml").write_text(
        '[[target]]\nid = "advice_in_five_weeks"\ntitle = "Have the advice after five weeks"\nclock = "advice"\n'
        'counting = "5 weeks after"\nact = "give the advice"\ndone_by = ["advice_received"]\n',
        "utf-8",
    )
    (made / "more.toml").write_text(
        'title = "More psychologists"\n[[capacity]]\nof = "psychological"\nweekly = 4\nfrom = 2026-09-01\n', "utf-8"
    )
    (made / "numbers.csv").write_text("rule,dfe\nupn_check,2010Q\n", "utf-8")
    (made / "tracker.csv").write_text("UPN;Request received\nA1;13/03/2026\nA2;16 Mar 2026\n", "cp1252")
    (made / "columns.toml").write_text(
        '# A convert file for tracker.csv\ncase_id = "UPN"\ndates = "day first"\n'
        '[[fact]]\nevent = "request_received"\non = "Request received"\n',
        "utf-8",
    )
    (made / "plan.toml").write_text(
        '[[measure]]\nid = "twenty_weeks"\nfigure = "pc_plans_issued_20_weeks_ex"\n'
        '[[action]]\nid = "A1"\ntitle = "Recruit two educational psychologists"\nserves = ["twenty_weeks"]\n',
        "utf-8",
    )
    change(made / "draft-law" / "04_plan.toml", 'counting = "20 weeks after"', 'counting = "22 weeks after"')
    return made


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def folder(desk: Path, tmp_path: Path) -> Path:
    """A copy of the desk, for one test."""
    return shutil.copytree(desk, tmp_path / "desk")


@pytest.fixture
def store_url(folder: Path) -> str:
    """The address of the store cases.db."""
    return f"sqlite:///{folder}/cases.db"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server.running() as running:
        running.sql("ALTER SYSTEM SET fsync = off")
        running.sql("SELECT pg_reload_conf()")
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store that is still to be made, in either database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new.db"
        return
    running: Server = request.getfixturevalue("server")
    url = running.database()
    yield url
    running.drop(url)
