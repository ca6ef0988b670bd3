#!/bin/bash
# Fuzzes everything that Stratus reads from outside: scripts/fuzz.sh MINUTES [TARGET ...]
# Each target (fuzz/targets) runs that long, two at a time, from the project's own cases and the corpus of earlier
# runs (fuzz/corpus). Findings are saved in fuzz/findings, and the script fails. libFuzzer comes with its crate; no
# nightly compiler is needed.
set -eu
cd "$(dirname "$0")/.."
. scripts/packages.sh
need_packages build
need_cargo
minutes=${1:?how many minutes for each target}; shift
[ $# -gt 0 ] || set -- $(cd fuzz/targets && ls -- *.rs | sed 's/\.rs$//')
target=${CARGO_TARGET_DIR:-target}/fuzz
RUSTC_WRAPPER=$PWD/fuzz/rustc.sh cargo build --release --manifest-path fuzz/Cargo.toml --target-dir "$target"
rm -rf fuzz/seeds; python3 fuzz/seeds.py fuzz/seeds
mkdir -p fuzz/findings

one() {
  mkdir -p "fuzz/corpus/$1" "fuzz/seeds/$1"
  nice -n 5 "$target/release/$1" -max_total_time=$(( minutes * 60 )) -timeout=5 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
    -dict=fuzz/seeds/words.dict -artifact_prefix="fuzz/findings/$1-" "fuzz/corpus/$1" "fuzz/seeds/$1" > "fuzz/findings/$1.log" 2>&1
}
failed=0 all=0 found=0 targets=0
while [ $# -gt 0 ]; do
  names=("$1"); [ $# -lt 2 ] || names+=("$2")
  shift ${#names[@]}
  pids=()
  for n in "${names[@]}"; do one "$n" & pids+=($!); done
  for i in "${!names[@]}"; do
    rc=0; wait "${pids[$i]}" || rc=$?
    log=fuzz/findings/${names[$i]}.log
    runs=$(awk '/number_of_executed_units/ {print $2}' "$log"); runs=${runs:-0}
    all=$((all + runs)) targets=$((targets + 1)); [ $rc = 0 ] || found=$((found + 1))
    echo "${names[$i]}: $(awk '/number_of_executed_units/ {print $2}' "$log") runs in $minutes min, coverage $(grep -oE 'cov: [0-9]+' "$log" | tail -1 | cut -d' ' -f2), $([ $rc = 0 ] && echo "no finding" || echo "FINDING, see $log")"
    [ $rc = 0 ] || failed=1
  done
done
echo "$targets targets, $all runs, $found with a finding: $([ $failed = 0 ] && echo passed || echo FAILED)"
exit $failed
