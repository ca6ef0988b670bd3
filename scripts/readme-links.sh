#!/bin/bash
# Prints the files that README.md, or another file, links, each once: a package that contains it must include them.
#
#   scripts/readme-links.sh [FILE]
set -eu
cd "$(dirname "$0")/.."
grep -o '](\([^)#]*\)' "${1:-README.md}" | cut -c 3- | grep -v '://' | grep . | sort -u
