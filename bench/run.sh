#!/bin/sh
# The benchmark against peers: `sh bench/run.sh [RUNS] [N]` (3 runs, 1,000,000 sites unless said). Prints one table of CPU seconds.
# Everything it builds or writes lies in bench/build. Leave the machine alone meanwhile: CPU time, too, suffers from a
# neighbour that fills the caches.
set -eu
cd "$(dirname "$0")/.."
runs=${1:-3}
n=${2:-1000000}

cgal=-
if sh bench/build.sh; then cgal=bench/build; fi
cargo build --release --quiet --bin brenier
cargo build --release --quiet --manifest-path bench/peers/Cargo.toml --target-dir bench/build/target
tools=bench/build/target/release
"$tools/generate" bench/build/inputs "$n"
"$tools/compare" bench/build/inputs "$cgal" "${CARGO_TARGET_DIR:-target}/release/brenier" "$runs"
