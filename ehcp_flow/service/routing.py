"""The router of every path below `/v1`, for an application with users of its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from ehcp_flow.calendars import Calendars, england
from ehcp_flow.law.loader import law_given
from ehcp_flow.law.model import Rulebook
from ehcp_flow.service.answering_rules import ProblemRoute
from ehcp_flow.service.case_paths import add_case_paths
from ehcp_flow.service.caseload_paths import add_caseload_paths
from ehcp_flow.service.posting_facts import add_recording
from ehcp_flow.service.service_users import Limits, Serving, StoreFor

__all__ = ["create_router"]


def create_router(
    *, store_for: StoreFor, user_for: Callable[..., Any], limits: Limits | None = None,
    rulebook: Rulebook | None = None, calendars: Calendars | None = None,
) -> APIRouter:  # fmt: skip
    """Return the paths of the service below `/v1`: `app.include_router(create_router(...))`.

    `user_for` is a dependency of FastAPI's that returns a `ServiceUser`, and raises for who may not come in: the
    application's own authentication. `store_for` gives the store of a user, opened for their authority alone (a store
    that is open for all: `lambda user: store.scoped(user.authority)`); whether a fact is lawful says the store's own
    check. Cases are answered by `rulebook` and `calendars`, England's if none are given.
    """
    serving = Serving(store_for, user_for, limits or Limits(), rulebook, calendars, _law_tag(rulebook, calendars))
    router = APIRouter(route_class=ProblemRoute)
    add_caseload_paths(router, serving)
    add_recording(router, serving)
    add_case_paths(router, serving)
    return router


def _law_tag(rulebook: Rulebook | None, calendars: Calendars | None) -> str:
    """Return what tells answers by this law, these calendars and this library from those by others."""
    law = law_given(rulebook)
    told = (law.model_dump_json(exclude={"regions"}), repr(dict(law.regions)), repr(calendars or england()))
    # Word by word in order: a set has none, and every process would write it in another.
    words = sorted(re.findall(r"[^\s,(){}\[\]]+", " ".join((*told, version("ehcp-flow"), version("holidays")))))
    return sha256("\x1f".join(words).encode()).hexdigest()[:16]
