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
mkdir -p htmx && cp "$work/package/LICENSE" htmx/
# The small one comes as a script only: a line makes it a module, as their own htmx.esm.js ends.
{ cat "$work/package/dist/htmx.min.js"; printf '\nexport default htmx\n'; } > htmx/htmx.min.js

fetch @hotwired/stimulus 3
mkdir -p stimulus && cp "$work/package/dist/stimulus.js" stimulus/
cp "$work/package/LICENSE.md" stimulus/LICENSE

fetch @fontsource-variable/hanken-grotesk 5
mkdir -p font && cp "$work/package/LICENSE" font/
cp "$work"/package/files/*-latin-wght-normal.woff2 font/latin.woff2
cp "$work"/package/files/*-latin-ext-wght-normal.woff2 font/latin-ext.woff2
# The same for papers; fontTools and brotli are among what `make run` installs.
fonts=../../omnistore/fonts
mkdir -p "$fonts" && cp "$work/package/LICENSE" "$fonts/"
../../.venv/bin/python paper_font.py "$work/package/files" "$fonts"

# Its reader's script and wasm belong together: a wasm of another version crashes it. The wasm is
# built from zxing-cpp, whose licence does not come in the package: LICENSE-zxing-cpp stays.
fetch zxing-wasm 3
mkdir -p zxing && cp "$work/package/dist/iife/reader/index.js" zxing/reader.js
cp "$work/package/dist/reader/zxing_reader.wasm" zxing/reader.wasm
cp "$work/package/LICENSE" zxing/

# Draws QR codes on the customer's phone, whose codes change while it has no network.
fetch uqr 0.1
mkdir -p uqr && cp "$work/package/dist/index.mjs" uqr/uqr.js
cp "$work/package/LICENSE" uqr/
