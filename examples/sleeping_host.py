"""A host that tells of each breach once, and sleeps until something can have changed.

    python examples/sleeping_host.py sqlite:///cases.db

It looks at a case when a fact of it was recorded, and on the day that `next_change` gave when it last looked, and never
in between. What it has told of it knows by the deadline's key, which stays the same whatever is corrected.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import ehcp_flow as ef
from ehcp_flow.dates import today
from ehcp_flow.store import Store
from ehcp_flow.store.outbox import follow


@dataclass
class Host:
    """What a host keeps between two looks: how far it followed the store, when to wake for which case, what it told.

    A real host keeps the three in its own database, and writes them in the transaction in which it queues the notice.
    """

    store: Store
    tell: Callable[[ef.Deadline], None]
    position: int = 0
    wakes: dict[str, dt.date] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def look(self, day: dt.date) -> dt.date | None:
        """Tell of what is new on a day, and return the day until which it may sleep; None: until a fact is recorded."""
        due = {case_id for case_id, wake in self.wakes.items() if wake <= day}
        for entry in follow(self.store, self.position):
            due.add(entry.case_id)
            self.position = entry.position
        for found in self.store.cases(sorted(due)):
            for deadline in ef.deadlines_of(found.case, day):
                if deadline.breach and deadline.key not in self.told:
                    self.told.add(deadline.key)
                    self.tell(deadline)
            wake = ef.next_change(found.case, day)
            self.wakes.pop(found.case.case_id, None)
            if wake is not None:
                self.wakes[found.case.case_id] = wake
        return min(self.wakes.values(), default=None)


def main() -> None:
    """Look once, today, and say until when the host could sleep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    options = parser.parse_args()

    def tell(deadline: ef.Deadline) -> None:
        print(f"{deadline.case_id}: {deadline.title}, due on {deadline.due_on}, is in breach")

    with Store.open(options.store) as store:
        until = Host(store, tell).look(today())
    print(f"nothing more until {until or 'a fact is recorded'}")


if __name__ == "__main__":
    main()
