"""Run the doors for so long, or for so many examples each, with new ones every time: `python -m tests.fuzz`."""

import argparse
import sys
import traceback

from hypothesis import Phase, given, settings

import conftest  # noqa: F401 - the profile of the suite
from tests.fuzz.doors import DOORS, Door
from tests.waiting import Budget

_ROUND = 25


def tried(door: Door, examples: int) -> str:
    """Try a door with so many examples, and return what went wrong with the smallest of those that failed."""

    @settings(max_examples=examples, phases=(Phase.generate, Phase.shrink))
    @given(door.drawn)
    def attempt(drawn: object) -> None:
        door.check(drawn)

    try:
        attempt()
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001 - whatever it is, a panic of Rust's too: it is told, and the others are tried
        return traceback.format_exc()
    return ""


def main() -> int:
    """Run the command line, and return its exit code: 1 if something was found."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument(
        "doors", nargs="*", default=list(DOORS), help=f"of {', '.join(DOORS)}; all of them if not given"
    )
    options.add_argument("--seconds", type=float, help="go on for so long")
    options.add_argument("--examples", type=int, default=200, help="how many for each door, without --seconds")
    asked = options.parse_args()
    budget, done, found = Budget(asked.seconds), dict.fromkeys(asked.doors, 0), 0
    while budget.lasts() if asked.seconds else not all(count >= asked.examples for count in done.values()):
        for name in asked.doors:
            wrong = tried(DOORS[name], _ROUND if asked.seconds else asked.examples)
            done[name] += _ROUND if asked.seconds else asked.examples
            if wrong:
                found += 1
                print(f"== {name}\n{wrong}", flush=True)  # noqa: T201 - a report
            if asked.seconds and not budget.lasts():
                break
    print(f"{found} found; examples: {', '.join(f'{name} {count}' for name, count in done.items())}")  # noqa: T201 - as above
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
