"""A small caseload of every kind, for the tests of reports."""

import pytest

from ehcp_flow.case import group_cases
from ehcp_flow.reports.overview import overview
from ehcp_flow.reports.page import report_page
from ehcp_flow.synth import synth

AS_OF = "2026-06-30"


@pytest.fixture(scope="session")
def caseload():
    return group_cases(synth(400, 11, authority="885", faults=0.05, as_of=AS_OF))


@pytest.fixture(scope="session")
def extra(caseload):
    return {case_id: {"caseworker": f"Officer {int(case_id[1:]) % 4}"} for case_id in caseload}


@pytest.fixture(scope="session")
def seen(caseload, extra):
    return overview(caseload, AS_OF, extra=extra)


@pytest.fixture(scope="session")
def page_file(seen, tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(report_page(seen), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def public_file(seen, tmp_path_factory):
    file = tmp_path_factory.mktemp("public") / "public.html"
    file.write_text(report_page(seen, suppress=5), encoding="utf-8")
    return file
