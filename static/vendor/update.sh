#!/bin/sh
# Brings the front-end packages named here into this folder, each with its licence; run it by hand.
# Only npm's own client talks to the registry, whichever it is set to.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # package, version range → $work/package
  rm -rf "$work/package"
  tarball=$(npm pack --silent --pack-destination "$work" "$1@$2")
  tar -xzf "$work/$tarball" -C "$work"
  version=$(node -p "require('$work/package/package.json').version")
  echo "$1 $version" >> VERSIONS
}

: > VERSIONS
fetch htmx.org 2
mkdir -p htmx && cp "$work/package/dist/htmx.esm.js" "$work/package/LICENSE" htmx/

fetch @hotwired/stimulus 3
mkdir -p stimulus && cp "$work/package/dist/stimulus.js" stimulus/
cp "$work/package/LICENSE.md" stimulus/LICENSE

fetch @fontsource-variable/atkinson-hyperlegible-next 5
mkdir -p font && cp "$work/package/LICENSE" font/
cp "$work"/package/files/*-latin-wght-normal.woff2 font/latin.woff2
cp "$work"/package/files/*-latin-ext-wght-normal.woff2 font/latin-ext.woff2
