"""Who asks: a user of the service, the store that is opened for them, and how much they may ask at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from ehcp_flow.calendars import Calendars
from ehcp_flow.errors import EhcpFlowError
from ehcp_flow.law.model import Rulebook
from ehcp_flow.store import Store

__all__ = ["Limits", "NotLetIn", "ServiceUser", "Serving", "SignedIn", "StoreFor"]


@dataclass(frozen=True, slots=True)
class ServiceUser:
    """Somebody who may ask: the authority whose cases they see, and the name under which what they record is kept."""

    authority: str
    name: str


StoreFor: TypeAlias = Callable[[ServiceUser], Store]
"""Gives the store for a user, opened for their authority: `lambda user: store.scoped(user.authority)`."""


@dataclass(frozen=True, slots=True)
class SignedIn(ServiceUser):
    """Somebody who signed in on a page of this service, and where they leave."""

    sign_out: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken at once: bytes of a body, seconds in which it has to come, items of a page."""

    body_bytes: int = 64 * 1024
    body_seconds: float = 20.0
    page: int = 100
    largest_page: int = 500


@dataclass(frozen=True)
class Serving:
    """What every path needs: who asks, of which store, by which law, and how much at once."""

    store_for: StoreFor
    user_for: Callable[..., Any]
    limits: Limits
    rulebook: Rulebook | None
    calendars: Calendars | None
    law_tag: str

    @property
    def law(self) -> dict[str, Any]:
        """The rulebook and the calendars, as every call of the library takes them."""
        return {"rulebook": self.rulebook, "calendars": self.calendars}


class NotLetIn(EhcpFlowError):
    """The request has no key, or one that opens nothing."""

    http_status = 401

    def __init__(self) -> None:
        super().__init__("send a key that is in use here, as Authorization: Bearer KEY")
