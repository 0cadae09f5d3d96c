#!/bin/sh
# Whole solves beside peers: `sh bench/solve.sh [SECONDS]` (most wall seconds of one run, 120 unless said). Prints one table.
#
# Peers come from PyPI into bench/build/venv: `sdot` (Newton's method on power diagrams; it needs Python 3.12 or newer) and POT
# (`ot.semidiscrete`, averaged stochastic gradients). Where there is no such Python, or no network, their rows are left out with a message.
set -eu
cd "$(dirname "$0")/.."
limit=${1:-120}

cargo build --release --quiet --bin brenier
venv=bench/build/venv
if [ ! -x "$venv/bin/pip" ]; then
    mkdir -p bench/build
    for candidate in python3.14 python3.13 python3.12 python3; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -m venv "$venv" >/dev/null 2>&1; then break; fi
    done
fi
if [ -x "$venv/bin/pip" ]; then
    for package in numpy sdot jax POT multivoro pyvoro2; do
        if ! "$venv/bin/pip" install --quiet "$package" >/dev/null 2>&1; then
            echo "bench: $package cannot be installed for $("$venv/bin/python" --version); its rows are left out" >&2
        fi
    done
    python="$venv/bin/python"
else
    echo "bench: no Python 3 with venv (Debian's python3-venv); the peers' rows are left out" >&2
    python=python3
fi
"$python" bench/solve.py "${CARGO_TARGET_DIR:-target}/release/brenier" bench/build "$limit"
"$python" bench/space.py "${CARGO_TARGET_DIR:-target}/release/brenier" bench/build
