"""Build the packages of a release twice, look them over, install them, and say how much is installed.

    python scripts/packages.py               everything below; exit code 1 if something is not so
    python scripts/packages.py --keep dist   the same, and keep the packages and the bill of materials there

- The source archive is built from a copy of the tree that has no git, where no git is on the path; the wheels are built
  from the unpacked archive.
- Each is built twice, in folders of other names and lengths, and is the same byte for byte.
- `twine check` and `check-wheel-contents` have nothing to say.
- The pure wheel is installed with no extra in an environment that has nothing else, works there, and takes less than
  `MOST` with all that it brings along; what each package takes is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import venv
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venvs" / "packages"
MOST = 90_000_000
"""Bytes of files that an install without extras may take, pip and what Python compiles left out."""

TOOLS = ("build", "packaging", "twine", "check-wheel-contents")
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".spark", ".all", ".*_cache", ".hypothesis", "__pycache__", "_kernel.*", "dist", "build"
)


def programs(environment: Path) -> Path:
    """Return the folder of an environment's programs."""
    return environment / ("Scripts" if sys.platform == "win32" else "bin")


def run(*command: str | Path, **settings: str) -> str:
    """Run a command, show what it says only where it fails, and return what it printed."""
    done = subprocess.run(
        [str(each) for each in command], env={**os.environ, **settings}, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}exit code {done.returncode}")
    return done.stdout


def tools() -> Path:
    """Return the Python of an environment that has the tools and what the build asks for, so that none is fetched."""
    if not (HOME / "pyvenv.cfg").exists():
        venv.create(HOME, with_pip=True)
    python = programs(HOME) / "python"
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    run(python, "-m", "pip", "install", "-qq", "--upgrade", *TOOLS, *needed)
    return python


def without_git() -> str:
    """Return the path without the folders that have a git."""
    there = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(each for each in there if not any(Path(each).glob("git*")))


def build(python: Path, folder: Path) -> list[Path]:
    """Build the archive and the wheels below a folder, and return them."""
    tree, made = folder / "tree", folder / "dist"
    shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
    bare = {"PATH": without_git()}
    run(python, "-m", "build", "--no-isolation", "--sdist", "--outdir", made, tree, **bare)
    (archive,) = made.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    unpacked = folder / archive.name.removesuffix(".tar.gz")
    wheel = (python, "-m", "build", "--no-isolation", "--wheel", "--outdir", made, unpacked)
    run(*wheel, **bare, EHCP_FLOW_BUILD_KERNEL="no")
    if shutil.which(os.environ.get("CC", "cc")):
        # A compiler may share its folder with git.
        run(*wheel, EHCP_FLOW_BUILD_KERNEL="must")
    else:
        print("the compiled wheel is left out: there is no C compiler here")
    return sorted(made.iterdir())


def digest(file: Path) -> str:
    """Return what a file's bytes come to."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def sizes(site_packages: Path) -> dict[str, int]:
    """Return the bytes that each package takes, the largest first: its files, but for what Python compiles of them."""
    told = {
        package.name: sum(
            place.stat().st_size
            for file in package.files or ()
            if file.suffix != ".pyc" and (place := Path(str(file.locate()))).is_file()
        )
        for package in distributions(path=[str(site_packages)])
        if package.name not in {"pip", "setuptools"}  # what `venv` puts there
    }
    return dict(sorted(told.items(), key=lambda each: -each[1]))


def installed(python: Path, wheel: Path, folder: Path) -> list[str]:
    """Install a wheel with no extra beside nothing, try it, and return what is wrong."""
    environment = folder / "installed"
    venv.create(environment, with_pip=True)
    its = programs(environment) / "python"
    run(its, "-m", "pip", "install", "-qq", "--no-compile", wheel)
    print(run(its, ROOT / "scripts" / "smoke.py", "interpreted").rstrip())
    where = Path(run(its, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    told = sizes(where)
    for name, many in told.items():
        print(f"{many / 1e6:7.1f} MB  {name}")
    whole = sum(told.values())
    print(f"{whole / 1e6:7.1f} MB  in all")
    run(python, ROOT / "scripts" / "sbom.py", where, folder / f"{wheel.name.partition('-py3')[0]}.cdx.json")
    return [f"an install takes {whole:,} bytes, more than {MOST:,}"] if whole > MOST else []


def main() -> int:
    """Do all of it, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the packages and the bill of materials here")
    asked = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        python = tools()
        first = build(python, Path(scratch, "once"))
        second = build(python, Path(scratch, "and-once-more"))
        for one, two in zip(first, second, strict=True):
            same = (one.name, digest(one)) == (two.name, digest(two))
            print(f"{digest(one)}  {one.name}{'' if same else '  DIFFERS when it is built again'}")
            wrong += [] if same else [f"{one.name} is another one when it is built again"]
        wheels = [each for each in first if each.suffix == ".whl"]
        run(python, "-m", "twine", "check", "--strict", *first)
        run(programs(HOME) / "check-wheel-contents", "--config", ROOT / "pyproject.toml", *wheels)
        pure = next(each for each in wheels if each.name.endswith("-none-any.whl"))
        wrong += installed(python, pure, Path(scratch))
        if asked.keep:
            asked.keep.mkdir(parents=True, exist_ok=True)
            for each in (*first, *Path(scratch).glob("*.cdx.json")):
                shutil.copy(each, asked.keep)
    print("\n".join(wrong) or "the packages are sound, and the same when they are built again")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
