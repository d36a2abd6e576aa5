"""For people who embed ehcp_flow, write a store of their own, or test an authority's own rules.

A clock to set, facts and cases to use, assertions that explain, and rules that are tests: `docs/compliance-tests.md`.
`ehcp_flow.testing.contract.StoreContract` is the contract of a store, as tests that any adapter can run;
`ehcp_flow.testing.postgres.Server` is a real PostgreSQL server from a pip wheel.

What stands here is public, and hosts' tests lean on it: names are changed with a line in the changelog alone.
"""

from __future__ import annotations

from ehcp_flow.testing.assertions import assert_breach, assert_met
from ehcp_flow.testing.case_builder import CaseBuilder, case_builder
from ehcp_flow.testing.compliance import ComplianceRule, compliance_rule
from ehcp_flow.testing.sample import SetClock, a_case, a_fact, frozen

__all__ = [
    "CaseBuilder",
    "ComplianceRule",
    "SetClock",
    "a_case",
    "a_fact",
    "assert_breach",
    "assert_met",
    "case_builder",
    "compliance_rule",
    "frozen",
]
