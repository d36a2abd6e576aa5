"""What the service tells of itself: a line of JSON for each request, and counts for a monitor. Never whose case it was.

Both go by the path's pattern, `/v1/cases/{case_id}/facts`: no id, no query and no body stands in either.
"""

from __future__ import annotations

import json
import logging
import traceback
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ehcp_flow.service.answering_rules import problem_answer

__all__ = ["LOG", "Metrics", "Telemetry"]

LOG: Final = logging.getLogger("ehcp_flow.service")
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""
_BUG: Final = 500


class Metrics:
    """Counts since the process began, as Prometheus reads them."""

    def __init__(self) -> None:
        self.under_way = 0
        self._answered: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        self._took: dict[str, list[int]] = {}
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def add(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._answered[method, path, status] += 1
        buckets = self._took.setdefault(path, [0] * (len(_BUCKETS) + 1))
        buckets[bisect_left(_BUCKETS, seconds)] += 1
        self._seconds[path] += seconds

    def text(self) -> str:
        """Return them all as text."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield "# HELP ehcp_flow_requests_total Requests that were answered."
        yield "# TYPE ehcp_flow_requests_total counter"
        for (method, path, status), many in sorted(self._answered.items()):
            yield f'ehcp_flow_requests_total{{method="{method}",path="{path}",status="{status}"}} {many}'
        yield "# HELP ehcp_flow_request_seconds How long an answer took."
        yield "# TYPE ehcp_flow_request_seconds histogram"
        for path, buckets in sorted(self._took.items()):
            running = 0
            for bound, many in zip((*map(str, _BUCKETS), "+Inf"), buckets, strict=True):
                running += many
                yield f'ehcp_flow_request_seconds_bucket{{path="{path}",le="{bound}"}} {running}'
            yield f'ehcp_flow_request_seconds_sum{{path="{path}"}} {self._seconds[path]:.6f}'
            yield f'ehcp_flow_request_seconds_count{{path="{path}"}} {running}'
        yield "# HELP ehcp_flow_requests_under_way Requests that are being answered."
        yield "# TYPE ehcp_flow_requests_under_way gauge"
        yield f"ehcp_flow_requests_under_way {self.under_way}"


class Telemetry:
    """Counts and logs each request, and makes an answer of a fault, of which the log says where it lies."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status, fault = perf_counter(), 0, {}

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self.metrics.under_way += 1
        try:
            await self.app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001 - the boundary: nobody gets a traceback, and the log no values
            fault = _place(error)
            if not status:
                await problem_answer(_BUG, "what went wrong is in the log of the service")(scope, receive, sending)
        finally:
            self.metrics.under_way -= 1
            self._tell(scope, status, perf_counter() - began, fault)

    def _tell(self, scope: Scope, status: int, seconds: float, fault: dict[str, Any]) -> None:
        path = getattr(scope.get("route"), "path_format", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self.metrics.add(method, path, status, seconds)
        said = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "method": method, "path": path,
            "status": status, "ms": round(seconds * 1000, 1),
        }  # fmt: skip
        if refused := scope.get("state", {}).get("refused_by"):
            said["refused_by"] = refused
        LOG.log(logging.ERROR if fault else logging.INFO, json.dumps({**said, **fault}))


_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _place(error: Exception) -> dict[str, Any]:
    """Return what a fault is and where it lies: its message may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"fault": type(error).__name__, "where": [f"{each.name}:{each.lineno}" for each in frames[-6:]]}
