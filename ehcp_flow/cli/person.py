"""`ehcp-flow person`: everything that a store holds of one case."""

from __future__ import annotations

import json
import sys
from typing import Final

from ehcp_flow.cli.command import Command
from ehcp_flow.cli.opening import open_store
from ehcp_flow.cli.options import Authority, CaseId, StoreUrl

__all__ = ["PERSON"]


def _person(*, store: StoreUrl, case: CaseId, authority: Authority = None) -> None:
    """Everything the store holds of one case, as JSON: for a subject access request.

    Each fact with its columns and its version, when and by whom it was recorded, and what was redacted, by whom, why.
    """
    with open_store(store, authority=authority) as opened:
        held = opened.export_person(case)
    sys.stdout.write(json.dumps(held, ensure_ascii=False, indent=2) + "\n")


PERSON: Final = Command(
    _person,
    (
        "ehcp-flow person --store sqlite:///cases.db --case jsc-cambridgeshire",
        "ehcp-flow person --store sqlite:///cases.db --case jsc-cambridgeshire > record.json",
    ),
)
