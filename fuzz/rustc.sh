#!/bin/sh
# Compiles with the given arguments, and adds libFuzzer's counters to our own code. Stable Rust has the passes,
# although not the option. A build script runs at once, and without libFuzzer.
case " $* " in *" build_script_build "*) exec "$@" ;; esac
case ${CARGO_PKG_NAME:-} in
  stratus | stratus-*)
    exec "$@" --cfg fuzzing -C passes=sancov-module -C llvm-args=-sanitizer-coverage-level=4 \
      -C llvm-args=-sanitizer-coverage-inline-8bit-counters -C llvm-args=-sanitizer-coverage-pc-table \
      -C llvm-args=-sanitizer-coverage-trace-compares ;;
  *) exec "$@" ;;
esac
