"""The page of a checked return, in a real browser: every column can be read, on a telephone too."""

from __future__ import annotations

import pytest

from tests.cli.running import ROOT, invoke
from tests.sen2.made_returns import CLEAN
from tests.sen2.test_comparing import within

FAULTS = (
    ("<Sex>F", "<Sex>X"),
    ("<CeaseReason>4", "<CeaseReason>7x"),
    ("<Ethnicity>WBRI", "<Ethnicity>An ethnicity that is no code, and one_without_any_blank_in_it"),
    ("<StartDate>2025-05-20", "<StartDate>2025-05-21"),
)


@pytest.fixture(params=["xml", "blade"])
def page_of(request, tmp_path):
    source = ROOT / "examples" / "sources" / "blade"
    if request.param == "xml":
        source = tmp_path / "sen2.xml"
        source.write_text(within(CLEAN, *FAULTS))
    page = tmp_path / "findings.html"
    done = invoke("sen2", "validate", source, "--output", page)
    assert done.exit_code == 1, done.stderr
    return page


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_cell_of_a_finding_is_whole_at_any_width(watched, axe, page_of, width):
    watched.page.set_viewport_size({"width": width, "height": 900})
    page = watched.open(page_of)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    rows = page.locator("main tbody tr")
    for row in rows.all():
        cells = [cell for cell in row.locator("th, td").all() if cell.is_visible()]
        assert len(cells) >= 3
        assert all(cell.bounding_box()["x"] + cell.bounding_box()["width"] <= width for cell in cells)
    if width < 640:
        heads = page.evaluate("getComputedStyle(document.querySelector('td[data-head]'), '::before').content")
        assert heads == '"Person"'
    page.evaluate(axe)
    found = page.evaluate("axe.run(document).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))")
    assert found == []
    assert (watched.said, watched.asked) == ([], [page_of.as_uri()])
