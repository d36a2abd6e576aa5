"""A name that goes out of use works, and says to whoever wrote it what to write."""

import sys
import types
import warnings

import pytest

import ehcp_flow
from ehcp_flow.renamed import Renamed, renamed_here, warn_renamed

OLD = {
    "timelimit": Renamed("time_limit", since="0.3", until="0.5"),
    "deadlines": Renamed("ehcp_flow.deadlines_of", since="0.3", until="1.0"),
}


@pytest.fixture
def module(monkeypatch):
    made = types.ModuleType("somebodys")
    vars(made).update(time_limit=20, __getattr__=renamed_here("somebodys", OLD))
    monkeypatch.setitem(sys.modules, "somebodys", made)
    return made


def test_an_old_name_gives_what_the_new_one_is_and_says_what_to_write(module):
    with pytest.warns(DeprecationWarning, match="somebodys.timelimit is called time_limit since ehcp-flow 0.3") as said:
        assert module.timelimit == 20
    assert "is gone in 0.5" in str(said[0].message)
    assert said[0].filename == __file__, "it points to whoever wrote the old name"


def test_it_may_have_moved_to_another_module(module):
    with pytest.warns(DeprecationWarning, match="is called ehcp_flow.deadlines_of"):
        assert module.deadlines is ehcp_flow.deadlines_of


def test_the_new_name_says_nothing_and_one_that_never_was_is_an_error(module):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert module.time_limit == 20
    with pytest.raises(AttributeError, match="module 'somebodys' has no attribute 'time_limits'"):
        _ = module.time_limits


def test_an_argument_an_option_or_a_key_says_it_in_the_same_words():
    with pytest.warns(DeprecationWarning, match="--on is called --as-of since ehcp-flow 1.2; write that") as said:
        warn_renamed("--on", Renamed("--as-of", since="1.2", until="1.4"), stacklevel=1)
    assert said[0].filename == __file__


@pytest.mark.parametrize(
    ("since", "until"), [("0.3", "0.3"), ("0.3", "0.2"), ("1.0", "0.9"), ("0.3.1", "0.5"), ("1", "2")]
)
def test_no_name_is_gone_before_it_warned_for_a_minor_release(since, until):
    with pytest.raises(ValueError, match="later by one minor release at least"):
        Renamed("new", since=since, until=until)
