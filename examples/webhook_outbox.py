# ruff: noqa: S310, TID251 - what the library itself never does, an example of its use does: speak to the network
"""Send each fact that is recorded to a web address, once for each position, and go on after a restart.

    python examples/webhook_outbox.py sqlite:///cases.db https://example.org/hook --position-file hook.position

The receiver answers with a 2xx code when it has kept the fact; anything else is tried again, later and later, and
nothing behind it is sent before. If this program dies between the answer and the note of the position, that one fact
is sent again with the same `Idempotency-Key`, by which the receiver knows it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Final

from ehcp_flow.store import Entry, Store
from ehcp_flow.store.outbox import Bookmark, follow

LONGEST_WAIT: Final = 300.0


def message(entry: Entry, *, with_text: bool = False) -> dict[str, object]:
    """Return what is sent for one entry. The free text stays at home unless it is asked for."""
    fact = entry.fact.model_dump(mode="json", exclude_none=True, exclude=None if with_text else {"reason"})
    return {"position": entry.position, "case_id": entry.case_id, "version": entry.version, "fact": fact}


def post(url: str, entry: Entry) -> None:
    """Send one entry. Raises OSError (URLError, HTTPError) unless the answer is 2xx."""
    request = urllib.request.Request(
        url,
        data=json.dumps(message(entry)).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": f"ehcp-{entry.position}"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=30):
        pass


def deliver(
    store: Store,
    bookmark: Bookmark,
    send: Callable[[Entry], None],
    *,
    poll_seconds: float | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> int:
    """Send everything above the bookmark, in order, and return how many were sent (never, while it polls)."""
    sent = 0
    for entry in follow(store, bookmark.read(), poll_seconds=poll_seconds):
        wait = 1.0
        while True:
            try:
                send(entry)
                break
            except OSError as error:
                print(f"position {entry.position}: {error}; again in {wait:.0f} s", file=sys.stderr)
                sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
        bookmark.write(entry.position)
        sent += 1
    return sent


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("url")
    parser.add_argument("--position-file", default="webhook.position")
    parser.add_argument("--poll", type=float, default=None, help="look for more every so many seconds, for ever")
    options = parser.parse_args()
    with Store.open(options.store) as store:
        sent = deliver(
            store,
            Bookmark(options.position_file),
            lambda entry: post(options.url, entry),
            poll_seconds=options.poll,
        )
    print(f"sent {sent}")


if __name__ == "__main__":
    main()
