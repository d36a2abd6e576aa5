"""Options that name a stretch of time: a period by its name, or the days from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from ehcp_flow.cli.options import option, stated_day

if TYPE_CHECKING:
    from ehcp_flow.measures.periods import Stretch

__all__ = ["PeriodOptions"]


@dataclass(frozen=True, kw_only=True)
class PeriodOptions:
    """Which stretch of time is asked about: the options as they were given, and what they mean."""

    year: Annotated[
        str | None,
        option(
            "--year PERIOD",
            "A period by its name: 2025, several years as 2020-2024, 2025/26 (academic), FY2025 (financial), 2026-Q1 "
            "or 2026-06; without it, all time.",
        ),
    ] = None
    begins: Annotated[
        str | None,
        option("--from WHEN", "From this day, or from the first day of a period by its name."),
    ] = None
    ends: Annotated[
        str | None,
        option("--to WHEN", "To this day, or to the last day of a period by its name."),
    ] = None

    @property
    def asked(self) -> Stretch | None:
        """The days that are meant, None for all time. Raises BadParameter for what names none."""
        from ehcp_flow.errors import DateError
        from ehcp_flow.measures.period_names import stretch_between, stretch_named

        if self.year is not None:
            if self.begins is not None or self.ends is not None:
                raise typer.BadParameter("say it by --year, or by --from and --to, not both", param_hint="--year")
            try:
                return stretch_named(self.year)
            except DateError as error:
                raise typer.BadParameter(str(error), param_hint="--year") from None
        if self.begins is None and self.ends is None:
            return None
        hint = "--from" if self.begins is not None else "--to"
        try:
            return stretch_between(_as_iso(self.begins), _as_iso(self.ends))
        except DateError as error:
            raise typer.BadParameter(str(error), param_hint=hint) from None


def _as_iso(text: str | None) -> str | None:
    """Return a day that is told in a word of the command line (`yesterday`, `2 March 2026`) as a date of a file."""
    day = None if text is None else stated_day(text)
    return text if day is None else day.isoformat()
