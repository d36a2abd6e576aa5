"""Brings the pages up to date: `python docs/refresh.py`.

Runs every generator beside it (`make_*.py`), then every command that a page shows in a `console` block, and writes what
it prints under it. What is shown is what a reader sees on a terminal of 120 columns, standard error included. Commands
run in a copy of the project's examples, in order, block after block of a page. An output that is shortened with `...`
is kept as long as it is true. `# exits with 3` after a command states its exit code; any other is 0.
"""

from __future__ import annotations

import doctest
import fcntl
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 120
LINES = 200

_BLOCK = re.compile(r"(?P<open>^```console\n)(?P<body>.*?)(?P<close>^```$)", re.DOTALL | re.MULTILINE)
_EXIT = re.compile(r"#.*\bexits with (\d)")
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CHECKER = doctest.OutputChecker()


@dataclass(frozen=True)
class Shown:
    """A command that a page shows, and the output under it."""

    command: str
    output: str

    @property
    def is_run(self) -> bool:
        """Whether it is one of ours; `./test`, `pip` and the like are shown, not run."""
        return self.command.split()[0] in ("ehcp-flow", "python", "pytest", "cat")

    @property
    def exit_code(self) -> int:
        """The exit code that the page states."""
        found = _EXIT.search(self.command)
        return int(found[1]) if found else 0

    def agrees_with(self, output: str) -> bool:
        """Whether `output` is what the page shows, as a doctest would compare them."""
        return _CHECKER.check_output(self.output, output, doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)


def pages() -> list[Path]:
    """Return the pages that may show commands."""
    return [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted(ROOT.glob("examples/**/README.md")),
        *sorted(ROOT.glob("docs/**/*.md")),
    ]


def shown_in(body: str) -> Iterator[Shown]:
    """Yield the commands of one block, each with the lines up to the next."""
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield Shown(command, output)


def commands_of(page: Path) -> list[Shown]:
    """Return every command that a page shows, in order."""
    blocks = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [shown for block in blocks for shown in shown_in(block["body"])]


def home_in(directory: Path) -> Path:
    """Return a copy of what a reader has at hand: the examples."""
    shutil.copytree(ROOT / "examples", directory / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    return directory


def run(command: str, home: Path) -> tuple[str, int]:
    """Return what a command prints on a terminal, and its exit code."""
    here = str(Path(sys.executable).parent)
    environment = {
        "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        "PYTHONPATH": str(ROOT),
        # No progress bar, which would come into the text wherever the machine is slow.
        "TERM": "dumb",
        "COLUMNS": str(COLUMNS),
        "LINES": str(LINES),
    }
    terminal, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    process = subprocess.Popen(
        command, shell=True, cwd=home, env=environment, stdin=subprocess.DEVNULL, stdout=screen, stderr=screen
    )
    os.close(screen)
    printed = b""
    try:
        while chunk := os.read(terminal, 65536):
            printed += chunk
    except OSError:
        # Linux says so when the last writer has closed a terminal.
        pass
    finally:
        os.close(terminal)
    text = _STYLE.sub("", printed.decode("utf-8").replace("\r\n", "\n"))
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines()), process.wait()


def refreshed(page: str, runner: Callable[[str], tuple[str, int]]) -> str:
    """Return the text of a page with the outputs of its commands as they are now."""

    def block(match: re.Match[str]) -> str:
        lines = []
        for shown in shown_in(match["body"]):
            output = shown.output
            if shown.is_run:
                now, code = runner(shown.command)
                if code != shown.exit_code:
                    sys.exit(f"$ {shown.command}\nexits with {code}, not {shown.exit_code}\n{now}")
                if not shown.agrees_with(now):
                    output = now.rstrip("\n") + "\n" if now.strip() else ""
            lines.append(f"$ {shown.command}\n{output}")
        return f"{match['open']}{''.join(lines)}{match['close']}"

    return _BLOCK.sub(block, page)


def main() -> None:
    """Bring every page up to date, and name those that changed."""
    for generator in sorted(Path(__file__).parent.glob("make_*.py")):
        subprocess.run([sys.executable, str(generator)], check=True, cwd=ROOT)
    for page in pages():
        if not page.exists():
            continue
        old = page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as scratch:
            home = home_in(Path(scratch))
            new = refreshed(old, partial(run, home=home))
        if new != old:
            page.write_text(new, encoding="utf-8")
            print(f"refreshed {page.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
