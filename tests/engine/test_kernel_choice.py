"""Which kernel judges: the compiled one only where it is the same law, the same words, the same source."""

import sys
from types import SimpleNamespace

import pytest

from ehcp_flow.engine import choice
from ehcp_flow.errors import KernelError


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch):
    """Puts something in the place of the compiled kernel, and forgets what was chosen before."""

    def build(module: object) -> None:
        monkeypatch.setitem(sys.modules, "ehcp_flow.engine._kernel", module)
        choice.compiled_kernel.cache_clear()
        choice.kernel_in_use.cache_clear()

    yield build
    monkeypatch.undo()
    choice.compiled_kernel.cache_clear()
    choice.kernel_in_use.cache_clear()


def test_a_kernel_that_was_compiled_from_this_source_is_taken(built, monkeypatch):
    monkeypatch.delenv(choice.VARIABLE, raising=False)
    built(SimpleNamespace(SOURCE=choice.source()))
    assert choice.kernel_in_use().name == "compiled"
    assert choice.why_not_compiled() == ""


@pytest.mark.parametrize("module", [SimpleNamespace(SOURCE="that of last week"), None], ids=["stale", "none"])
def test_a_stale_one_is_not_taken_and_none_is_no_error(built, monkeypatch, module):
    monkeypatch.delenv(choice.VARIABLE, raising=False)
    built(module)
    assert choice.kernel_in_use() is choice.interpreted_kernel()
    assert choice.why_not_compiled() == "none is compiled from this source"


def test_one_that_is_asked_for_is_taken_or_is_an_error(built, monkeypatch):
    monkeypatch.setenv(choice.VARIABLE, "compiled")
    built(None)
    with pytest.raises(KernelError, match="none was built from this source") as refused:
        choice.kernel_in_use()
    assert refused.value.kernel == "compiled"
    monkeypatch.setenv(choice.VARIABLE, "interpreted")
    built(SimpleNamespace(SOURCE=choice.source()))
    assert choice.kernel_in_use() is choice.interpreted_kernel()
    assert choice.why_not_compiled() == "EHCP_FLOW_KERNEL asks for that"


def test_numbers_lie_in_lists_for_the_one_and_in_buffers_for_the_other():
    interpreted = choice.interpreted_kernel()
    compiled = choice.Kernel("compiled", interpreted.module)
    assert interpreted.tables({"keys": 3, "roles": (1, 2)}) == {"keys": 3, "roles": [1, 2]}
    assert interpreted.filled(-1, 3) == [-1, -1, -1]
    for made, values in ((compiled.tables({"roles": (1, 2)})["roles"], [1, 2]), (compiled.filled(-1, 3), [-1, -1, -1])):
        assert memoryview(made).format == "i"
        assert list(made) == values
