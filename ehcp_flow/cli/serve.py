"""`ehcp-flow serve`: the HTTP service on a store, with keys of its own."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from functools import partial
from ipaddress import ip_address
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any, Final

from ehcp_flow.cli.command import CliCommand, options
from ehcp_flow.cli.messages import note
from ehcp_flow.cli.options import StoreUrl, option
from ehcp_flow.cli.query import LawQuery
from ehcp_flow.cli.source_kinds import open_store
from ehcp_flow.errors import LibraryMissing

if TYPE_CHECKING:
    from fastapi import FastAPI

__all__ = ["SERVE", "application"]

_SETTINGS: Final = "EHCP_FLOW_SERVE"
"""Where the command leaves for its workers what it was told: each is a process of its own."""


@dataclass(frozen=True, kw_only=True)
class _Served:
    """Where to listen, who may ask, and with how many processes."""

    host: Annotated[str, option("--host ADDRESS", "Where to listen: this machine alone, unless told otherwise.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, option("--port N", "At which port; 0 takes any that is free.", min=0, max=65535)] = 8000
    workers: Annotated[int, option("--workers N", "How many processes answer.", min=1, max=64)] = 1


@options(
    "store keys host port workers institutions institution closed_if office_closures bank_holidays profile rulebook"
)
def _serve(
    *,
    store: StoreUrl,
    keys: Annotated[
        str,
        option("--keys FILE", "Who may ask, CSV without a header: the SHA-256 of a key, the authority, a name."),
    ],
    served: _Served,
    query: LawQuery,
) -> None:
    """Serve the store over HTTP: facts in; deadlines, states, the desk and figures out, each authority by its keys.

    It ends when it is told to (Ctrl-C, SIGTERM), once it has answered what is under way.
    """
    try:
        from ehcp_flow.service.api_keys import read_keys
        from ehcp_flow.service.serving_process import serve
    except ImportError as error:
        raise LibraryMissing(str(error.name), "service") from None
    # What is wrong is told now, and not by each worker.
    read_keys(keys)
    for read in ("law", "calendars"):
        getattr(query, read)
    with open_store(store):
        pass
    if not _is_loopback(served.host):
        note(f"warning: {served.host} can be reached from elsewhere; keys travel readable unless TLS stands before it")
    os.environ[_SETTINGS] = json.dumps({"store": store, "keys": keys, "query": asdict(query), "secret": token_hex(32)})
    serve(
        f"{__name__}:application", served.host, served.port, workers=served.workers,
        told=lambda address: note(f"serving at {address}; Ctrl-C ends it"),
    )  # fmt: skip


def application() -> FastAPI:
    """Return the service by what the command was told: called by each worker."""
    from ehcp_flow.service import create_app, read_keys
    from ehcp_flow.service.serving_process import log_to_stderr
    from ehcp_flow.states import record
    from ehcp_flow.store import Store

    told = json.loads(os.environ[_SETTINGS])
    query = LawQuery(**told["query"])
    law: dict[str, Any] = {"rulebook": query.law, "calendars": query.calendars}
    log_to_stderr()
    opened = Store.open(told["store"], check=partial(record, **law))
    return create_app(opened, read_keys(told["keys"]), secret=bytes.fromhex(told["secret"]), **law)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


SERVE: Final = CliCommand(
    _serve,
    (
        "ehcp-flow serve --store sqlite:///cases.db --keys keys.csv",
        "ehcp-flow serve --store sqlite:///cases.db --keys keys.csv --port 8080 --workers 2",
    ),
)
