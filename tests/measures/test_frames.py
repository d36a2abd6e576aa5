from typing import Any

import pytest

from ehcp_flow.errors import EhcpFlowError, LibraryMissing
from ehcp_flow.measures import frames, to_pandas, to_polars

ROWS: list[dict[str, Any]] = [{"a": 1, "b": "x"}, {"a": 2, "b": 3.5}]


def test_rows_become_frames_with_x_missing():
    assert to_pandas(ROWS)["b"].isna().tolist() == [True, False]
    assert to_polars(ROWS)["b"].to_list() == [None, 3.5]
    assert to_polars([], ["a"]).columns == ["a"]


@pytest.mark.parametrize(("make", "library"), [(to_pandas, "pandas"), (to_polars, "polars")])
def test_without_the_library_the_error_says_what_to_install(monkeypatch, make, library):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(frames, "import_module", missing)
    with pytest.raises(LibraryMissing, match=f"pip install {library}") as caught:
        make(ROWS)
    assert isinstance(caught.value, EhcpFlowError)
