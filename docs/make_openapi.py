"""Writes docs/openapi.json, the description of the service for machines: `python docs/make_openapi.py`."""

from __future__ import annotations

import json
from pathlib import Path

from ehcp_flow.service import ApiKeys, create_app
from ehcp_flow.store import Store

PAGE = Path(__file__).with_name("openapi.json")


def page() -> str:
    """Return the description as the service gives it at /openapi.json."""
    return json.dumps(create_app(Store.open("memory:"), ApiKeys([])).openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print("wrote", PAGE.name)
