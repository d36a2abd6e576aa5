"""The process that serves: uvicorn with what it needs to lose no request and to tell nobody anything by itself."""

from __future__ import annotations

import logging
import socket  # noqa: TID251 - the service alone waits for who asks; it calls nobody
import sys
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from ehcp_flow.errors import RangeError
from ehcp_flow.service.telemetry import LOG

__all__ = ["log_to_stderr", "serve"]

_GRACE: Final = 30
"""Seconds that a request which is under way has, once the service is told to end."""
_BACKLOG: Final = 2048
"""Connections that may wait to be taken."""
_SETTINGS: Final[Mapping[str, Any]] = {
    "access_log": False, "server_header": False, "date_header": True, "log_config": None, "proxy_headers": False,
    "timeout_keep_alive": 15, "timeout_graceful_shutdown": _GRACE, "lifespan": "on", "ws": "none",
}  # fmt: skip


def serve(application: str, host: str, port: int, *, workers: int = 1, told: Callable[[str], object]) -> None:
    """Serve until the process is told to end, and answer first what is under way.

    `application` is `module:factory`, which each worker calls for itself. `told` is called with the address once it is
    taken; port 0 takes any that is free. Raises RangeError where it cannot be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        why = f"nothing can listen there on {host} ({error.strerror}); give one that is free"
        raise RangeError("--port", port, why) from None
    with listening:
        # Connections take it over. An answer is written in two parts, and the second would wait for whoever asks to
        # acknowledge the first: 40 ms, where asyncio does not know this socket for one of TCP.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        told(_address(*listening.getsockname()[:2]))
        config = uvicorn.Config(application, host=host, port=port, workers=workers, factory=True, **_SETTINGS)
        server = uvicorn.Server(config)
        if workers == 1:
            server.run(sockets=[listening])
        else:
            # uvicorn before 0.54 wants to be told what each process runs.
            named = {"target": server.run} if "target" in signature(Multiprocess).parameters else {}
            Multiprocess(config, sockets=[listening], **named).run()


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def log_to_stderr() -> None:
    """Have the lines of requests written to standard error, one JSON object each."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False
