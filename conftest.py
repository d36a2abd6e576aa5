"""How Hypothesis runs everywhere in the suite: without a clock, and in CI with the same examples each time."""

import os

from hypothesis import HealthCheck, settings

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
settings.load_profile("suite-in-ci" if os.environ.get("CI") else "suite")
