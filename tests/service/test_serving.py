"""`ehcp-flow serve` as the process that it is: it keeps what it acknowledged, and ends when it is told to."""

import csv
import json
import signal
import socket  # noqa: TID251 - a client that never finishes is no client of a library's
import sqlite3
import sys

import httpx2 as httpx
import pytest

from ehcp_flow.cli.app import COMMANDS
from ehcp_flow.service import serving_process
from ehcp_flow.store import Store
from tests.cli.running import invoke
from tests.service.conftest import NEW, REQUEST, bearing, hashed
from tests.service.served import Served
from tests.service.served import main as kills
from tests.waiting import HANG

POSTED = json.dumps(REQUEST).encode()


@pytest.fixture
def home(tmp_path):
    Store.open(f"sqlite:///{tmp_path}/cases.db", create=True).close()
    with (tmp_path / "keys.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([(hashed("mine"), "885", "cw1"), (hashed("theirs"), "301", "clerk")])
    return tmp_path


@pytest.fixture
def served(home):
    with Served(f"sqlite:///{home}/cases.db", home / "keys.csv") as served:
        yield served


def begun(served, body=POSTED, sent=8):
    """Send the beginning of a request, and give the connection on which the rest is waited for."""
    head = f"POST /v1/cases/slow/facts HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nIf-None-Match: *\r\n"
    connection = socket.create_connection((served.host, served.port), timeout=HANG)
    connection.sendall(f"{head}Authorization: Bearer mine\r\n\r\n".encode() + body[:sent])
    return connection


def test_a_request_that_is_under_way_is_answered_before_it_ends(served, home):
    with begun(served) as connection:
        served.until_under_way(2)  # the one that asks, and this one
        served.process.send_signal(signal.SIGTERM)
        connection.sendall(POSTED[8:])
        answer = connection.recv(10_000)
    assert answer.startswith(b"HTTP/1.1 201")
    assert served.process.wait(HANG) == -signal.SIGTERM or served.process.returncode == 128 + signal.SIGTERM
    with Store.open(f"sqlite:///{home}/cases.db") as store:
        assert store.case("slow").version == 1
        assert store.verify().ok


def test_clients_that_never_finish_keep_nobody_waiting(served):
    slow = [begun(served, sent=0) for _ in range(60)]
    with httpx.Client(base_url=served.address, headers=bearing("theirs"), timeout=HANG) as client:
        assert client.post("/v1/cases/t/facts", json=REQUEST, headers=NEW).status_code == 201
        assert client.get("/v1/cases/t/deadlines").status_code == 200
    for connection in slow:
        connection.close()


def test_what_it_logs_names_nobody(served):
    with httpx.Client(base_url=served.address, headers=bearing("mine"), timeout=HANG) as client:
        fact = {**REQUEST, "reason": "Jane Doe asked by telephone"}
        assert client.post("/v1/cases/Jane/facts", json=fact, headers=NEW).status_code == 201
        assert client.get("/v1/desk", params={"only": "owner=Jane"}).status_code == 200
    served.process.send_signal(signal.SIGINT)
    served.process.wait(HANG)
    log = served.log()
    told = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert ("POST", "/v1/cases/{case_id}/facts", 201) in [
        (line["method"], line["path"], line["status"]) for line in told
    ]
    assert "Jane" not in log
    assert "mine" not in log


def test_several_processes_answer_at_one_address_and_end_together(home):
    with Served(f"sqlite:///{home}/cases.db", home / "keys.csv", "--workers", "2") as served:
        assert httpx.post(
            f"{served.address}/v1/cases/a/facts", json=REQUEST, headers={**NEW, **bearing("mine")}, timeout=HANG
        ).status_code == 201  # fmt: skip
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(HANG)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{served.address}/health", timeout=HANG)


def test_the_second_part_of_an_answer_does_not_wait_for_the_first_to_be_acknowledged(monkeypatch):
    found: list[str | int] = []

    def runs(_, sockets):
        found.extend(each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for each in sockets)

    monkeypatch.setattr("uvicorn.Server.run", runs)
    serving_process.serve("nothing:here", "127.0.0.1", 0, told=found.append)
    address, at_once = found
    assert (str(address).startswith("http://127.0.0.1:"), bool(at_once)) == (True, True)


def test_what_was_acknowledged_outlives_a_kill(tmp_path):
    assert kills(["sqlite", "--times", "2"]) == 0


def test_the_command_is_refused_before_anything_listens(home, tmp_path):
    store, keys = ("--store", f"sqlite:///{home}/cases.db"), ("--keys", str(home / "keys.csv"))
    none = ("--keys", str(tmp_path / "none.csv"))
    (tmp_path / "wrong.csv").write_text("mine,885,cw1\n", "utf-8")
    for arguments, code, said in (
        (store, 2, "--keys"),
        ((*store, *none), 2, "none.csv: it cannot be read"),
        ((*store, "--keys", str(tmp_path / "wrong.csv")), 4, "line 1: the first cell is no SHA-256"),
        (("--store", f"sqlite:///{home}/none.db", *keys), 2, "there is no such file"),
        ((*store, *keys, "--rulebook", str(tmp_path)), 4, "it holds no .toml file"),
    ):
        done = invoke("serve", *arguments)
        assert (done.exit_code, said in done.output) == (code, True), done.output
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = invoke("serve", *store, *keys, "--port", taken.getsockname()[1])
    assert (done.exit_code, "give one that is free" in done.output) == (2, True)


def test_without_the_extra_it_says_what_to_install(home, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("ehcp_flow.service")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "fastapi", None)
    done = invoke("serve", "--store", f"sqlite:///{home}/cases.db", "--keys", home / "keys.csv")
    assert (done.exit_code, 'pip install "ehcp-flow[service]"' in done.output) == (2, True)
    assert "serve" in COMMANDS


def test_whoever_lets_others_reach_it_is_warned(home, monkeypatch):
    monkeypatch.setattr(serving_process, "serve", lambda *_, told, **__: told("http://somewhere"))
    given = ("serve", "--store", f"sqlite:///{home}/cases.db", "--keys", home / "keys.csv")
    assert "can be reached from elsewhere" in invoke(*given, "--host", "0.0.0.0").output  # noqa: S104 - what is warned of
    assert "can be reached from elsewhere" in invoke(*given, "--host", "council.example").output
    for host in ("127.0.0.1", "::1", "localhost"):
        assert "can be reached" not in invoke(*given, "--host", host).output


def test_the_store_of_the_service_keeps_the_key_with_the_fact(served, home):
    with httpx.Client(base_url=served.address, headers=bearing("mine"), timeout=HANG) as client:
        client.post("/v1/cases/a/facts", json=REQUEST, headers={**NEW, "Idempotency-Key": "k-1"})
    with sqlite3.connect(home / "cases.db") as database:
        assert database.execute("SELECT case_id, key FROM ehcp_facts").fetchall() == [("a", "k-1")]
    database.close()
