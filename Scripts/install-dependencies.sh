#!/bin/sh
# Installs from apt what a build needs (with "test": a test run; with "package": the Debian package and its test; with
# "machine": make test-systemd). Asks nothing, and says nothing when it has nothing to do.
#
#   Scripts/install-dependencies.sh [build|test|package|machine]
set -eu

cd "$(dirname "$0")/.."
fail() {
    echo "stockd: $*" >&2
    exit 1
}

packages="librdkafka-dev libpq-dev libmimalloc-dev libcurl4-openssl-dev libssl-dev pkg-config git ca-certificates"
# Chromium shows the page, Python drives it and sends requests made up from the API's description. promtool, which
# lints the metrics, comes by Scripts/promtool.sh, Alertmanager by Scripts/alertmanager.sh: their packages would start
# servers. That of PostgreSQL may start one, too; the tests start their own.
case "${1:-build}" in
    test)
        packages="$packages libsqlite3-dev kcat valgrind binutils mandoc curl chromium chromium-driver"
        packages="$packages fonts-dejavu-core python3 python3-venv"
        # The tests start PostgreSQL servers of their own, and ask them from Java.
        packages="$packages postgresql pgbouncer libpostgresql-jdbc-java default-jdk-headless"
        ;;
    package) packages="$packages dpkg-dev binutils xz-utils debootstrap lintian" ;;
    machine) packages="$packages debootstrap systemd-container qemu-system-x86 e2fsprogs" ;;
esac

missing=""
for package in $packages; do
    # pkg-config is a package of its own or another one's provision: the command tells.
    [ "$package" = pkg-config ] && command -v pkg-config >/dev/null && continue
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done

if [ -n "$missing" ]; then
    command -v apt-get >/dev/null ||
        fail "these Debian packages or their like are needed, and there is no apt-get to install them:$missing"
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            fail "run this as root, then try again: apt-get install --no-install-recommends$missing"
        fi
        as_root="sudo -n"
    fi
    echo "installing$missing" >&2
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # The lists may be newer than the archive's pools: only when the install fails are they fetched, and once.
    install() {
        # shellcheck disable=SC2086 # Words on purpose.
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
            install -y -q --no-install-recommends $missing </dev/null >"$log" 2>&1
    }
    install || {
        $as_root apt-get -o DPkg::Lock::Timeout=300 update -q </dev/null >"$log" 2>&1 || {
            cat "$log" >&2
            fail "apt-get update failed, see above"
        }
        install || {
            cat "$log" >&2
            fail "apt-get could not install$missing, see above"
        }
    }
fi

# The version that Package.swift asks for.
wanted=$(sed -n '1s/.*swift-tools-version: *//p' Package.swift)
hint="get a toolchain for Debian 12 from https://www.swift.org/install/linux/"
command -v swift >/dev/null || fail "there is no swift command; Swift $wanted or later is needed: $hint"
found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
[ -n "$found" ] || fail "swift --version names no version; Swift $wanted or later is needed: $hint"
oldest=$(printf '%s\n%s\n' "$wanted" "$found" | sort -V | head -n 1)
[ "$oldest" = "$wanted" ] || fail "Swift $found is too old; $wanted or later is needed: $hint"

# Python's packages stay beside the build; the versions are those the tests were written with.
tools="schemathesis==4.32.5 selenium==4.51.0 psycopg==3.3.9 aiosmtpd==1.4.6"
if [ "${1:-build}" = test ] && [ "$(cat .build/test-tools/.installed 2>/dev/null)" != "$tools" ]; then
    echo "installing $tools" >&2
    mkdir -p .build
    log=$(mktemp)
    # shellcheck disable=SC2086 # Words on purpose.
    { python3 -m venv --clear .build/test-tools && .build/test-tools/bin/pip install -q $tools; } >"$log" 2>&1 ||
        {
            cat "$log" >&2
            fail "pip could not install $tools, see above"
        }
    rm -f "$log"
    echo "$tools" >.build/test-tools/.installed
fi
