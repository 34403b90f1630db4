#!/bin/sh
# Builds the tests and runs them: Scripts/test.sh [quick | FILTER]
#
# Most tests wait, for brokers and time-outs. So groups of them run side by side, each in a process of its own; within
# a group one test runs after the other. "quick" leaves out whatever needs a broker, a browser or more than a moment.
set -eu
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}

"$swift" build --build-tests
bundle=$(echo "$("$swift" build --show-bin-path)"/*.xctest)
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# run NAME [--filter | --skip] PATTERN…: in the background; its output and exit code are kept.
run() {
    name=$1
    shift
    (
        status=0
        "$bundle" --testing-library swift-testing --no-parallel "$@" >"$logs/$name" 2>&1 </dev/null || status=$?
        echo "$status" >"$logs/$name.status"
    ) &
}

# Prints what a group says at its end, and all of it when it failed.
report() {
    status=$(cat "$logs/$1.status" 2>/dev/null || echo 1)
    if [ "$status" = 0 ]; then
        echo "$1: $(tail -n 1 "$logs/$1")"
        return 0
    fi
    cat "$logs/$1"
    echo "$1: FAILED with $status"
    return 1
}

domain='^(InventoryTests|NotifyTests)\.'
calculating='^(WireTests|PipelineTests|OracleTests)\.'
# Parts of the daemon's tests, by the time they take.
few='^StockdTests\.(InputChangeTests|AuditTests|AlertTopicAuditTests|HostileTextTests)'
daemon='^StockdTests\.(RequestErrorTests|DeadLetterTests|SystemdTests|WorkersTests|StartTests|TwoDaemonsTests|'
daemon="${daemon}CaptureTests|ReferenceTopicTests|CheckTests)"

case "${1:-}" in
    "")
        groups="domain calculating daemon-1 daemon-2 others"
        run domain --filter "$domain|$few"
        run calculating --filter "$calculating"
        run daemon-1 --filter "$daemon"
        run daemon-2 --filter '^StockdTests\.' --skip "$daemon" --skip "$few"
        run others --skip "$domain" --skip "$calculating" --skip '^StockdTests\.'
        ;;
    quick)
        groups="quick-1 quick-2"
        slow=$(tr '\n' '|' <Scripts/slow-tests.txt | sed 's/|$//')
        run quick-1 --filter "$domain|$calculating" --skip "$slow"
        run quick-2 --skip "$domain" --skip "$calculating" --skip '^(StockdTests|KafkaTests)\.' --skip "$slow"
        ;;
    *)
        groups="chosen"
        run chosen --filter "$1"
        ;;
esac
wait
failed=0
for group in $groups; do report "$group" || failed=1; done
exit "$failed"
