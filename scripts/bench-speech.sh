#!/bin/bash
# Recognition as Stratus does it against the same library with whisper.cpp's command-line defaults, on the same models and
# sound, as ratios within one run: scripts/bench-speech.sh [tiny.en base.en small.en | FILE.bin ...]
# The names stand for generated models of random weights at those dimensions: they take a real one's time and hear nothing.
# A file of your own is measured with its own weights. THREADS=2 CALLS=12: other numbers than half the cores and 6.
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
