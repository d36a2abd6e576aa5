"""How the suite runs: Hypothesis without a clock and in CI with the same examples, interrupts as in a terminal."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "suite",
    deadline=None,  # how long an example takes says how busy the machine is, not whether the code is right
    suppress_health_check=[
        HealthCheck.too_slow,  # as the deadline: a whole caseload takes long to draw on a busy machine
        HealthCheck.data_too_large,  # a caseload is large; a generator that never fits still fails, as Unsatisfiable
    ],
    print_blob=True,
)
# By hand, new examples each time. In CI always the same: what fails there fails because of the change.
settings.register_profile("suite-in-ci", settings.get_profile("suite"), derandomize=True, database=None)
# Where it matters only whether a property fails (`tests.mutants`), no smaller example that fails it is looked for.
settings.register_profile(
    "whether-it-fails", settings.get_profile("suite-in-ci"), phases=[Phase.explicit, Phase.generate]
)
settings.load_profile("suite-in-ci" if os.environ.get("CI") else "suite")

# What a shell runs in the background ignores interrupts, and so would every program that a test starts to interrupt it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _only_the_events_of_the_library() -> Iterator[None]:
    """Forget after each test what rulebooks declared in it: the next one begins as a new process does."""
    yield
    vocabulary = sys.modules.get("ehcp_flow.vocabulary")
    if vocabulary is not None:
        vocabulary.forget_declared()


@pytest.fixture(autouse=True)
def _no_loop_of_a_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hide the loop that a browser's driver leaves running in this thread from a test that runs one of its own."""
    running = None if "chromium" in request.fixturenames else asyncio._get_running_loop()  # noqa: SLF001 - no other way
    if running is None:
        yield
        return
    asyncio._set_running_loop(None)  # noqa: SLF001 - as above
    yield
    asyncio._set_running_loop(running)  # noqa: SLF001 - as above
