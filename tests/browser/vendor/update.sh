#!/bin/sh
# Brings axe-core, which only the tests load, into this folder with its licence; run it by hand.
# Only npm's own client talks to the registry, whichever it is set to.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tarball=$(npm pack --silent --pack-destination "$work" axe-core@4)
tar -xzf "$work/$tarball" -C "$work"
cp "$work/package/axe.min.js" "$work/package/LICENSE" .
echo "axe-core $(node -p "require('$work/package/package.json').version")" > VERSIONS
