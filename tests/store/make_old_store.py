"""Makes a store for `tests/store/data/old`: `PYTHONPATH=<a checkout of that commit> python make_old_store.py OUT.db`.

It uses only what every version of the library has had.
"""

import datetime as dt
import sqlite3
import sys
from pathlib import Path

from ehcp_flow.facts import make_fact
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_file

FILE = """case_id,event,on,authority
c-1,request_received,2026-03-16,885
c-1,assessment_refused,2026-04-20,885
"""


class Clock:
    now = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


def fill(store: Store, clock: Clock, folder: Path) -> None:
    """Record three cases and import one: names, keys, free texts, a redaction, a correction, two authorities."""

    def record(case_id: str, event: str, on: str, seen: int, by: str | None = None, **more: str) -> None:
        key = more.pop("key", None)
        fact = make_fact(event, case_id=case_id, on=on, **more)
        store.record(case_id, fact, seen=seen, recorded_by=by, key=key)

    record("a-1", "request_received", "2026-03-02", 0, "jo", authority="885", party="parent", fact_id="f-1", key="k-1")
    record("a-1", "assessment_agreed", "2026-04-01", 1, "jo", reason="kept")
    clock.now += dt.timedelta(days=1)
    excuse = {"outcome": "exceptional_circumstances", "reason": "names a third person"}
    record("a-1", "exception_recorded", "2026-05-01", 2, "sam", **excuse)
    store.redact("a-1", 3, reason="asked for", redacted_by="dpo")
    record("b-1", "request_received", "2026-03-09", 0, authority="301")
    wrong = store.case("b-1").case.recorded[0]
    record("b-1", "fact_voided", "2026-03-09", 1, "jo", corrects=wrong.id, reason="another child")
    (folder / "facts.csv").write_text(FILE, "utf-8")
    import_file(store, folder / "facts.csv")
    record("é-1", "request_received", "2026-03-20", 0, authority="885", reason="=1+1 ü")


if __name__ == "__main__":
    out = Path(sys.argv[1])
    clock = Clock()
    with Store.open(f"sqlite:///{out}", create=True, clock=clock) as made:
        fill(made, clock, out.parent)
    whole = sqlite3.connect(out)
    whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.execute("PRAGMA journal_mode=DELETE")
    whole.execute("VACUUM")
    whole.close()
