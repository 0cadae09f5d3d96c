#!/bin/sh
# Draws the pictures of docs/guide.md by running its commands: scripts/pictures.sh [BRENIER]
set -eu
cd "$(dirname "$0")/.."
brenier=$(realpath "${1:-target/release/brenier}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r data "$folder"
# Lines of blocks marked `console` that begin with a dollar sign.
# A backslash at the end goes on with the next one.
sed -e ':a' -e '/\\$/{N;s/\\\n *//;ta' -e '}' docs/guide.md |
    awk '/^```/ {inside = /console/} inside && /^\$ brenier / {sub(/^\$ brenier /, ""); print}' |
    while read -r arguments; do
        # The words of a command line have no blanks.
        # shellcheck disable=SC2086
        (cd "$folder" && "$brenier" --quiet $arguments)
    done
for picture in $(sed -n 's|.*(img/guide/\(.*\)).*|\1|p' docs/guide.md); do
    cp "$folder/$picture" docs/img/guide/
done
