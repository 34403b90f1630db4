#!/bin/sh
# Copies the documents into a directory, with the folders that their links name: install-documents.sh DIRECTORY
set -eu
cd "$(dirname "$0")/.."
install -d "$1/docs/internals"
install -m 0644 README.md DESIGN.md CONTRIBUTING.md CHANGELOG.md LICENSE "$1/"
install -m 0644 docs/*.md docs/*.png docs/stockd.8 "$1/docs/"
install -m 0644 docs/internals/*.md "$1/docs/internals/"
