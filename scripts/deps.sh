#!/bin/sh
# Looks for what the build needs beside Rust's crates. GMP, under the crate rug, is compiled from
# source and its configure script wants m4; m4 alone is installed when missing, because it is small
# and easily overlooked. With --browser, also chromium and chromedriver, for the test of pages; that
# test does without where they cannot be had. Prints nothing when all is there; otherwise one line
# per missing thing, and status 1.
set -u

missing=0
complain() {
    echo "missing: $1" >&2
    missing=1
}
have() { command -v "$1" >/dev/null 2>&1; }

# Installs packages where apt can. Fresh container images come without package lists: they are
# fetched only when the first try fails.
install() {
    have apt-get || return 1
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then
        # Without a terminal nobody could type a password: fail at once instead of waiting.
        if [ -t 0 ]; then as_root="sudo"; else as_root="sudo -n"; fi
    fi
    try() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1; }
    try "$@" || { $as_root apt-get update -qq >/dev/null 2>&1 && try "$@"; }
}

have cargo || complain "cargo (Rust); see https://rustup.rs"
have make || complain "make"
have cc || have gcc || have clang || complain "a C compiler (cc, gcc or clang)"

if ! have m4; then
    echo "m4 is missing (GMP's build needs it); installing it with apt-get" >&2
    install m4 || true
    have m4 || complain "m4 (GNU m4, needed to build GMP); install it with your package manager"
fi

if [ "${1:-}" = --browser ] && ! have chromedriver; then
    echo "chromedriver is missing (pages are tried in a real browser); installing chromium and chromium-driver with apt-get" >&2
    install chromium chromium-driver || true
    have chromedriver || echo "chromium and chromium-driver cannot be installed here; pages will not be tried in a browser" >&2
fi

exit "$missing"
