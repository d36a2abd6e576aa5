"""Open the work place on a made-up council: `./demo serve`. Nothing is kept; Ctrl-C ends it.

The cases are those of `ehcp-flow synth` as they stand today, in a store in a temporary directory, with a key made for
this once.
"""

import secrets
import signal
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from ehcp_flow import dates

AUTHORITY = "885"
CASES = "300"
COMMAND = [sys.executable, "-m", "ehcp_flow"]


def main() -> int:
    """Make the council, serve it until told to end, and return the exit code."""
    with tempfile.TemporaryDirectory(prefix="ehcp-flow-") as name:
        home, key = Path(name), secrets.token_urlsafe(24)
        store = f"sqlite:///{home / 'cases.db'}"
        facts, keys = home / "facts.csv", home / "keys.csv"
        keys.write_text(f"{sha256(key.encode()).hexdigest()},{AUTHORITY},demo\n", "utf-8")
        today = dates.today().isoformat()
        sys.stdout.write(f"making up a council of {CASES} cases, as they stand on {today} ...\n")
        sys.stdout.flush()
        made = ["synth", "--cases", CASES, "--authority", AUTHORITY, "--as-of", today, "--particulars"]
        with facts.open("wb") as file:
            subprocess.run([*COMMAND, *made], check=True, stdout=file, stderr=subprocess.DEVNULL)
        taken = ["import", str(facts), "--store", store, "--recorded-by", "synth"]
        subprocess.run([*COMMAND, *taken], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return _served(store, keys, key)


def _served(store: str, keys: Path, key: str) -> int:
    command = [*COMMAND, "serve", "--store", store, "--keys", str(keys), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as serving:
        # The terminal tells both processes of Ctrl-C; whoever ends this one ends that one.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: serving.terminate())
        for line in serving.stderr or ():
            address = line.partition("serving at ")[2].partition(";")[0].strip()
            if address:
                sys.stdout.write(f"\n  open       {address}/workplace/\n  your key   {key}\n\nCtrl-C ends it.\n")
                sys.stdout.flush()
            elif not line.startswith("{"):
                sys.stderr.write(line)
    return 0 if serving.returncode in (0, -signal.SIGINT, -signal.SIGTERM) else serving.returncode


if __name__ == "__main__":
    sys.exit(main())
