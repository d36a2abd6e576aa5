"""Hidden cells filled every way: which of them could hold another number, everything that shows being as it is."""

from collections.abc import Collection, Mapping, Sequence

FURTHEST = 4
"""How far from the true number another one is looked for."""
_MORE = 6
_MOST_STEPS = 3_000


class Filling:
    """The numbers of a table, and what adds up: of a total and its parts. `known` are the cells that a reader knows.

    `nothing_less` are those that the reader knows not to be nothing: what is printed as hidden.
    """

    def __init__(
        self,
        values: Mapping[str, int],
        sums: Sequence[tuple[str, Sequence[str]]],
        known: Collection[str],
        nothing_less: Collection[str],
    ) -> None:
        self.values = values
        self.sums = sums
        self.places: dict[str, list[int]] = {}
        for at, (total, parts) in enumerate(sums):
            for key in (total, *parts):
                self.places.setdefault(key, []).append(at)
        self.least = {key: values[key] if key in known else int(key in nothing_less) for key in self.places}
        self.most = {key: values[key] if key in known else values[key] + _MORE for key in self.places}

    def settled(self) -> set[str]:
        """Return the cells that nobody told and that have one value left, however the others are filled."""
        doubtful = {key for key in self.places if self.least[key] < self.most[key]}
        settled = set()
        while doubtful:
            key = min(doubtful)
            steps = [sign * step for step in range(1, FURTHEST + 1) for sign in (1, -1)]
            other = next((one for step in steps if (one := self.filled(key, self.values[key] + step))), {key: None})
            # One other filling speaks for every cell that differs in it.
            differ = {each for each in doubtful if each in other and other[each] != self.values[each]}
            if other[key] is None:
                settled.add(key)
            doubtful -= differ
        return settled

    def filled(self, key: str, number: int) -> dict[str, int] | None:
        """Return every cell with its number, this one having that one, or None."""
        if number < self.least[key]:
            return None
        low, high = {**self.least, key: number}, {**self.most, key: number}
        self.steps = _MOST_STEPS
        return self._searched(low, high) if self._drawn(low, high, range(len(self.sums))) else None

    def _searched(self, low: dict[str, int], high: dict[str, int]) -> dict[str, int] | None:
        self.steps -= 1
        free = [key for key in low if low[key] < high[key]]
        if not free:
            return low
        key = min(free, key=lambda each: high[each] - low[each])
        for number in sorted(range(low[key], high[key] + 1), key=lambda one: abs(one - self.values[key])):
            if self.steps < 0:
                return None
            lower, higher = {**low, key: number}, {**high, key: number}
            if self._drawn(lower, higher, self.places[key]) and (found := self._searched(lower, higher)):
                return found
        return None

    def _drawn(self, low: dict[str, int], high: dict[str, int], start: Collection[int]) -> bool:
        """Draw the bounds together; return whether any number is left for each cell."""
        ahead = set(start)
        while ahead:
            total, parts = self.sums[ahead.pop()]
            least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
            narrower = {total: (max(low[total], least), min(high[total], most))}
            for part in parts:
                lowest = low[total] - (most - high[part])
                highest = high[total] - (least - low[part])
                narrower[part] = max(low[part], lowest), min(high[part], highest)
            for key, (lower, higher) in narrower.items():
                if lower > higher:
                    return False
                if (lower, higher) != (low[key], high[key]):
                    low[key], high[key] = lower, higher
                    ahead.update(self.places[key])
        return True
