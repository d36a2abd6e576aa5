"""`ehcp-flow person`: everything that a store holds of one case."""

from __future__ import annotations

import json
import sys
from typing import Final

from ehcp_flow.cli.command import CliCommand
from ehcp_flow.cli.options import Authority, CaseId, StoreUrl
from ehcp_flow.cli.source_kinds import open_store

__all__ = ["PERSON"]


def _person(*, store: StoreUrl, case: CaseId, authority: Authority = None) -> None:
    """Everything the store holds of one case, as JSON: for a subject access request.

    Each fact with its columns and its version, when and by whom it was recorded, and what was redacted, by whom, why.
    """
    with open_store(store, authority=authority) as opened:
        held = opened.export_person(case)
    sys.stdout.write(json.dumps(held, ensure_ascii=False, indent=2) + "\n")


PERSON: Final = CliCommand(
    _person,
    (
        "ehcp-flow person --store sqlite:///cases.db --case jsc-cambridgeshire",
        "ehcp-flow person --store sqlite:///cases.db --case jsc-cambridgeshire > record.json",
    ),
    facts=True,
)
