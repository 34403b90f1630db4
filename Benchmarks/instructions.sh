#!/usr/bin/env bash
# Counts instructions under callgrind on fixed inputs, part by part (docs/internals/performance.md). Counts repeat, as
# times do not. They are compared with Benchmarks/instructions.json: more than 5 % above fails, more than 5 % below asks
# for the file to be updated.
#
#   Benchmarks/instructions.sh [--update]
set -euo pipefail
cd "$(dirname "$0")"
file=instructions.json
tolerance=5

../Scripts/quietly.sh "building the benchmarks" swift build --disable-build-manifest-caching -c release \
    --product stockd-instructions
output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT
# Without debug information: Valgrind 3.19 gives up on DWARF 5, which the C target has. The names of functions stay.
program=$output/stockd-instructions
strip --strip-debug -o "$program" .build/release/stockd-instructions
"$program" >"$output/counts"

# Instructions inside one function, all it calls included.
instructions() {
    valgrind --tool=callgrind --toggle-collect="*counted$1*" --callgrind-out-file="$output/$1" "$program" \
        >"$output/log" 2>&1 || {
        cat "$output/log" >&2
        exit 1
    }
    awk '$1 == "totals:" || $1 == "summary:" { total = $2 } END { print total + 0 }' "$output/$1"
}

status=0
lines=()
while read -r part count; do
    total=$(instructions "$part")
    measured=$(awk -v total="$total" -v count="$count" 'BEGIN { printf "%.1f", total / count }')
    lines+=("  \"$part\": $measured")
    [ "${1:-}" = --update ] && continue
    kept=$(awk -F'[:,]' -v part="\"$part\"" 'index($1, part) { print $2 + 0 }' "$file")
    # No figure kept counts as more.
    verdict=$(awk -v kept="$kept" -v measured="$measured" -v tolerance="$tolerance" 'BEGIN {
        change = kept > 0 ? 100 * (measured - kept) / kept : 999
        printf "%+.1f %% ", change
        print (change > tolerance ? "MORE" : change < -tolerance ? "LESS" : "ok")
    }')
    echo "$part: $measured instructions each, kept $kept: $verdict"
    case "$verdict" in
        *ok) ;;
        *LESS) echo "an improvement: keep it with Benchmarks/instructions.sh --update" && status=1 ;;
        *) status=1 ;;
    esac
done <"$output/counts"

if [ "${1:-}" = --update ]; then
    {
        echo "{"
        for index in "${!lines[@]}"; do
            ((index < ${#lines[@]} - 1)) && echo "${lines[index]}," || echo "${lines[index]}"
        done
        echo "}"
    } >"$file"
    cat "$file"
fi
exit "$status"
