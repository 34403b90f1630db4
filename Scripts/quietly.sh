#!/bin/sh
# Runs a command and shows its output only when it fails: Scripts/quietly.sh "what it is" command…
set -eu
echo "$1 …" >&2
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$@" >"$log" 2>&1 </dev/null || {
    status=$?
    cat "$log" >&2
    exit "$status"
}
