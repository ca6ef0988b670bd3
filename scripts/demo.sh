#!/bin/bash
# Builds Stratus and flies the demo: a short flight that you can hear. Arguments go to `stratus demo`: --fast, --seed N.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
need_packages build
need_cargo
# The headers of the desktop, X and sound servers are not needed: the demo plays if there is a speaker, and runs without one.
cargo build --profile ci --locked --bin stratus
exec "${CARGO_TARGET_DIR:-target}/ci/stratus" demo "$@"
