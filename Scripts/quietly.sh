#!/bin/sh
# Runs a build and shows how far it is; its output is shown when it fails: Scripts/quietly.sh "what it is" command…
#
# A build tool tells its steps as [done/all]. A terminal sees one line that changes, a file a line at each tenth.
set -eu
what=$1
shift
log=$(mktemp)
trap 'rm -f "$log" "$log.status"' EXIT
echo "$what …" >&2
is_terminal=0
[ -t 2 ] && is_terminal=1
{
    status=0
    "$@" 2>&1 </dev/null || status=$?
    echo "$status" >"$log.status"
} | tee "$log" | awk -v terminal="$is_terminal" '
    match($0, /^\[[0-9]+\/[0-9]+\]/) {
        split(substr($0, 2, RLENGTH - 2), step, "/")
        if (step[2] < 10) next
        tenth = int(10 * step[1] / step[2])
        if (terminal) printf "\r  step %d of %d \033[K", step[1], step[2]
        else if (tenth > last) print "  step " step[1] " of " step[2]
        if (tenth > last) last = tenth
        fflush()
    }
    END { if (terminal && last) printf "\r\033[K" }' >&2
status=$(cat "$log.status")
[ "$status" = 0 ] || cat "$log" >&2
exit "$status"
