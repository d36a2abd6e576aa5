"""What holds of a case on a day, out of its particulars, as a return writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from ehcp_flow.bulk.told_cases import ToldParticular
from ehcp_flow.particular_table import known_names
from ehcp_flow.sen2.return_year import day_before

__all__ = ["WrittenValues", "written"]

_FLAGS: Final = {"yes": "1", "no": "0"}


def written(told: ToldParticular) -> str:
    """Return the value of a particular, a flag as the return writes it."""
    return _FLAGS.get(told.value, "") if _is_flag(told.name) else told.value


class WrittenValues:
    """What holds of a case, by name and rank."""

    def __init__(self, held: Sequence[ToldParticular]) -> None:
        self._by: dict[tuple[str, str], list[ToldParticular]] = {}
        for each in held:
            self._by.setdefault((each.name, each.rank), []).append(each)

    def on(self, name: str, day: str, rank: str = "1") -> ToldParticular | None:
        """Return what holds on a day: the last that had begun, unless it had ended."""
        found = None
        for each in self._by.get((name, rank), ()):
            if each.on <= day:
                found = each
        return None if found is None or (found.until and found.until < day) else found

    def value(self, name: str, day: str, rank: str = "1") -> str:
        """Return its value as the return writes it, nothing where nothing holds."""
        found = self.on(name, day, rank)
        return "" if found is None else written(found)

    def spans(self, name: str, rank: str, until: str) -> Iterator[tuple[ToldParticular, str]]:
        """Yield what began by a day, each with its last day, which another that had begun can be the end of."""
        told = [each for each in self._by.get((name, rank), ()) if each.on <= until]
        for at, each in enumerate(told):
            following = next((other for other in told[at + 1 :] if other.on > each.on), None)
            if any(other.on == each.on for other in told[at + 1 :]):
                continue  # two from one day: the last one holds
            ends = each.until
            if following is not None and (not ends or ends >= following.on):
                ends = day_before(following.on)
            yield each, ends


@cache
def _is_flag(name: str) -> bool:
    known = known_names().get(name)
    return known is not None and known.type == "flag"
