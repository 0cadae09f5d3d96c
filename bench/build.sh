#!/bin/sh
# Builds CGAL's side of the benchmark into bench/build: cgal_regular (-O3 -march=x86-64, the instruction set that brenier
# and the Rust peers are compiled for) and cgal_regular_native (-O3 -march=native, 10-20 % faster in a first measurement;
# brenier has to hold against that one too), and cgal_regular3, its side in space. Without CGAL's headers it asks apt for
# them; where that cannot be done it says so in one line and leaves with status 1.
set -eu
cd "$(dirname "$0")"
mkdir -p build

if ! command -v g++ >/dev/null 2>&1; then
    echo "bench: g++ is missing; install it to compare with CGAL" >&2
    exit 1
fi

have_cgal() {
    printf '#include <CGAL/version.h>\n#include <gmp.h>\n#include <mpfr.h>\nint main() {}\n' |
        g++ -std=c++17 -fsyntax-only -x c++ - 2>/dev/null
}

if ! have_cgal; then
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi
    if command -v apt-get >/dev/null 2>&1; then
        $as_root apt-get update -qq >&2 || true
        $as_root apt-get install -y -qq --no-install-recommends libcgal-dev libgmp-dev libmpfr-dev >&2 || true
    fi
fi
if ! have_cgal; then
    echo "bench: CGAL's headers are missing (Debian's libcgal-dev with libgmp-dev and libmpfr-dev); install them to compare with CGAL" >&2
    exit 1
fi

# -frounding-math is what CGAL's own build files ask of gcc for interval arithmetic; GMP and MPFR serve its exact stage.
compile() {
    output=$1
    source=$2
    shift 2
    if [ -x "build/$output" ] && [ -z "$(find "$source" cgal_common.hpp build.sh -newer "build/$output")" ]; then return; fi
    g++ -std=c++17 -O3 "$@" -DNDEBUG -frounding-math -DCGAL_USE_GMP -DCGAL_USE_MPFR "$source" \
        -o "build/$output.part" -lmpfr -lgmp
    mv "build/$output.part" "build/$output"
}
compile cgal_regular cgal_regular.cpp -march=x86-64
compile cgal_regular_native cgal_regular.cpp -march=native
compile cgal_regular3 cgal_regular3.cpp -march=x86-64
