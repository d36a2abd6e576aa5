"""Charts as inline SVG, drawn when the page is made: no library in the browser, and nothing to load.

Every line has its own dash and its own mark, and its name beside its end; every bar has its figure. Colour is never the
only way to tell two things apart. Each chart has a title and a description for those who cannot see it, and its figures
stand in a table beside it. For a telephone it is drawn again, half as wide with letters of the same size, the names of
lines in a legend below and those of bars above them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, NamedTuple

__all__ = ["Bar", "Drawing", "Line", "bar_chart", "draw_bars", "draw_lines", "line_chart"]


class _Frame(NamedTuple):
    """The size of a chart of lines, the room around it, and how many labels stand below it."""

    width: int
    height: int
    left: int
    right: int
    labels: int
    named: bool


_WIDE: Final = _Frame(720, 320, 56, 190, 7, named=True)
_NARROW: Final = _Frame(360, 230, 50, 30, 4, named=False)
_TOP, _BOTTOM = 16, 40
_COLOURS: Final = ("#0b4f8a", "#a63603", "#1b6e3c", "#6a3d9a", "#444444", "#8c2d62")
_DASHES: Final = ("", "7 4", "2 3", "10 3 2 3", "1 4", "12 4")
_MARKS: Final = ("circle", "square", "triangle", "diamond", "cross", "circle")
_STEPS: Final = (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
_MOST_TICKS: Final = 6
_GAP: Final = 18
_BAR: Final = 30
_LABELS: Final = 300
_AT_END: Final = 130
_TEXT: Final = 22


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its name and its points from left to right; None where there is none. `faint` lines stand back."""

    name: str
    points: Sequence[float | None]
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: what it is, how long, and the words at its end."""

    name: str
    value: float
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart for a wide screen and for a narrow one, and the legend of the latter: the mark of each line, its name."""

    wide: str
    narrow: str
    legend: Sequence[tuple[str, str]] = ()


def draw_lines(
    title: str,
    says: str,
    labels: Sequence[str],
    lines: Sequence[Line],
    *,
    top: float | None = None,
    unit: str = "",
    upright: tuple[int, str] | None = None,
) -> Drawing:
    """Return lines for either screen: see `line_chart`."""
    wide, narrow = (
        line_chart(title, says, labels, lines, top=top, unit=unit, upright=upright, narrow=small)
        for small in (False, True)
    )
    known = [(at, line) for at, line in enumerate(lines) if any(point is not None for point in line.points)]
    return Drawing(wide, narrow, [(_swatch(at), line.name) for at, line in known])


def draw_bars(title: str, says: str, bars: Sequence[Bar], *, top: float | None = None) -> Drawing:
    """Return bars for either screen: see `bar_chart`."""
    wide, narrow = (bar_chart(title, says, bars, top=top, narrow=small) for small in (False, True))
    return Drawing(wide, narrow)


def line_chart(  # noqa: PLR0913 - one parameter for each setting
    title: str,
    says: str,
    labels: Sequence[str],
    lines: Sequence[Line],
    *,
    top: float | None = None,
    unit: str = "",
    upright: tuple[int, str] | None = None,
    narrow: bool = False,
) -> str:
    """Return lines over labelled points: percentages where `top` is 100; `upright` marks a place, with its words."""
    highest = max((value for line in lines for value in line.points if value is not None), default=0)
    most, ticks = (top, _ticks(top)) if top is not None else _scale(highest)
    frame = _NARROW if narrow else _WIDE
    bottom = frame.height - _BOTTOM
    body = [_grid(most, ticks, unit, frame)]
    places = [_x(at, len(labels), frame) for at in range(len(labels))]
    body.append(_axis(labels, places, frame))
    if upright is not None and upright[0] < len(places):
        x = places[upright[0]]
        body.append(
            f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}" stroke="#333" stroke-dasharray="4 3"/>'
            f'<text x="{x + 4:.1f}" y="{bottom - 8}" font-size="15" fill="#333">{escape(upright[1])}</text>'
        )
    ends = []
    for order, line in enumerate(lines):
        drawn, end = _drawn(line, order, [(x, bottom) for x in places], most)
        body.append(drawn)
        if end is not None:
            ends.append((end[1], order, line))
    if frame.named:
        body.extend(_names(ends, frame))
    return _svg(title, says, (frame.width, frame.height), body)


def bar_chart(title: str, says: str, bars: Sequence[Bar], *, top: float | None = None, narrow: bool = False) -> str:
    """Return bars one below another, each with its name before it and its words at its end; of shares `top` is 100.

    Those that are `narrow` have their names above them.
    """
    longest = top or max((bar.value for bar in bars), default=0) or 1
    width, left, above = (_NARROW.width, 2, _TEXT) if narrow else (_WIDE.width, _LABELS, 0)
    each = _BAR + above
    room = width - left - _AT_END
    body = []
    if any(bar.marked for bar in bars):
        body.append(
            '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)">'
            f'<rect width="6" height="6" fill="{_COLOURS[1]}"/><line x1="0" y1="0" x2="0" y2="6" stroke="#fff" '
            'stroke-width="2"/></pattern></defs>'
        )
    for order, bar in enumerate(bars):
        y = each * order + above + 4
        length = room * bar.value / longest
        fill = "url(#hatch)" if bar.marked else _COLOURS[0]
        name = (
            f'<text x="{left}" y="{y - 6}" font-size="15" fill="#1a1a1a">'
            if narrow
            else f'<text x="{left - 8}" y="{y + 16}" text-anchor="end" font-size="15" fill="#1a1a1a">'
        )
        body.append(
            f'{name}{escape(bar.name)}</text><rect x="{left}" y="{y}" width="{max(length, 1):.1f}" '
            f'height="{_BAR - 8}" fill="{fill}" stroke="#1a1a1a"/>'
            f'<text x="{left + length + 6:.1f}" y="{y + 16}" font-size="15" fill="#1a1a1a">{escape(bar.text)}</text>'
        )
    return _svg(title, says, (width, each * len(bars) + 8), body)


def _svg(title: str, says: str, size: tuple[int, int], body: Sequence[str]) -> str:
    label = escape(f"{title}. {says}", quote=True)
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {size[0]} {size[1]}" '
        f'xmlns="http://www.w3.org/2000/svg" font-family="inherit">{"".join(body)}</svg>'
    )


def _swatch(order: int) -> str:
    """Return the mark of a line for a legend: what stands beside it says what it is."""
    colour, dash = _look(order)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<svg aria-hidden="true" viewBox="0 0 32 16" width="32" height="16"><line x1="0" y1="8" x2="32" y2="8" '
        f'stroke="{colour}" stroke-width="2.5"{dashed}/>{_mark(order, 16, 8, colour)}</svg>'
    )


def _x(at: int, count: int, frame: _Frame) -> float:
    room = frame.width - frame.left - frame.right
    return frame.left + (room / 2 if count <= 1 else room * at / (count - 1))


def _y(value: float, most: float, bottom: float) -> float:
    return bottom - (bottom - _TOP) * value / most


def _scale(highest: float) -> tuple[float, list[float]]:
    """Return the top of an axis and its ticks: round numbers, at most six."""
    step = next((step for step in _STEPS if highest <= step * (_MOST_TICKS - 1)), highest / (_MOST_TICKS - 1))
    ticks = [0.0]
    while ticks[-1] < highest or len(ticks) == 1:
        ticks.append(ticks[-1] + step)
    return ticks[-1], ticks


def _ticks(top: float) -> list[float]:
    return [top * part / 4 for part in range(5)]


def _grid(most: float, ticks: Sequence[float], unit: str, frame: _Frame) -> str:
    parts = []
    for tick in ticks:
        y = _y(tick, most, frame.height - _BOTTOM)
        parts.append(
            f'<line x1="{frame.left}" y1="{y:.1f}" x2="{frame.width - frame.right}" y2="{y:.1f}" stroke="#d0d0d0"/>'
            f'<text x="{frame.left - 6}" y="{y + 4:.1f}" text-anchor="end" font-size="15" fill="#333">'
            f"{tick:,.0f}{unit}</text>"
        )
    return "".join(parts)


def _axis(labels: Sequence[str], places: Sequence[float], frame: _Frame) -> str:
    every = max(1, -(-len(labels) // frame.labels))
    parts = []
    for at, (label, x) in enumerate(zip(labels, places, strict=True)):
        if at % every == 0:
            parts.append(
                f'<text x="{x:.1f}" y="{frame.height - _BOTTOM + 18}" text-anchor="middle" font-size="15" fill="#333">'
                f"{escape(label)}</text>"
            )
    return "".join(parts)


def _drawn(
    line: Line, order: int, places: Sequence[tuple[float, float]], most: float
) -> tuple[str, tuple[float, float] | None]:
    """Return a line, broken where a point is missing, and where it ends; `places` are at the bottom of the chart."""
    colour, dash = _look(order)
    width = 1.5 if line.faint else 2.5
    runs: list[list[tuple[float, float]]] = [[]]
    for (x, bottom), value in zip(places, line.points, strict=False):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, _y(value, most, bottom)))
    drawn = [run for run in runs if run]
    parts = []
    for run in drawn:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashed}/>')
        few = len(run) <= 16  # noqa: PLR2004
        parts.extend(_mark(order, x, y, colour) for x, y in (run if few else (run[0], run[-1])))
    return "".join(parts), drawn[-1][-1] if drawn else None


def _look(order: int) -> tuple[str, str]:
    return _COLOURS[order % len(_COLOURS)], _DASHES[order % len(_DASHES)]


def _mark(order: int, x: float, y: float, colour: str) -> str:
    mark = _MARKS[order % len(_MARKS)]
    if mark == "square":
        return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="{colour}"/>'
    if mark == "triangle":
        return f'<path d="M{x:.1f} {y - 4.5:.1f}l4.5 8h-9z" fill="{colour}"/>'
    if mark == "diamond":
        return f'<path d="M{x:.1f} {y - 5:.1f}l5 5-5 5-5-5z" fill="{colour}"/>'
    if mark == "cross":
        return f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8" stroke="{colour}" stroke-width="2"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _names(ends: Sequence[tuple[float, int, Line]], frame: _Frame) -> list[str]:
    """Return the lines' names beside their ends, moved apart where they would meet."""
    parts = []
    before = float("-inf")
    placed = []
    for y, order, line in sorted(ends, key=lambda end: end[:2]):
        at = max(y, before + _GAP)
        before = at
        placed.append((at, order, line))
    shift = max(0.0, before - (frame.height - 6))
    left = frame.width - frame.right
    for at, order, line in placed:
        colour, _ = _look(order)
        y = at - shift
        parts.append(_mark(order, left + 10, y, colour))
        parts.append(f'<text x="{left + 20}" y="{y + 4:.1f}" font-size="15" fill="{colour}">{escape(line.name)}</text>')
    return parts
