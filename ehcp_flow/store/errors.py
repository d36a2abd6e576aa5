"""Every error that the store raises, in one tree under EhcpFlowError.

StoreError
├── StoreUnavailable              the database cannot be used now
│   ├── StoreFolderMissing        the folder in which a SQLite store would be is not there
│   ├── StoreLocked               somebody else is writing: nothing was written, try again
│   ├── StoreFull                 no room on the disk: nothing was written
│   ├── StoreReadOnly             it may only be read here: nothing was written
│   ├── TooManyConnections        no connection is free: nothing was written
│   ├── StoreForked               it was in use, or is a host's, when this process was forked
│   ├── ConnectionLost            the server went away before the commit: nothing was written
│   └── OutcomeUnknown            the server went away during the commit: look, or repeat with the same key
├── StoreRefused (ValueError)     the command itself cannot be carried out
│   ├── VersionConflict           somebody recorded something since you looked
│   ├── KeyReused                 the idempotency key belongs to another fact
│   ├── WrongAuthority            the fact names another authority than the store was opened for
│   ├── HostUnusable              the host's connection cannot keep what is recorded
│   ├── AppendOnly                an attempt to change or delete what was recorded
│   ├── NothingToRedact           the fact has no free text, or does not exist
│   └── CaseErased                the case was erased, and is not begun again
├── StoreCorrupt                  the database file or a row of it is damaged
│   └── EventUnknown              a fact is of an event that neither the library nor a loaded rulebook has
├── SchemaError                   the tables do not fit this version of the library
│   ├── SchemaMissing             there are none
│   ├── SchemaOutOfDate           they are older: upgrade
│   ├── SchemaTooNew              they, or a fact, are newer: upgrade the library
│   └── SchemaDiffers             they are not those of the schema that the store says it has
└── StoreURLError (ValueError)    the address names no database that is supported
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ehcp_flow.dates import written
from ehcp_flow.errors import EhcpFlowError, ExitCode
from ehcp_flow.facts import Fact
from ehcp_flow.masking import masked

__all__ = [
    "AppendOnly",
    "CaseErased",
    "ConnectionLost",
    "EventUnknown",
    "HostUnusable",
    "KeyReused",
    "NothingToRedact",
    "OutcomeUnknown",
    "SchemaDiffers",
    "SchemaError",
    "SchemaMissing",
    "SchemaOutOfDate",
    "SchemaTooNew",
    "StoreCorrupt",
    "StoreError",
    "StoreFolderMissing",
    "StoreForked",
    "StoreFull",
    "StoreLocked",
    "StoreReadOnly",
    "StoreRefused",
    "StoreURLError",
    "StoreUnavailable",
    "TooManyConnections",
    "VersionConflict",
    "WrongAuthority",
]


_NAMED: Final = 5  # as many changes as a message names


class StoreError(EhcpFlowError):
    """Anything that goes wrong in a store."""

    exit_code = ExitCode.STORE


class StoreUnavailable(StoreError):
    """The database cannot be used now; `detail` is what the database said."""

    http_status = 503

    advice = "see the database's own log"
    speaker = "the database says: "

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(f"{self._what()}: {self.advice} ({self.speaker}{detail})")

    def _what(self) -> str:
        return "the store cannot be reached"


class StoreFolderMissing(StoreUnavailable):
    """The folder in which a SQLite store is, or would be made, is not there."""

    exit_code = ExitCode.USAGE
    advice = "make the folder, or mend the address"

    def _what(self) -> str:
        return "the store cannot be opened"


class StoreLocked(StoreUnavailable):
    """Another process holds the store; nothing was written."""

    advice = "nothing was written; try again, and look for a process that keeps a transaction open"

    def _what(self) -> str:
        return "the store is locked by somebody else"


class StoreFull(StoreUnavailable):
    """There is no room; nothing of this commit was written, and everything acknowledged before is kept."""

    http_status = 507

    advice = "nothing of this commit was written and nothing earlier is lost; make room, then repeat it"

    def _what(self) -> str:
        return "the disk (or the store's allowed size) is full"


class StoreReadOnly(StoreUnavailable):
    """The store may only be read: by its address, its file's rights, or the server; nothing was written."""

    advice = "nothing was written; open it where, and as somebody by whom, it may be written"

    def _what(self) -> str:
        return "the store can only be read"


class TooManyConnections(StoreUnavailable):
    """Every connection is in use, here or on the server; nothing was written."""

    advice = "nothing was written; end reads that are still open, or let fewer ask at once"
    speaker = ""

    def _what(self) -> str:
        return "no connection to the store is free"


class StoreForked(StoreUnavailable):
    """A connection of the process that forked into this one, which cannot be used here; nothing was written."""

    advice = "nothing was written; open the store in this process"
    speaker = ""

    def _what(self) -> str:
        return "the store was opened before this process was forked"


class ConnectionLost(StoreUnavailable):
    """The connection broke before the commit was asked for; nothing was written."""

    advice = "nothing was written; try again when the server is back"

    def _what(self) -> str:
        return "the connection to the store was lost"


class OutcomeUnknown(StoreUnavailable):
    """The connection broke while the commit was under way: it may or may not have been kept."""

    advice = "it may or may not be kept; repeat the command with the same idempotency key, or look at the case first"

    def _what(self) -> str:
        return "the connection broke during the commit"


class StoreRefused(StoreError, ValueError):
    """A command that the store does not carry out; nothing of it was written."""

    http_status = 409


class VersionConflict(StoreRefused):
    """Somebody else recorded something since you looked; nothing of yours was written.

    `case_id`; `seen`, the version you named; `actual`, the version in the store; `changed`, the facts recorded since.
    """

    http_status = 412

    def __init__(self, case_id: str, seen: int, actual: int, changed: Sequence[Fact] = ()) -> None:
        self.case_id = case_id
        self.seen = seen
        self.actual = actual
        self.changed = tuple(changed)
        if seen > actual:
            what = "you name a version that the store never had (was it restored from a backup?)"
        elif self.changed:
            what = "since then: " + ", ".join(
                f"{fact.event} on {written(fact.on)} by {fact.recorded_by or 'somebody'}"
                for fact in self.changed[:_NAMED]
            )
            if len(self.changed) > _NAMED:
                what += f" and {len(self.changed) - _NAMED} more"
        else:
            what = "somebody else is writing it at this moment"
        super().__init__(
            f"case {case_id}: you saw version {seen}, the store has version {actual}; {what}; "
            "load the case again, decide again, then record with the new version"
        )


class KeyReused(StoreRefused):
    """An idempotency key came back with another fact: `case_id`, `key`, and `recorded`, the fact it belongs to."""

    http_status = 422

    def __init__(self, case_id: str, key: str, recorded: Fact) -> None:
        self.case_id = case_id
        self.key = key
        self.recorded = recorded
        super().__init__(
            f"case {case_id}: the idempotency key {key!r} already recorded {recorded.event} on "
            f"{written(recorded.on)}, which is another fact; give each command a key of its own"
        )


class WrongAuthority(StoreRefused):
    """A fact that names another authority than the store is open for: `case_id`, `authority` (of the store)."""

    exit_code = ExitCode.USAGE
    http_status = 403

    def __init__(self, case_id: str, authority: str) -> None:
        self.case_id = case_id
        self.authority = authority
        super().__init__(
            f"case {case_id}: the fact is of another authority than {authority}, for which this store is open; "
            "open the store for the authority that keeps the case"
        )


class HostUnusable(StoreRefused):
    """The host's connection or transaction is in no state to keep what is recorded, or to be read: `why`."""

    http_status = 500

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"the host's connection cannot be used: {why}; nothing was written")


class AppendOnly(StoreRefused):
    """Something tried to change or delete what was recorded: `detail` is what the database said."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"the record is append-only: {detail}; record a correction (fact_voided, or a fact with corrects), "
            "or redact free text with Store.redact"
        )


class NothingToRedact(StoreRefused):
    """A redaction of something that is not there: `case_id`, `version`."""

    exit_code = ExitCode.USAGE
    http_status = 404

    def __init__(self, case_id: str, version: int, why: str) -> None:
        self.case_id = case_id
        self.version = version
        super().__init__(f"case {case_id}, version {version}: {why}; nothing was redacted")


class CaseErased(StoreRefused):
    """A fact of a case that was erased: `case_id`, and `erased_on`, the day."""

    exit_code = ExitCode.USAGE
    http_status = 410

    def __init__(self, case_id: str, erased_on: str) -> None:
        self.case_id = case_id
        self.erased_on = erased_on
        super().__init__(
            f"case {case_id} was erased on {erased_on}, and is not begun again; nothing was written; "
            "give a case that is another one an id of its own"
        )


class StoreCorrupt(StoreError):
    """The database, or one row, is damaged: `where` and `why`."""

    exit_code = ExitCode.DAMAGED

    def __init__(self, where: str, why: str) -> None:
        self.where = where
        self.why = why
        super().__init__(
            f"{where} is damaged: {why}; stop writing, run the store's verify to see how far it reaches, "
            "and restore from the last backup that verifies"
        )


class EventUnknown(StoreCorrupt):
    """A fact is of an event that nobody here knows: `where` it stands, and the `event`."""

    exit_code = ExitCode.USAGE

    def __init__(self, where: str, event: str) -> None:
        self.event = event
        super().__init__(where, f"there is no event called {event!r}")
        said = f"there is no event called {event!r} here; load the rulebook first that declares it (--rulebook DIR)"
        self.args = (f"{where} is damaged, or of another rulebook: {said}",)


_BY_COMMAND: Final = "ehcp-flow db upgrade --store URL"
"""What makes the tables or upgrades them; a framework has a command of its own."""


class SchemaError(StoreError):
    """The tables do not fit this version of the library: `found` and `wanted` are revisions."""

    def __init__(self, found: str | None, wanted: str, sentence: str) -> None:
        self.found = found
        self.wanted = wanted
        super().__init__(sentence)


class SchemaMissing(SchemaError):
    """The database holds no store: `file` is its path if it is SQLite, and the file is not there; `by` makes one."""

    exit_code = ExitCode.USAGE

    def __init__(self, wanted: str, file: str = "", by: str = _BY_COMMAND) -> None:
        self.file = file
        self.by = by
        why = f"{file}: there is no such file" if file else "this database holds no store yet"
        super().__init__(None, wanted, f"{why}; create a store with `{by}`")


class SchemaOutOfDate(SchemaError):
    """The store was made by an older version of the library; `by` upgrades it."""

    def __init__(self, found: str, wanted: str, by: str = _BY_COMMAND) -> None:
        self.by = by
        super().__init__(
            found,
            wanted,
            f"the store has schema {found}, this library needs {wanted}; back it up, then run `{by}`",
        )


class SchemaTooNew(SchemaError):
    """The store, or a fact in it, was written by a newer version of the library."""

    def __init__(self, found: str, wanted: str) -> None:
        super().__init__(
            found,
            wanted,
            f"the store has schema {found}, which this library (schema {wanted}) does not know; "
            "install the version of ehcp_flow that wrote it, or a newer one",
        )


class SchemaDiffers(SchemaError):
    """The store's tables are not those of the schema that it says it has: `why` is what the database said."""

    def __init__(self, found: str, wanted: str, why: str) -> None:
        self.why = why
        super().__init__(
            found,
            wanted,
            f"the store says that it has schema {found}, but its tables are others ({why}); nothing was changed; "
            "was the version edited, or do other tables have its names?",
        )


class StoreURLError(StoreError, ValueError):
    """An address that names no supported database: `url` (without its password) and `why`."""

    exit_code = ExitCode.USAGE

    def __init__(self, url: str, why: str) -> None:
        self.url = masked(url, address=True)
        self.why = why
        super().__init__(
            f"{self.url}: {why}; write sqlite:///cases.db, postgresql+psycopg://user@host/database, or memory:"
        )
