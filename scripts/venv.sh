# Sourced by ./demo and ./test, with `root` set to the project's directory: sets up .venv, and says nothing when
# there is nothing to do. POSIX sh; needs Python 3.11 or newer with its venv module, and pip's package index.
#
#   ensure_venv run    the project, with what its commands read sheets, write pages and returns, and serve with
#   ensure_venv dev    the project with every extra and the development tools; it serves `run` too
#
# A stamp inside .venv is the last thing written, and holds what the venv was made from: an interrupted set-up has
# none and is done again from nothing. .venv.setup holds the process that is at it, so that two do not collide.

venv="$root/.venv"
setup_mark="$root/.venv.setup"

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

fit_python() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Print the first fit interpreter on the path: any python3.11 before any python3. A name alone is not trusted:
# version managers leave shims that do not run, and some systems ship Python without its venv module.
find_python() {
    for name in python3.11 python3; do
        old_ifs=$IFS
        IFS=:
        for directory in $PATH; do
            IFS=$old_ifs
            candidate="${directory:-.}/$name"
            if [ -x "$candidate" ] && [ ! -d "$candidate" ] && fit_python "$candidate"; then
                printf '%s\n' "$candidate"
                return 0
            fi
        done
        IFS=$old_ifs
    done
    return 1
}

# What a venv depends on: the project's metadata, this file, the kernel and how it is compiled, whether it should be,
# and where the project lies (scripts and links hold the path).
venv_key() {
    {
        cat "$root/pyproject.toml" "$root/scripts/venv.sh" "$root/hatch_build.py"
        for part in kernel walk contributions; do
            cat "$root/ehcp_flow/engine/$part".p*
        done
        printf '%s\n' "${EHCP_FLOW_BUILD_KERNEL-}"
    } | cksum | tr ' ' '-'
    printf '%s\n' "$root"
}

stamped() {
    [ -f "$venv/.stamp-$1" ] && [ "$(cat "$venv/.stamp-$1")" = "$(venv_key)" ] && fit_python "$venv/bin/python"
}

ready() {
    stamped dev || { [ "$1" = run ] && stamped run; }
}

# Take the mark; wait while a living process has it. Sets `interrupted` when a dead one left it behind.
take_mark() {
    interrupted=no
    waited=0
    until (set -C && echo "$$" >"$setup_mark") 2>/dev/null; do
        holder=$(cat "$setup_mark" 2>/dev/null) || continue
        if [ -n "$holder" ] && kill -0 "$holder" 2>/dev/null; then
            [ "$waited" -gt 0 ] || echo "waiting for process $holder, which is setting up .venv" >&2
        elif [ -n "$holder" ] || [ "$waited" -gt 2 ]; then
            interrupted=yes
            rm -f "$setup_mark"
            continue
        fi
        waited=$((waited + 1))
        [ "$waited" -le 900 ] || die "process $holder is still setting up .venv; if it is not, remove $setup_mark"
        sleep 1
    done
}

install_into_venv() {
    echo "setting up .venv ($1) with $python" >&2
    if [ "$1" = dev ]; then
        # `--group` came with pip 25.1.
        "$venv/bin/python" -m pip install -qq --upgrade 'pip>=25.1' >&2 &&
            "$venv/bin/python" -m pip install -qq --editable "$root[all]" --group "$root/pyproject.toml:dev" >&2
    else
        "$venv/bin/python" -m pip install -qq --editable "$root[sheets,reports,sen2,service]" >&2
    fi
}

ensure_venv() {
    PIP_DISABLE_PIP_VERSION_CHECK=1
    export PIP_DISABLE_PIP_VERSION_CHECK
    unset PYTHONHOME PYTHONPATH
    if ready "$1" && [ ! -f "$setup_mark" ]; then
        return 0
    fi
    take_mark
    if [ "$interrupted" = no ] && ready "$1"; then
        rm -f "$setup_mark"
        return 0
    fi

    # A whole venv is brought up to date where it is, and keeps its tools; one that was moved, or that an interrupted
    # set-up left, is made anew. One without a stamp was made by hand: it is kept too.
    want=$1
    keep=yes
    [ "$interrupted" = no ] || keep=no
    for kind in run dev; do
        if [ -f "$venv/.stamp-$kind" ]; then
            [ "$(tail -n 1 "$venv/.stamp-$kind")" = "$root" ] || keep=no
            [ "$kind" = run ] || want=dev
        fi
    done
    rm -f "$venv/.stamp-run" "$venv/.stamp-dev"
    if [ "$keep" = yes ] && fit_python "$venv/bin/python"; then
        python="$venv/bin/python"
    else
        python=$(find_python) || {
            rm -f "$setup_mark"
            die "needs Python 3.11 or newer, with its venv module, as python3.11 or python3 on the PATH"
        }
        if ! "$python" -m venv --clear "$venv" >&2; then
            die "$python could not make $venv (its message is above)"
        fi
    fi
    # On failure the mark stays behind, and the next run starts from nothing.
    install_into_venv "$want" || die "pip could not install into .venv (its message is above)"
    venv_key >"$venv/.stamp-$want"
    rm -f "$setup_mark"
}
