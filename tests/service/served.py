"""Serve a store, and kill the process while eight writers record: `python -m tests.service.served sqlite`.

Whatever was answered with 201 has to be there, once, at the version that the answer gave; whatever was not is sent
again with its key. Options: the database (sqlite, postgresql), `--times` (how often it is killed, 200).
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

import httpx2 as httpx

from ehcp_flow.store import Store
from ehcp_flow.testing.postgres import Server
from tests.cli.running import environment
from tests.service.conftest import NEW, REQUEST, bearing, hashed
from tests.waiting import HANG, until

WRITERS = 8


class Served:
    """`ehcp-flow serve` on a free port, until the block ends."""

    def __init__(self, url: str, keys: Path, *options: str) -> None:
        self._log = tempfile.NamedTemporaryFile("w+", suffix=".log", delete=False)  # noqa: SIM115 - closed with the process
        command = [sys.executable, "-m", "ehcp_flow", "serve", "--store", url, "--keys", str(keys), "--port", "0"]
        command += options
        self.process = subprocess.Popen(command, stderr=self._log, env=environment())
        until(lambda: "serving at" in self.log() or self.process.poll() is not None, "the service")
        assert self.process.poll() is None, self.log()
        self.address = self.log().partition("serving at ")[2].partition(";")[0]
        self.host, _, port = self.address.removeprefix("http://").partition(":")
        self.port = int(port)
        until(self._answers, "its first answer")

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.address}/health", timeout=HANG).status_code == 200
        return False

    def log(self) -> str:
        return Path(self._log.name).read_text("utf-8")

    def until_under_way(self, many: int) -> None:
        line = f"ehcp_flow_requests_under_way {many}"
        until(lambda: line in httpx.get(f"{self.address}/metrics", timeout=HANG).text, line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(HANG)
        self._log.close()
        Path(self._log.name).unlink()


class Writer(threading.Thread):
    """Adds facts to the case that all share, one after the other, and keeps what was acknowledged."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(daemon=True)
        self.address, self.label = address, name
        self.kept: dict[str, int] = {}
        self.sent: dict[str, tuple[dict[str, str], str]] = {}
        self.wrong: list[str] = []

    def run(self) -> None:
        asking = httpx.Client(base_url=self.address, headers=bearing("mine"), timeout=HANG)
        with asking as client, suppress(httpx.TransportError):  # which it raises once it was killed
            for number in range(sys.maxsize):
                self.write(client, f"{self.label}-{number}")

    def write(self, client: httpx.Client, key: str) -> None:
        fact = {"event": "advice_requested", "on": "2026-04-07", "party": "other", "fact_id": key}
        seen = client.get("/v1/cases/a/facts").headers["etag"]
        self.sent[key] = fact, seen
        answer = client.post("/v1/cases/a/facts", json=fact, headers={"If-Match": seen, "Idempotency-Key": key})
        if answer.status_code == 201:
            self.kept[key] = answer.json()["version"]
        elif answer.status_code != 412:
            self.wrong.append(answer.text)


def sent_again(url: str, keys: Path, writers: list[Writer], kept: dict[str, int]) -> list[str]:
    """Send what was not answered again, with its key, and return what was answered wrong.

    It was recorded before (200), or the case has moved on (412), or now it is (201): never a second time.
    """
    wrong = []
    with Served(url, keys) as served:
        for key, (fact, seen) in [each for writer in writers for each in [*writer.sent.items()][-1:]]:
            headers = {"If-Match": seen, "Idempotency-Key": key, **bearing("mine")}
            answer = httpx.post(f"{served.address}/v1/cases/a/facts", json=fact, headers=headers, timeout=HANG)
            if answer.status_code in (200, 201):
                kept[key] = answer.json()["version"]
            elif answer.status_code != 412 or key in kept:
                wrong.append(f"{key} was sent again: {answer.text}")
    return wrong


def killed_once(url: str, keys: Path, round_number: int, kept: dict[str, int]) -> list[str]:
    """Serve, let eight write, kill it, and return what is wrong with what is there then."""
    with Served(url, keys) as served:
        begin = httpx.post(
            f"{served.address}/v1/cases/a/facts", json=REQUEST, headers={**NEW, **bearing("mine")}, timeout=HANG
        )
        assert begin.status_code in (201, 412), begin.text
        writers = [Writer(served.address, f"{round_number}.{number}") for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        until(lambda: any(writer.kept for writer in writers), "the first fact")
        time.sleep(random.random() / 4)  # noqa: S311 - any moment will do
        served.process.kill()
        for writer in writers:
            writer.join(HANG)
    wrong = [text for writer in writers for text in writer.wrong]
    for writer in writers:
        kept |= writer.kept
    wrong += sent_again(url, keys, writers, kept)
    with Store.open(url) as store:
        found = store.case("a").case.recorded
        there = {fact.id: version for version, fact in enumerate(found, start=1)}
        lost = {key: version for key, version in kept.items() if there.get(key) != version}
        wrong += [f"acknowledged at version {version}, and lost: {key}" for key, version in lost.items()]
        if len(there) != len(found):
            wrong.append("a fact is there twice")
        wrong += map(str, store.verify().breaks)
    return wrong


def main(arguments: list[str] | None = None) -> int:
    """Kill as often as asked, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", choices=("sqlite", "postgresql"))
    parser.add_argument("--times", type=int, default=200)
    asked = parser.parse_args(arguments)
    kept: dict[str, int] = {}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{home}/cases.db"
        if asked.database == "postgresql":
            url = stack.enter_context(Server.running()).database()
        Store.open(url, create=True).close()
        (home / "keys.csv").write_text(f"{hashed('mine')},885,cw1\n", "utf-8")
        for round_number in range(asked.times):
            if wrong := killed_once(url, home / "keys.csv", round_number, kept):
                sys.stdout.write("\n".join([*wrong, ""]))
                return 1
    sys.stdout.write(f"killed {asked.times} times; {len(kept)} facts were acknowledged, and none is lost\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
