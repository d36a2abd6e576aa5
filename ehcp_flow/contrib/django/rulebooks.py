"""The law by which the app answers: the rulebook that the setting EHCP_FLOW_RULEBOOK names, or England's.

The setting is the whole path of a folder, as the other paths of Django's settings are, or the name of a rulebook that
is installed: a text that can be a name is one, and never a folder beside which Django was started. It is read once,
when the app is ready, so that the facts it declares are known to whatever the host does first; what is wrong with it a
system check says, and where no checks are run (a web server runs none) whatever asks the law.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from ehcp_flow.errors import RulebookError
from ehcp_flow.law.installed import is_name
from ehcp_flow.law.loader import load_named, load_rulebook
from ehcp_flow.law.model import Rulebook

__all__ = ["check_rulebook", "rulebook_in_use"]

_SETTING: Final = "EHCP_FLOW_RULEBOOK"
_WRITE: Final = (
    'write that of a rulebook, such as BASE_DIR / "our_procedure", the name of one that is installed, or leave the '
    "setting out for the law of England"
)


def rulebook_in_use() -> Rulebook | None:
    """Return what a call of the host's own takes as `rulebook=`: that of the setting, or None, which is England's.

    Raises ImproperlyConfigured for a setting that is wrong, with what would be right.
    """
    given = getattr(settings, _SETTING, None)
    if given is None:
        return None
    if not isinstance(given, str | Path):
        raise _no_folder(given)
    return _named(given) if isinstance(given, str) and is_name(given) else _loaded(str(given))


@cache
def _named(name: str) -> Rulebook:
    try:
        return load_named(name)
    except (RulebookError, OSError) as error:
        raise ImproperlyConfigured(f"{_SETTING}: {error}; {_WRITE}") from error


@cache
def _loaded(path: str) -> Rulebook:
    try:
        if Path(path).is_absolute() and Path(path).is_dir():
            return load_rulebook(path)
    except (RulebookError, OSError) as error:
        raise ImproperlyConfigured(f"{_SETTING}: in {path}: {error}") from error
    raise _no_folder(path)


def _no_folder(given: object) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{_SETTING}: {str(given)!r} is no folder by its whole path; {_WRITE}")


@register
def check_rulebook(**_: Any) -> list[CheckMessage]:
    """Return what is wrong with the setting, as Django's system checks take it."""
    try:
        rulebook_in_use()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="ehcp_flow.E001")]
    return []
