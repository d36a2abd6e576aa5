"""What a SEN2 return asks beside the law: made-up persons, and what holds of a case that only a return tells.

Names and post codes are nobody's, the numbers of schools lie above all that there are, and pupil numbers have the right
check letter, so that a return made of them is checked like any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from ehcp_flow.facts import LEGAL_ORDER
from ehcp_flow.particular_table import settled
from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.life import MadeUpFact, days

__all__ = ["MadeUpPersons"]

Entry: TypeAlias = tuple[str, str, list[MadeUpFact]]

_FORENAMES: Final = (
    "Ada", "Bel", "Cai", "Dov", "Eda", "Fen", "Gil", "Hal", "Ines", "Jory", "Kit", "Lux", "Mo", "Nye", "Oz", "Pip",
)  # fmt: skip
_SURNAMES: Final = (
    "Ashlake", "Brookmoor", "Coldhurst", "Dunmarsh", "Elmcroft", "Fernwick", "Greyfold", "Heathcombe", "Ironbeck",
    "Larchdale", "Mossgate", "Northwell", "O'Quill", "Pennyford", "Quarrstead", "Ryeburn",
)  # fmt: skip
_ETHNICITIES: Final = (("WBRI", 0.62), ("WOTW", 0.07), ("APKN", 0.05), ("MWBC", 0.04), ("BAFR", 0.05), ("AIND", 0.03),
                       ("MOTM", 0.03), ("WIRT", 0.01), ("WROM", 0.01), ("REFU", 0.02), ("NOBT", 0.07))  # fmt: skip
_BOYS: Final = 0.72
_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_FIRST_SCHOOL: Final = 900_000
_FIRST_COLLEGE: Final = 19_990_000
_SCHOOLS: Final = 90
_KINDS_WITH_A_NUMBER: Final = ("mainstream", "special", "independent", "resourced", "early_years", "post16")
_YEAR: Final = 365.25
_REASONS: Final = (("6", 0.4), ("2", 0.15), ("4", 0.12), ("3", 0.1), ("1", 0.1), ("7", 0.05), ("9", 0.08))
_YOUNG, _PUPIL = 5, 16
_UNITS: Final = "ABDEFGHJLN"


class MadeUpPersons:
    """Lives with what a return asks of them, and in `rows` a person for each that was gone through."""

    def __init__(self, lives: Iterable[Entry], seed: int, as_of: int) -> None:
        self._lives = lives
        self._chance = Chance(seed, 4)
        self._as_of = as_of
        self.rows: list[dict[str, str]] = []

    def __iter__(self) -> Iterator[Entry]:
        for number, (case_id, authority, rows) in enumerate(self._lives):
            born = next((row.on for row in rows if row.event == "date_of_birth"), 0)
            self.rows.append(self._person(number, case_id, authority, born))
            yield case_id, authority, sorted(self._with_more(number, rows))

    def _person(self, number: int, case_id: str, authority: str, born: int) -> dict[str, str]:
        chance = self._chance
        age = (self._as_of - born) / _YEAR
        upn = "" if age < _YOUNG else _upn(authority, number, dt.date.fromordinal(born).year)
        return {
            "case_id": case_id,
            "surname": f"{chance.one_of(_SURNAMES)}-{chance.one_of(_SURNAMES)}",
            "forename": chance.one_of(_FORENAMES),
            "birth_date": days().iso(born),
            "sex": "M" if chance.yes(_BOYS) else "F",
            "ethnicity": chance.weighted(_ETHNICITIES),
            "postcode": f"ZZ{number % 99 + 1} {number % 9 + 1}{_UNITS[number % 10]}{_UNITS[number // 10 % 10]}",
            "upn": upn,
            "uln": _uln(number) if age >= _PUPIL else "",
            "upn_unknown": "" if upn else "UN1",
            "dmo": "Y",
            "dco": "Y",
            "dsco": "R",
        }

    def _with_more(self, number: int, rows: list[MadeUpFact]) -> Iterator[MadeUpFact]:
        """Yield the facts, a place by its number, and what the plan names, why it ended, and how the child attends."""
        chance = self._chance
        issued = next((row.on for row in rows if row.event in {"final_plan_sent", "plan_transferred_in"}), 0)
        named = ""
        for row in rows:
            told = dict(row.more)
            if told.get("particular") != "placement":
                yield row
                if row.event == "plan_ceased":
                    yield _particular(row.on, "cease_reason", chance.weighted(_REASONS))
                if row.event == "plan_transferred_in":
                    yield _particular(row.on, "came_from", "XXX" if chance.yes(0.1) else "916")
                continue
            kind = str(told["value"])
            value = _numbered(chance, kind)
            more: tuple[tuple[str, str], ...] = (("particular", "placement"), ("value", value))
            yield row._replace(more=(*more, ("kind", kind)) if value.isdecimal() else more)
            if value == "OTH":
                yield _particular(row.on, "setting_other", "a place at a hospital school")
            yield _particular(row.on, "attendance", "PT" if chance.yes(0.03) else "FT")
            if value.isdecimal() and len(value) == len(str(_FIRST_SCHOOL)):
                unit = kind == "resourced" and number % 2 == 1
                yield _particular(row.on, "sen_unit", "yes" if unit else "no")
                provision = kind == "resourced" and not unit
                yield _particular(row.on, "resourced_provision", "yes" if provision else "no")
            named = named or value
        if issued and named:
            if named in {"NEET", "OTH"}:
                yield _particular(issued, "named_placement", "OTH")
                yield _particular(issued, "named_setting_other", "a special school")
            else:
                yield _particular(issued, "named_placement", named)
            yield _particular(issued, "personal_budget", "yes" if chance.yes(0.05) else "no")


def _numbered(chance: Chance, kind: str) -> str:
    """Return a place of a kind by a number that no place has; a setting code stays as it is."""
    if kind not in _KINDS_WITH_A_NUMBER:
        return kind
    at = _KINDS_WITH_A_NUMBER.index(kind) * 100 + chance.between(0, _SCHOOLS)
    if kind == "early_years" and at % 3 == 0:
        return "EYP"
    return str((_FIRST_COLLEGE if kind == "post16" else _FIRST_SCHOOL) + at)


def _upn(authority: str, number: int, year: int) -> str:
    digits = f"{authority}{4_000 + number // 1_000:04d}{(year + 5) % 100:02d}{number % 1_000:03d}"
    return next(letter + digits for letter in _LETTERS if settled("upn", letter + digits) is not None)


def _uln(number: int) -> str:
    """Return a learner number; one whose check has no digit is passed over."""
    found = (f"9{number:06d}{nth}{digit}0"[:9] + str(last) for nth in range(10) for digit in "0" for last in range(10))
    return next(text for text in found if settled("uln", text) is not None)


def _particular(on: int, name: str, value: str) -> MadeUpFact:
    more = (("particular", name), ("value", value))
    return MadeUpFact(on, LEGAL_ORDER["particular_recorded"], "particular_recorded", "", "", more)
