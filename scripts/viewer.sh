#!/bin/sh
# Bundles viewer/src and what it uses of three.js into src/plot/html/viewer.js, which is kept in the
# repository: building brenier needs no node. The versions are those of viewer/package-lock.json,
# and the same sources give the same bytes. With --check, says whether the bundle in the repository
# is that of the sources, and writes nothing.
set -eu
cd "$(dirname "$0")/../viewer"
command -v npm >/dev/null 2>&1 || { echo "missing: npm (Node.js 18 or later), needed to bundle the viewer" >&2; exit 1; }

npm ci --silent --no-fund --no-audit
node --test src
if [ "${1:-}" = --check ]; then
    fresh="$(mktemp)"
    trap 'rm -f "$fresh"' EXIT
    node build.mjs "$fresh" >/dev/null
    cmp -s "$fresh" ../src/plot/html/viewer.js || { echo "src/plot/html/viewer.js is not the bundle of viewer/src; run scripts/viewer.sh" >&2; exit 1; }
    echo "src/plot/html/viewer.js is the bundle of viewer/src"
else
    node build.mjs
fi
