#!/bin/bash
# Recognition as Stratus does it against the same library with whisper.cpp's command-line defaults, on the same models and
# sound, as ratios within one run: scripts/bench-speech.sh [tiny.en base.en small.en | FILE.bin ...]
# The names stand for generated models of random weights at those dimensions: they take a real one's time and hear nothing.
# A file of your own is measured with its own weights. THREADS=2 CALLS=12: other numbers than half the cores and 6.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
need_packages build
need_cargo
exec cargo bench --profile "${PROFILE:-ci}" --locked --bench recognise -- "$@"
