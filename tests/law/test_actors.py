"""On whose side it is to act: what is a family's right is nobody's task, and a desk has what its authority owes."""

from ehcp_flow.law.actors import side_of, sides_told
from ehcp_flow.law.key_words import SAID
from ehcp_flow.law.loader import england

OTHERS = {
    "body that arranges the mediation",
    "commissioning body",
    "commissioning body (health) or local authority (social care)",
    "head, principal or local authority",
    "institution consulted",
    "mediation adviser",
    "new commissioning body",
    "old commissioning body",
    "organiser of the meeting",
}
"""Whoever is another body, or can be."""


def test_every_actor_of_england_is_on_a_side_or_known_to_be_of_the_others():
    limits = england().limits.values()
    sides = {limit.side for limit in limits}
    assert {side: {limit.actor for limit in limits if limit.side == side} for side in sides} == {
        "family": {"parent or young person", "appropriate person"},
        "authority": {
            "local authority",
            "home authority",
            "old local authority",
            "new local authority",
            "local authority or commissioning body",
        },
        "adviser": {"body asked for advice"},
        "others": OTHERS,
    }
    assert side_of("whoever") == "others"


def test_who_writes_a_rulebook_is_told_whose_words_are_on_whose_side():
    assert SAID["Limit.actor"] == f"Who must act. {sides_told()}"
    for limit in england().limits.values():
        assert (f"`{limit.actor}`" in sides_told()) == (limit.side != "others")


def test_what_custody_makes_a_limit_of_its_own_is_owed_on_the_side_of_its_counterpart():
    law = england()
    for limit in law.limits.values():
        first = law.limits[limit.root]
        assert first.side in (limit.side, "others"), limit.id
        assert limit.id in {limit.root, f"detained_{limit.root}"}
