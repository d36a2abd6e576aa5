"""The example that sends facts to a web address, against a real receiver that fails now and then."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ehcp_flow.store import Store
from ehcp_flow.testing import a_fact
from tests.waiting import HANG

EXAMPLE = Path(__file__).parents[2] / "examples" / "webhook_outbox.py"


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    got: list[tuple[str, dict[str, Any]]] = []
    fail = iter([False, True, False, False])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if next(fail, False):
                self.send_response(503)
            else:
                got.append((str(self.headers["Idempotency-Key"]), said))
                self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_each_fact_is_sent_once_in_order_and_a_second_run_goes_on(
    sqlite_url: str, tmp_path: Path, receiver: tuple[str, list[tuple[str, dict[str, Any]]]]
) -> None:
    url, got = receiver
    command = [sys.executable, str(EXAMPLE), sqlite_url, url, "--position-file", str(tmp_path / "position")]
    with Store.open(sqlite_url, create=True) as store:
        for case_id in ("a", "b", "c"):
            store.record(case_id, a_fact(case_id, reason="private"), seen=0)
        first = subprocess.run(command, capture_output=True, text=True, check=True, timeout=HANG)
        assert "position 2: HTTP Error 503" in first.stderr
        store.record("d", a_fact("d"), seen=0)
        second = subprocess.run(command, capture_output=True, text=True, check=True, timeout=HANG)
    assert (first.stdout, second.stdout) == ("sent 3\n", "sent 1\n")
    assert [key for key, _ in got] == ["ehcp-1", "ehcp-2", "ehcp-3", "ehcp-4"]
    assert [said["case_id"] for _, said in got] == ["a", "b", "c", "d"]
    assert "private" not in str(got)
