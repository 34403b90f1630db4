#!/bin/sh
# Prints where promtool is. Where it is not installed it is taken out of Debian's prometheus package, into
# .build/tools: installing that package would start a server.
set -eu
cd "$(dirname "$0")/.."

if command -v promtool; then exit; fi
tool=$PWD/.build/tools/promtool
if [ ! -x "$tool" ]; then
    mkdir -p .build/tools
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    # _apt, as which apt fetches when it can, has to reach the directory.
    chmod 0755 "$work"
    fetch() { (cd "$work" && apt-get download -q prometheus >"$work/log" 2>&1); }
    fetch || { apt-get update -q >"$work/log" 2>&1 && fetch; } || {
        cat "$work/log" >&2
        echo "stockd: Debian's prometheus package, which has promtool, cannot be fetched" >&2
        exit 1
    }
    dpkg-deb --fsys-tarfile "$work"/prometheus_*.deb | tar -x -C "$work" ./usr/bin/promtool
    # Moved at once, so that a second run beside this one never sees half of it.
    mv "$work/usr/bin/promtool" "$tool.$$"
    mv "$tool.$$" "$tool"
fi
echo "$tool"
