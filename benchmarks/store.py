# ruff: noqa: B023, PLR2004, PLW0108, SIM113, E501 - each round runs before the next begins; a benchmark is a script
"""The store beside a bare database, and beside the `eventsourcing` library, in one run.

    python benchmarks/store.py [--backend sqlite|postgresql] [--facts 60000] [--rounds 7] [--million]

Every side writes into the same kind of database at the same durability (each commit synced to the disk), the sides
take turns within each round, and the ratio is of the medians. `pip install eventsourcing psycopg-pool` first; nothing
else in the project needs them. With `--million` it also imports and reads a million facts and reports the memory.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import statistics
import tempfile
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ehcp_flow.facts import Fact
from ehcp_flow.store import Store
from ehcp_flow.store.engines import own_engine
from ehcp_flow.store.fact_rows import FactRow, body_of
from ehcp_flow.store.imports import import_facts
from ehcp_flow.testing import a_case, a_fact
from ehcp_flow.testing.postgres import Server

BATCH = 2_000


def bare_table(engine: sa.Engine) -> sa.Table:
    """The columns and keys of the store's table of facts, with nothing around it."""
    metadata = sa.MetaData()
    instant = sa.DateTime(timezone=True) if engine.dialect.name == "postgresql" else sa.Text
    table = sa.Table(
        "bare_facts", metadata,
        sa.Column("case_id", sa.Text, nullable=False), sa.Column("version", sa.Integer, nullable=False),
        sa.Column("schema", sa.Integer, nullable=False), sa.Column("event", sa.Text, nullable=False),
        sa.Column("on", sa.Date, nullable=False), sa.Column("recorded_at", instant, nullable=False),
        sa.Column("stored_at", instant, nullable=False), sa.Column("recorded_by", sa.Text),
        sa.Column("key", sa.Text), sa.Column("body", sa.Text, nullable=False), sa.Column("text_hash", sa.Text),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        sa.UniqueConstraint("case_id", "version"),
    )  # fmt: skip
    metadata.create_all(engine)
    return table


class Bare:
    """SQLAlchemy Core, straight into one table."""

    def __init__(self, url: str) -> None:
        self.engine = own_engine(url)
        self.table = bare_table(self.engine)
        self.position = 0
        self.insert = sa.insert(self.table)

    def row(self, fact: Fact, version: int, body: str | None = None) -> dict[str, Any]:
        self.position += 1
        now: Any = dt.datetime.now(dt.UTC)
        if self.engine.dialect.name == "sqlite":
            now = now.isoformat()
        return {
            "case_id": fact.case_id, "version": version, "schema": 1, "event": fact.event, "on": fact.on,
            "recorded_at": now, "stored_at": now, "recorded_by": None, "key": None, "body": body or body_of(fact),
            "text_hash": None, "hash": "0" * 64, "position": self.position,
        }  # fmt: skip

    def bulk(self, rows: list[dict[str, Any]]) -> None:
        for start in range(0, len(rows), BATCH):
            with self.engine.begin() as connection:
                connection.execute(self.insert, rows[start : start + BATCH])

    def one(self, row: dict[str, Any]) -> None:
        with self.engine.begin() as connection:
            connection.execute(self.insert, row)


@cache
def peer_kinds() -> tuple[Any, Any]:
    """The `eventsourcing` library's application and aggregate, loaded only here."""
    from eventsourcing.application import Application
    from eventsourcing.domain import Aggregate, event

    class EsCase(Aggregate):
        @event("Begun")
        def __init__(self) -> None:
            self.facts: list[dict[str, str]] = []

        @event("Recorded")
        def record(self, fact: dict[str, str]) -> None:
            self.facts.append(fact)

    class Cases(Application[uuid.UUID]):
        pass

    return Cases, EsCase


def peer(url: str) -> tuple[Any, Any]:
    """An `eventsourcing` application on the database at `url`, and its aggregate."""
    application, kind = peer_kinds()
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": f"{parsed.database}.es"}
    else:
        env = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": str(parsed.database),
            "POSTGRES_HOST": str(parsed.query["host"]), "POSTGRES_PORT": "5432", "POSTGRES_USER": "postgres",
            "POSTGRES_PASSWORD": "x",
            # its quickest way in, and without it a save of some thousand events hangs in psycopg's pipeline
            "POSTGRES_ENABLE_DB_FUNCTIONS": "y",
        }  # fmt: skip
    return application(env=env), kind


def timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def said(fact: Fact) -> dict[str, str]:
    return json.loads(body_of(fact))


def imports(open_url: Callable[[], str], count: int, rounds: int) -> dict[str, float]:
    facts = [fact for number in range(count // 12) for fact in a_case(f"case-{number:07}", "885")]
    sides: dict[str, list[float]] = {"bare": [], "bare_from_facts": [], "store": [], "eventsourcing": []}
    for _ in range(rounds):
        url = open_url()
        bare = Bare(url)
        ready = [bare.row(fact, index % 12 + 1) for index, fact in enumerate(facts)]
        sides["bare"].append(timed(lambda: bare.bulk(ready)))
        bare.engine.dispose()
        fresh = Bare(open_url())

        def convert_and_load(side: Bare = fresh) -> None:
            side.bulk([side.row(fact, index % 12 + 1) for index, fact in enumerate(facts)])

        sides["bare_from_facts"].append(timed(convert_and_load))
        fresh.engine.dispose()
        with Store.open(open_url(), create=True) as store:
            copies = [fact.model_copy() for fact in facts]
            sides["store"].append(timed(lambda: import_facts(store, copies, batch=BATCH)))
            assert store.stats().facts == len(facts)
        if sides["eventsourcing"] and len(sides["eventsourcing"]) >= 3:
            continue
        app, kind = peer(open_url())

        def save_all() -> None:
            held = []
            for start in range(0, len(facts), 12):
                aggregate = kind()
                for fact in facts[start : start + 12]:
                    aggregate.record(said(fact))
                held.append(aggregate)
                if len(held) * 12 >= BATCH:
                    app.save(*held)
                    held = []
            app.save(*held)

        sides["eventsourcing"].append(timed(save_all))
        app.close()
    return {name: statistics.median(times) / len(facts) * 1e6 for name, times in sides.items()}


def singles(url: str, es_url: str, count: int, rounds: int) -> dict[str, float]:
    bare = Bare(url)
    store = Store.open(url, create=True)
    app, kind = peer(es_url)
    sides: dict[str, list[float]] = {"bare": [], "store": [], "eventsourcing": []}
    version = 0
    aggregate = kind()
    app.save(aggregate)
    for number in range(rounds * count):
        fact = a_fact("one", event="advice_requested", party=f"p{number}")
        # turn about within each write, so that whatever else the machine does falls on all alike
        row = bare.row(fact, number + 1)
        sides["bare"].append(timed(lambda: bare.one(row)))
        fact = fact.model_copy()
        sides["store"].append(timed(lambda: store.record("one", fact, seen=version)))
        version += 1

        def save() -> None:
            aggregate.record(said(fact))
            app.save(aggregate)

        sides["eventsourcing"].append(timed(save))
    store.close()
    bare.engine.dispose()
    app.close()
    return {name: statistics.median(times) * 1e6 for name, times in sides.items()}


def loads(url: str, es_url: str, count: int) -> dict[str, float]:
    app, kind = peer(es_url)
    held, ids = [], []
    for number in range(300):
        aggregate = kind()
        for fact in a_case(f"load-{number}"):
            aggregate.record(said(fact))
        held.append(aggregate)
        ids.append(aggregate.id)
    app.save(*held)
    sides: dict[str, list[float]] = {"store_300_cases": [], "store_many_cases": [], "eventsourcing": []}
    with Store.open(url, create=True, prefix="few_") as few, Store.open(url, create=True) as many:
        import_facts(few, [fact for number in range(300) for fact in a_case(f"load-{number}")])
        import_facts(many, (fact for number in range(count) for fact in a_case(f"load-{number}")))
        for number in range(300):
            case_id = f"load-{number}"
            sides["store_300_cases"].append(timed(lambda: few.case(case_id).case.facts))
            sides["store_many_cases"].append(timed(lambda: many.case(case_id).case.facts))
            sides["eventsourcing"].append(timed(lambda: app.repository.get(ids[number])))
    app.close()
    return {name: statistics.median(times) * 1e6 for name, times in sides.items()}


def million(url: str, count: int) -> dict[str, float]:
    """Import and read many facts; the memory is the process's peak after a tenth and after all."""

    def facts(start: int, stop: int) -> Iterator[Fact]:
        for number in range(start, stop):
            yield from a_case(f"m-{number:07}", "885")

    cases = count // 12
    found: dict[str, float] = {}
    with Store.open(url, create=True) as store:
        import_facts(store, facts(0, cases // 10))
        sum(1 for _ in store.cases())
        found["peak_mb_after_a_tenth"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found["import_seconds"] = timed(lambda: import_facts(store, facts(cases // 10, cases)))
        found["read_seconds"] = timed(lambda: sum(1 for _ in store.cases()))
        found["verify_seconds"] = timed(lambda: store.verify())
        found["peak_mb_after_all"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found["facts"] = store.stats().facts
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backend", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--facts", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--write", type=Path, help="a JSON file for the results")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="ehcp-bench-"))
    results: dict[str, Any] = {
        "machine": {"node": platform.node(), "cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    }
    backends = ["sqlite", "postgresql"] if options.backend == "both" else [options.backend]
    server = Server() if "postgresql" in backends else None
    for backend in backends:

        def open_url(backend: str = backend) -> str:
            if backend == "sqlite":
                return f"sqlite:///{home}/{uuid.uuid4().hex}.db"
            assert server is not None
            return server.database()

        found: dict[str, Any] = {}
        if options.million:
            found["million"] = million(open_url(), 1_000_000)
        one = found["record_one_us"] = singles(open_url(), open_url(), 100, options.rounds)
        load = found["load_case_us"] = loads(open_url(), open_url(), 3_000)
        bulk = found["import_us_per_fact"] = imports(open_url, options.facts, options.rounds)
        found["ratios"] = {
            "import: bare / store (0.5 or better)": bulk["bare"] / bulk["store"],
            "import: bare from facts / store": bulk["bare_from_facts"] / bulk["store"],
            "import: eventsourcing / store (over 1)": bulk["eventsourcing"] / bulk["store"],
            "record one: bare / store (0.8 or better)": one["bare"] / one["store"],
            "record one: eventsourcing / store (over 1)": one["eventsourcing"] / one["store"],
            "load: eventsourcing / store (over 1)": load["eventsourcing"] / load["store_many_cases"],
            "load: 300 cases / 3,000 cases (about 1)": load["store_300_cases"] / load["store_many_cases"],
        }
        results[backend] = found
        print(f"\n{backend}")
        for part, numbers in found.items():
            for name, value in numbers.items():
                print(f"  {part:20} {name:45} {value:12.2f}")
    if server is not None:
        server.stop()
    if options.write:
        options.write.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


assert len(FactRow._fields) == 13, "the bare table must have the store's columns"
if __name__ == "__main__":
    main()
