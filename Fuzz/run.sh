#!/bin/sh
# Fuzzes the readers of the Wire module under the address sanitizer.
#   Fuzz/run.sh [seconds]     default 60
# A crash leaves its input in .build/fuzz/; give that file to .build/fuzz/fuzz-wire to see it again.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
out=.build/fuzz
mkdir -p "$out/corpus"
common="-O -swift-version 6 -enable-testing -parse-as-library -sanitize=fuzzer,address -use-ld=lld \
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault -I $out"

compile_module() {
    name=$1
    # shellcheck disable=SC2046,SC2086 # words on purpose
    swiftc $common -wmo -module-name "$name" -emit-module -emit-module-path "$out/$name.swiftmodule" \
        -emit-object -o "$out/$name.o" $(find "Sources/$name" -name '*.swift' | sort)
}

compile_module Inventory
compile_module Wire
# shellcheck disable=SC2086
swiftc $common -module-name FuzzWire Fuzz/Target.swift "$out/Inventory.o" "$out/Wire.o" -o "$out/fuzz-wire"
exec "$out/fuzz-wire" -max_total_time="$seconds" -max_len=1024 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$out/" -dict=Fuzz/wire.dict "$out/corpus" Fuzz/Corpus
