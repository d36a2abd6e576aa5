"""Caseloads as event logs, for the tools of process mining: OCEL 2.0 in JSON, and XES (IEEE 1849).

An event is a fact that stands, on its day: nobody recorded the hour, so midnight in UTC is written. Free text, who
recorded a fact, and particulars that may tell of a person (`is_personal`) are left out, and so is what was
corrected or voided: a log says what happened, and not what was once believed.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import RawIOBase
from itertools import starmap
from typing import IO, Any, BinaryIO, Final
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from ehcp_flow.case import Case
from ehcp_flow.columns import CONTENT, OWN, Fact
from ehcp_flow.dates import MonthOnly, written
from ehcp_flow.errors import UnknownNameError
from ehcp_flow.facts import title_of
from ehcp_flow.particular_table import is_personal
from ehcp_flow.particulars import REDACTED

__all__ = ["EVENT_LOGS", "is_event_log", "text_writer", "write_event_log"]

_OTHERWISE: Final = ("case_id", "authority", "event", "on", "party", "reason", "fact_id", "corrects", *OWN)
"""What a log says in another way, or does not say."""
_MORE: Final = tuple(name for name in CONTENT if name not in {*_OTHERWISE, "recorded_at", "recorded_by"})
_OBJECTS: Final[Mapping[str, str]] = {
    "case": "case", "authority": "local authority", "party": "party"
}  # fmt: skip
"""The types of objects, by the column that names them."""
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold."""
_OCEL: Final = '{"events": ['
_XES: Final = '<?xml version="1.0" encoding="utf-8"?>\n<log xes.version="1849-2016"'
_EXTENSIONS: Final = {"Concept": "concept", "Time": "time", "Organizational": "org", "Lifecycle": "lifecycle"}
_ADDRESS: Final = "http://www.xes-standard.org/"


def is_event_log(file: BinaryIO) -> bool:
    """Whether a file begins as `write_event_log` begins one."""
    return file.read(len(_XES)).decode("utf-8", "replace").startswith((_OCEL, _XES))


def write_event_log(
    cases: Iterable[Case],
    file: IO[bytes] | IO[str],
    *,
    format: str,  # noqa: A002 - the word of the command line's --format
) -> int:
    """Write cases as an event log, in UTF-8, to a stream that is not closed, and return how many events it has.

    In `ocel` a case, its local authorities and each party are objects; what holds of a case over time (its particulars)
    are attributes of it, each from its day. In `xes` a case is a trace, and particulars are left out: there nothing
    about a trace has a day. Raises UnknownNameError for another format.
    """
    if format not in EVENT_LOGS:
        raise UnknownNameError("format", format, EVENT_LOGS)
    return EVENT_LOGS[format](cases, text_writer(file))


def text_writer(file: Any) -> Callable[[str], object]:
    """Return what writes text to a stream, be it of text or of bytes."""
    try:
        file.write("")
    except TypeError:
        return lambda text: file.write(text.encode())
    return file.write  # type: ignore[no-any-return]


def _instant(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _told(case: Case) -> Iterator[tuple[Fact, dict[str, str | dt.date]]]:
    """Yield the facts that stand, each with what else it says by column; `on` is there where only a month is known."""
    recorded = case.as_recorded()
    for fact in case.facts:
        on = recorded.get(id(fact), fact).on
        months: dict[str, str | dt.date] = {"on": written(on)} if isinstance(on, MonthOnly) else {}
        yield fact, months | {name: each for name in _MORE if (each := fact.__dict__.get(name)) is not None}


def _ocel(cases: Iterable[Case], write: Callable[[str], object]) -> int:
    """Write the events as they come, then the objects and the types, which are known when all events are."""
    objects: dict[str, dict[str, Any]] = {}
    types: dict[str, dict[str, str]] = {}
    particulars: dict[str, str] = {}

    def named(of: str, name: str, qualifier: str) -> dict[str, str]:
        known = {"id": f"{of}:{name}", "type": _OBJECTS[of], "attributes": [], "relationships": []}
        return {"objectId": str(objects.setdefault(f"{of}:{name}", known)["id"]), "qualifier": qualifier}

    def event(fact: Fact, more: Mapping[str, str | dt.date]) -> dict[str, Any]:
        own = types.setdefault(fact.event, {})
        own.update((name, "time" if isinstance(each, dt.date) else "string") for name, each in more.items())
        about = [named("case", fact.case_id, "of")]
        about += [named("authority", fact.authority, "by")] if fact.authority else []
        about += [named("party", fact.party, "with")] if fact.party else []
        told = [
            {"name": name, "value": _instant(each) if isinstance(each, dt.date) else each}
            for name, each in more.items()
        ]
        return {
            "id": fact.id, "type": fact.event, "time": _instant(fact.on), "attributes": told, "relationships": about,
        }  # fmt: skip

    write(_OCEL)
    count = 0
    for case in cases:
        for row in starmap(event, _told(case)):
            write(f"{',' if count else ''}\n{_json(row)}")
            count += 1
        whole = objects[named("case", case.case_id, "of")["objectId"]]
        held = [(each, _attribute(each)) for each in case.particulars]
        whole["attributes"] = [told for _, told in held if told is not None]
        particulars.update((told["name"], "string") for told in whole["attributes"])
        if case.authority:
            whole["relationships"] = [named("authority", case.authority, "of")]
    write("\n],\n")
    attributes = {"case": particulars}
    rest = {
        "objects": list(objects.values()),
        "eventTypes": [_type(name, own) for name, own in types.items()],
        "objectTypes": [_type(says, attributes.get(of, {})) for of, says in _OBJECTS.items()],
    }
    write(_json(rest)[1:] + "\n")
    return count


def _attribute(particular: Fact) -> dict[str, str] | None:
    """Return what began to hold as an attribute from its day; None for what may tell of a person."""
    name, value = str(particular.__dict__["particular"]), particular.__dict__["value"]
    if value in (None, REDACTED) or is_personal(name):
        return None
    rank = particular.__dict__["rank"]
    return {"name": name if rank in (None, "1") else f"{name}_{rank}", "time": _instant(particular.on), "value": value}


def _type(name: str, attributes: Mapping[str, str]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": key, "type": holds} for key, holds in attributes.items()]}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _xes(cases: Iterable[Case], write: Callable[[str], object]) -> int:
    """Write a trace for each case."""
    xml = XMLGenerator(_Out(write), "utf-8", short_empty_elements=True)
    none = AttributesImpl({})
    attributes = {"xes.version": "1849-2016", "xes.features": "", "xmlns": _ADDRESS}
    xml.startDocument()
    xml.startElement("log", AttributesImpl(attributes))
    for name, prefix in _EXTENSIONS.items():
        _empty(xml, "extension", name=name, prefix=prefix, uri=f"{_ADDRESS}{prefix}.xesext")
    for scope, keys in {"trace": ("concept:name",), "event": ("concept:name", "lifecycle:transition")}.items():
        xml.startElement("global", AttributesImpl({"scope": scope}))
        for key in keys:
            _attribute_of(xml, key, "complete" if key.startswith("lifecycle") else "unknown")
        if scope == "event":
            _attribute_of(xml, "time:timestamp", dt.date(1970, 1, 1))
        xml.endElement("global")
    _empty(xml, "classifier", name="Event", keys="concept:name")
    count = 0
    for case in cases:
        xml.startElement("trace", none)
        _attribute_of(xml, "concept:name", case.case_id)
        if case.authority:
            _attribute_of(xml, "authority", case.authority)
        for fact, more in _told(case):
            xml.startElement("event", none)
            _attribute_of(xml, "concept:name", fact.event)
            _attribute_of(xml, "title", title_of(fact.event, fact.outcome))
            _attribute_of(xml, "lifecycle:transition", "complete")
            _attribute_of(xml, "time:timestamp", fact.on)
            if fact.party:
                _attribute_of(xml, "org:group", fact.party)
            for name, each in more.items():
                _attribute_of(xml, name, each)
            xml.endElement("event")
            count += 1
        xml.endElement("trace")
    xml.endElement("log")
    xml.endDocument()
    return count


class _Out(RawIOBase):
    """A file for XMLGenerator, which writes bytes, each time whole characters."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def writable(self) -> bool:
        return True

    def write(self, text: Any, /) -> int:
        self._write(bytes(text).decode())
        return len(text)


def _empty(xml: XMLGenerator, element: str, **attributes: str) -> None:
    xml.startElement(element, AttributesImpl(attributes))
    xml.endElement(element)


def _attribute_of(xml: XMLGenerator, key: str, value: str | dt.date) -> None:
    if isinstance(value, dt.date):
        _empty(xml, "date", key=key, value=_instant(value))
    else:
        _empty(xml, "string", key=key, value=_UNFIT.sub("\ufffd", value))


EVENT_LOGS: Final[Mapping[str, Callable[[Iterable[Case], Callable[[str], object]], int]]] = {
    "ocel": _ocel,
    "xes": _xes,
}
"""What writes an event log, by its format."""
