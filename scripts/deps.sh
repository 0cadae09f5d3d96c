#!/bin/sh
# Looks for what the build needs beside Rust's crates. GMP, under the crate rug, is compiled from source and its
# configure script wants m4; m4 alone is installed when missing, because it is small and easily overlooked.
# Prints nothing when all is there; otherwise one line per missing thing, and status 1.
set -u

missing=0
complain() {
    echo "missing: $1" >&2
    missing=1
}
have() { command -v "$1" >/dev/null 2>&1; }

have cargo || complain "cargo (Rust); see https://rustup.rs"
have make || complain "make"
have cc || have gcc || have clang || complain "a C compiler (cc, gcc or clang)"

if ! have m4; then
    if have apt-get; then
        as_root=""
        if [ "$(id -u)" -ne 0 ]; then
            # Without a terminal nobody could type a password: fail at once instead of waiting.
            if [ -t 0 ]; then as_root="sudo"; else as_root="sudo -n"; fi
        fi
        echo "m4 is missing (GMP's build needs it); installing it with apt-get" >&2
        install_m4() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends m4 >/dev/null 2>&1; }
        # Fresh container images come without package lists: fetch them only when the first try fails.
        install_m4 || { $as_root apt-get update -qq >/dev/null 2>&1 && install_m4; } || true
    fi
    have m4 || complain "m4 (GNU m4, needed to build GMP); install it with your package manager"
fi

exit "$missing"
