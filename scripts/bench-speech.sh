#!/bin/bash
# Compares recognition as in Stratus with whisper.cpp's command-line defaults in the same library, on the same models and
# sound, as ratios within one run: scripts/bench-speech.sh [tiny.en base.en small.en | FILE.bin ...]
# The names stand for generated models with random weights of those dimensions: as slow as real ones, without recognising anything.
# Your own file is measured with its weights. THREADS=2 CALLS=12: other numbers than half the cores and 6.
# "eager [FILE.bin]" as the first word measures speech.eager instead: words and the wait after the key's release; EVERY=4: on
# every fourth call.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
need_packages build
need_cargo
if [ "${1:-}" = eager ]; then
  shift
  exec cargo bench --profile "${PROFILE:-ci}" --locked --bench eager -- "$@"
fi
exec cargo bench --profile "${PROFILE:-ci}" --locked --bench recognise -- "$@"
