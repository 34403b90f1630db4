#!/bin/sh
# Runs the tests of Kafka and of the daemon on another librdkafka: Scripts/test-librdkafka.sh FOLDER
#
# The folder holds librdkafka.so.1, or a file whose name begins with librdkafka and ends in .so.1, and whatever else that
# library needs. For the one in PyPI's wheel: pip download --no-deps confluent-kafka, unzip it, and name the folder
# confluent_kafka.libs.
set -eu
folder=${1:?name the folder that holds librdkafka.so.1: make test-librdkafka LIB=FOLDER}
library=$(find "$folder" -maxdepth 1 -name 'librdkafka*.so.1' | head -n 1)
[ -n "$library" ] || {
    echo "test-librdkafka: there is no librdkafka*.so.1 in $folder" >&2
    exit 66
}
library=$(realpath "$library")
folder=$(realpath "$folder")
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
"$swift" build --build-tests
links=$(mktemp -d)
trap 'rm -rf "$links"' EXIT
ln -s "$library" "$links/librdkafka.so.1"
export LD_LIBRARY_PATH="$links:$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
binaries=$("$swift" build --show-bin-path)
"$binaries/stockd" version
"$(echo "$binaries"/*.xctest)" --testing-library swift-testing --no-parallel --filter '^(KafkaTests|StockdTests)\.'
