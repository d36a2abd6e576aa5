"""Whether an installed ehcp_flow works: judges by the kernel that it should have, and by each other kernel the same.

    python scripts/smoke.py compiled       what was installed is a wheel with a compiled kernel
    python scripts/smoke.py interpreted    what was installed is the pure one

Leaves with 1, and says why, where it does not. It needs nothing but what was installed, and the shipped chronologies.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

CHRONOLOGIES = Path(__file__).resolve().parent.parent / "examples" / "chronologies.csv"
# Six, sixteen and twenty weeks from the request.
DUE = ["2026-04-13", "2026-06-22", "2026-07-20"]


def ehcp_flow(*arguments: str, kernel: str = "") -> str:
    """Return what a command prints. Isolated: what is installed answers, not the checkout around this file."""
    command = [sys.executable, "-I", "-m", "ehcp_flow", *arguments]
    settings = {**os.environ, "EHCP_FLOW_KERNEL": kernel}
    return subprocess.run(command, env=settings, check=True, stdout=subprocess.PIPE, text=True, encoding="utf-8").stdout


def main(expected: str) -> str:
    """Return what is wrong, empty if nothing is."""
    (told,) = json.loads(ehcp_flow("version", "--format", "json"))
    if told["kernel"] != expected:
        return f"the kernel in use is {told['kernel']}, not {expected}"
    text = ehcp_flow("due", "--received", "2026-03-02", "--format", "json")
    if not all(day in text for day in DUE):
        return f"expected {DUE} in {text}"
    check = ("check", str(CHRONOLOGIES), "--as-of", "2026-06-30", "--format", "csv")
    by_kernel = [ehcp_flow(*check, kernel=kernel) for kernel in {expected, "interpreted"}]
    if "final_plan" not in by_kernel[0] or len(set(by_kernel)) != 1:
        return "the kernels do not say the same of the shipped chronologies"
    print(f"ehcp-flow {told['version']} on Python {told['python']} judges by the {expected} kernel")
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) or None)
