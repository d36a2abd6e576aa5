# Sourced by scripts/test-spark: finds a Java for Spark (17 or later), or installs Debian's.
#
#   ensure_java    succeeds where there is one; otherwise says what to do, and fails

java_is_new() {
    command -v java >/dev/null 2>&1 || return 1
    version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${version:-0}" -ge 17 ]
}

ensure_java() {
    java_is_new && return 0
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        echo "installing Debian's openjdk-17-jre-headless for the test on Spark" >&2
        apt-get update -qq >&2 || true
        for package in openjdk-17-jre-headless default-jre-headless; do
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null || true
            java_is_new && return 0
        done
    fi
    echo "Spark needs Java 17 or later: install it (apt-get install openjdk-17-jre-headless) and put java on the path" >&2
    return 1
}
