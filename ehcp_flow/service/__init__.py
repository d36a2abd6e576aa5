"""The HTTP service: the facts, answers and lists of a store as JSON, for several authorities, each by itself.

`create_router` is for hosts with an application and users of their own; `create_app` is what `ehcp-flow serve` runs,
with keys of its own. `docs/service.md` has the paths and their rules, `docs/openapi.json` the description for machines.

What is asked of one case stands in `case_paths.py`, of a caseload in `caseload_paths.py`, what is recorded in
`posting_facts.py`; how all of them answer, and are refused, in `answering_rules.py`. Nothing here decides
anything about a case.

`create_pages` gives the work place in the browser, of the same store for the same users (`work_place.py`).
"""

from __future__ import annotations

from ehcp_flow.service.api_keys import ApiKeys, read_keys
from ehcp_flow.service.application import create_app
from ehcp_flow.service.routing import create_router
from ehcp_flow.service.service_users import Limits, NotLetIn, ServiceUser
from ehcp_flow.service.work_place import create_pages

__all__ = ["ApiKeys", "Limits", "NotLetIn", "ServiceUser", "create_app", "create_pages", "create_router", "read_keys"]
