"""The service answering the deadlines of a case, beside a plain FastAPI route that reads the same rows.

    python benchmarks/service.py [--requests 8000] [--backend sqlite|postgresql]

Both sides stand in one application, of 2 workers, and are asked over 16 kept connections by a client on the same
machine; ours with authentication, entity tag, law and telemetry. Prints requests a second, p50 and p99 in milliseconds,
and, since a busy machine stretches those, the CPU seconds of the workers for each thousand requests.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket  # noqa: TID251 - a client of its own costs the least beside what is measured
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response

from ehcp_flow.service import ApiKeys, ServiceUser, create_app
from ehcp_flow.store import Store
from ehcp_flow.store.imports import import_facts
from ehcp_flow.synth import synth
from ehcp_flow.testing.postgres import Server

ROOT = Path(__file__).parent.parent
CONNECTIONS, WORKERS, KEY = 16, 2, "benchmark"
OURS, PLAIN = "/v1/cases/{}/deadlines?as_of=2026-06-30", "/plain/{}"
URL = "BENCHMARK_URL"


def application() -> FastAPI:
    """Both sides; each worker makes them for itself."""
    store = Store.open(os.environ[URL])
    app = create_app(store, ApiKeys([(sha256(KEY.encode()).hexdigest(), ServiceUser("885", "benchmark"))]))
    mine = store.scoped("885")

    @app.get("/plain/{case_id}")
    def plain(case_id: str) -> Response:
        rows = [stored.row for stored in mine._stored(case_id)]  # noqa: SLF001 - the rows alone
        return Response(json.dumps(rows), media_type="application/json")

    return app


def asked(port: int, path: str, ids: list[str], many: int) -> list[float]:
    """Ask one after the other on one connection, and return how long each answer took, in seconds."""
    took = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for number in range(many):
            line = (
                f"GET {path.format(ids[number % len(ids)])} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n"
            )
            began = time.perf_counter()
            connection.sendall(line.encode())
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert b" 200 " in head[:20], head
            length = int(re.findall(rb"content-length: (\d+)", head)[0])
            while len(body) < length:
                body += connection.recv(65536)
            took.append(time.perf_counter() - began)
    return took


def workers_cpu(parent: int) -> float:
    """CPU seconds so far of the processes below one (Linux)."""
    total, tick = 0, os.sysconf("SC_CLK_TCK")
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) if int(fields[1]) == parent else 0
    return total / tick


def measured(port: int, parent: int, path: str, ids: list[str], requests: int) -> dict[str, Any]:
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        began, cpu = time.perf_counter(), workers_cpu(parent)
        each = [requests // CONNECTIONS] * CONNECTIONS
        took = sorted(one for found in pool.map(lambda many: asked(port, path, ids, many), each) for one in found)
        seconds, cpu = time.perf_counter() - began, workers_cpu(parent) - cpu
    return {
        "per_second": round(len(took) / seconds), "p50_ms": round(took[len(took) // 2] * 1000, 1),
        "p99_ms": round(took[len(took) * 99 // 100] * 1000, 1), "cpu_per_1000": round(cpu * 1000 / len(took), 2),
    }  # fmt: skip


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=8000)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    with ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory())
        url = f"sqlite:///{home}/cases.db"
        if given.backend == "postgresql":
            url = stack.enter_context(Server.running()).database()
        with Store.open(url, create=True) as store:
            import_facts(store, synth(2000, 3, authority="885", as_of="2026-06-30"))
            ids = list(store.scoped("885").case_ids())
        port = free_port()
        served = f"serve('benchmarks.service:application', '127.0.0.1', {port}, workers={WORKERS}, told=print)"
        command = [sys.executable, "-c", f"from ehcp_flow.service.serving_process import serve; {served}"]
        environment = {**os.environ, URL: url, "PYTHONPATH": str(ROOT)}
        server = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 - the command above
        stack.callback(server.wait)
        stack.callback(server.send_signal, signal.SIGTERM)
        while True:
            with suppress(OSError):
                asked(port, PLAIN, ids, 1)
                break
            time.sleep(0.2)
        for path in (OURS, PLAIN):  # each worker has read the law by then
            measured(port, server.pid, path, ids, 400)
        found: dict[str, list[dict[str, Any]]] = {"ours": [], "plain": []}
        for _ in range(3):  # taking turns: the machine is not the same from one minute to the next
            for name, path in (("ours", OURS), ("plain", PLAIN)):
                found[name].append(measured(port, server.pid, path, ids, given.requests))
    best = {name: min(rounds, key=lambda each: each["cpu_per_1000"]) for name, rounds in found.items()}
    for name, row in best.items():
        print(f"{name:6} {row['per_second']:6} requests a second  p50 {row['p50_ms']} ms  p99 {row['p99_ms']} ms  "
              f"{row['cpu_per_1000']} CPU s a thousand")  # fmt: skip
    print(f"ours at {best['plain']['cpu_per_1000'] / best['ours']['cpu_per_1000']:.2f} of the plain route, by CPU time")


if __name__ == "__main__":
    main()
