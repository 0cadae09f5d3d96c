#!/bin/sh
# The demo: a mountain, flattened so that every piece keeps its true area. Writes everything to
# demo-out/.
set -eu
cd "$(dirname "$0")/.."
out=demo-out
mkdir -p "$out"

echo "building brenier (the first time takes some minutes, mostly for the big-number library GMP) ..."
cargo build --release --locked --bin brenier --example mountain_problem
bin="${CARGO_TARGET_DIR:-target}/release"

cat <<'TEXT'

1. The problem
   A mountain seen from above hides part of its surface: steep slopes look narrow. We ask for the map that spreads the
   mountain evenly over the unit square: each of its 25,600 vertices gets a cell whose area is the vertex's share of
   the surface (to at least ten digits), and the squared distance travelled between the square and the view from
   above is the least possible.
TEXT
"$bin/examples/mountain_problem" data/disk_mountain.obj "$out/mountain.json"

printf '\n2. The solution\n'
"$bin/brenier" solve "$out/mountain.json" -o "$out/mountain.solution.json" --tol 1e-10 --plot "$out/mountain.svg"

printf '\n3. The proof: everything computed afresh from the files, in exact arithmetic\n'
"$bin/brenier" check "$out/mountain.solution.json" --problem "$out/mountain.json"

cat <<TEXT

The picture  $out/mountain.svg (open it in a browser): the unit square cut into one cell per vertex; large bright cells are
             the steep slopes, which the view from above had squeezed together
The problem  $out/mountain.json
The solution $out/mountain.solution.json (heights, cell masses, centroids, transport cost, report)
Data: "mountain" by lastloginname (thingiverse 991578), CC BY 4.0; see data/SOURCES.md
TEXT
