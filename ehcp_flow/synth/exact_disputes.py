"""The disputes of a published caseload: mediations and appeals, with the certificates that the law wants.

A dispute about a refusal of the last days before the census is told as far as it can have gone.
"""

from __future__ import annotations

from typing import Final

from ehcp_flow.synth.chance import Chance
from ehcp_flow.synth.life import Life

__all__ = ["about_no_plan", "about_refusal"]

_USUAL: Final = 70
"""How many days a dispute takes up to the appeal where there is time."""


def about_refusal(life: Life, chance: Chance, kind: str, census: int) -> Life:
    """Add the dispute about a refusal to assess that was the last of the case: `mediated`, `appealed`, `both`."""
    refused = max(row.on for row in life.rows)
    if kind == "none":
        return life
    hurry = census - refused < _USUAL
    _disputed(life, chance, refused, kind, hurry=hurry)
    return life


def about_no_plan(life: Life, chance: Chance, kind: str, on: int) -> Life:
    """Make a case of an earlier year in which a plan was refused, so that it was disputed on `on`."""
    refused = on - chance.between(12, 40)
    request = refused - chance.between(95, 112)
    agreed = request + chance.between(20, 42)
    life.add("request_received", request, "parent")
    life.add("assessment_agreed", agreed)
    life.add("advice_requested", agreed, "psychological")
    life.add("advice_received", agreed + chance.between(20, 42), "psychological")
    life.add("plan_refused", refused)
    contacted = life.add("mediation_contacted", refused + chance.between(1, 8))
    if kind == "mediated":
        life.add("mediation_requested", contacted)
        life.add("mediation_held", on)
        return life
    life.add("mediation_declined", contacted)
    life.add("mediation_certificate_issued", contacted + 1)
    life.add("appeal_registered", on)
    return life


def _disputed(life: Life, chance: Chance, refused: int, kind: str, *, hurry: bool) -> None:
    contacted = life.add("mediation_contacted", refused + (1 if hurry else chance.between(3, 15)))
    if kind == "appealed":
        life.add("mediation_declined", contacted)
        certified = life.add("mediation_certificate_issued", contacted + (0 if hurry else chance.between(0, 3)))
    else:
        requested = life.add("mediation_requested", contacted)
        held = life.add("mediation_held", requested + (1 if hurry else chance.between(12, 30)))
        certified = life.add("mediation_certificate_issued", held + (0 if hurry else chance.between(0, 3)))
    if kind != "mediated":
        life.add("appeal_registered", certified + (0 if hurry else chance.between(2, 15)))
