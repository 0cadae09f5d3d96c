#!/bin/sh
# Runs every fuzz target for the given number of seconds (60 unless said):
# `sh scripts/fuzz.sh [SECONDS] [TARGET...]`.
#
# Builds the targets itself with the flags that libFuzzer needs, so that a nightly toolchain is
# enough and cargo-fuzz need not be installed. Earlier finds in fuzz/regressions/TARGET are replayed
# first. A new find stays in fuzz/artifacts/TARGET, and this stops with status 1.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ "$#" -gt 0 ] && shift

if [ ! -f fuzz/Cargo.toml ]; then
    echo "fuzz: there is no fuzz/Cargo.toml" >&2
    exit 1
fi
if ! cargo +nightly --version >/dev/null 2>&1; then
    echo "fuzz: a nightly toolchain is missing; install it with: rustup toolchain install nightly" >&2
    exit 1
fi

# Naming the target explicitly keeps the instrumentation out of build scripts and procedural macros.
host=$(rustc +nightly -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
coverage="$coverage -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
RUSTFLAGS="$coverage -Zsanitizer=address --cfg fuzzing -Cdebug-assertions" \
    cargo +nightly build --release --manifest-path fuzz/Cargo.toml --target-dir fuzz/target --target "$host" --bins

if [ "$#" -eq 0 ]; then
    for source in fuzz/fuzz_targets/*.rs; do set -- "$@" "$(basename "$source" .rs)"; done
fi
for target in "$@"; do
    program="fuzz/target/$host/release/$target"
    mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target"
    echo "== $target"
    for find in "fuzz/regressions/$target"/*; do
        if [ -f "$find" ]; then "$program" -verbosity=0 "$find"; fi
    done
    "$program" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=4096 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="fuzz/artifacts/$target/" "fuzz/corpus/$target"
done
