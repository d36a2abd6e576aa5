# Sourced by ./test after scripts/venv.sh: finds a Chromium for the tests of the report page, or installs Debian's.
#
#   ensure_browser    sets CHROMIUM; says what to do, and goes on, where there is none: the tests that need it will fail

find_browser() {
    for name in chromium chromium-browser google-chrome; do
        command -v "$name" && return 0
    done
    return 1
}

ensure_browser() {
    if [ -z "${CHROMIUM:-}" ]; then
        if ! CHROMIUM=$(find_browser); then
            if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
                echo "installing Debian's chromium for the tests of the report page" >&2
                apt-get update -qq >&2 || true
                DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null || true
            fi
            CHROMIUM=$(find_browser) || CHROMIUM=
        fi
    fi
    if [ -z "$CHROMIUM" ]; then
        echo "no Chromium was found: install it (apt-get install chromium) or name it in CHROMIUM" >&2
        unset CHROMIUM
        return 0
    fi
    export CHROMIUM
}
