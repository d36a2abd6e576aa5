# Sourced by scripts/test-versions: finds a Python of a given version that runs, on the PATH or under pyenv.
#
#   python_of 3.12    prints its path; fails where there is none
#
# Windows has no python3.12 on its PATH: there it is whatever `python` is, if that is of the version.

python_of() {
    for candidate in "$(command -v "python$1" || true)" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python \
        "$(command -v python || true)"; do
        if [ -x "$candidate" ] &&
            [ "$("$candidate" -c 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$1" ]; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}
