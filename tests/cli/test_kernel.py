"""Which kernel judges, as the command line tells it and is told it."""

import pytest

from ehcp_flow.engine import choice
from tests.cli.running import invoke, run


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch):
    """Asks for a kernel as a new process would, with a compiled one there or not."""

    def ask(wanted: str, *, there: bool):
        monkeypatch.setenv(choice.VARIABLE, wanted)
        kernel = choice.interpreted_kernel().module
        monkeypatch.setattr(choice, "compiled_kernel", lambda: choice.Kernel("compiled", kernel) if there else None)
        choice.kernel_in_use.cache_clear()

    yield ask
    choice.kernel_in_use.cache_clear()


@pytest.mark.parametrize(
    ("wanted", "there", "said"),
    [
        ("", True, "The kernel is compiled"),
        ("compiled", True, "The kernel is compiled"),
        ("interpreted", True, "The kernel is interpreted; EHCP_FLOW_KERNEL asks for that"),
        ("", False, "The kernel is interpreted; none is compiled from this source"),
        ("interpreted", False, "The kernel is interpreted; none is compiled from this source"),
    ],
)
def test_the_version_says_which_kernel_judges_and_why_not_the_compiled_one(asked, wanted, there, said):
    asked(wanted, there=there)
    assert invoke("version").stdout.splitlines()[-1] == said


def test_a_kernel_that_is_not_there_is_an_error_of_usage(asked):
    asked("compiled", there=False)
    done = invoke("version")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "none was built from this source" in done.stderr


def test_a_kernel_that_nobody_knows_is_an_error_of_usage():
    done = run("version", EHCP_FLOW_KERNEL="quick")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "ehcp-flow: error: EHCP_FLOW_KERNEL is 'quick'; write compiled or interpreted, or leave it unset\n"
    )
