"""Who read which provisions of the law, when, in which text, and what came of it: a record, by which nothing counts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ehcp_flow.law.citation import Cited
from ehcp_flow.law.parts import Model, Name, StrictDate

__all__ = ["Checked"]


class Checked(Model):
    """That somebody read provisions `of` the law on a day, in a `text`, and what came of it.

    `by` is a role (`maintainer`, `solicitor`), never a person's name. `as_at` is the day whose law the text gives,
    where it says so. `result` is `agrees`, `differs` (and the rulebook was put right), `in_part` or `not_found`.
    A provision that no row of the rulebook uses can be named too: that it was read, and found to say nothing of time.
    """

    of: Cited = Field(min_length=1)
    by: Name
    on: StrictDate
    text: str = Field(min_length=1)
    as_at: StrictDate | None = None
    result: Literal["agrees", "differs", "in_part", "not_found"]
    says: str = ""
