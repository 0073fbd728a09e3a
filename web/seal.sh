#!/bin/sh
# Seals a deployment; trunk runs it when the site is built. It names the deployment after the contents of its
# files, writes that name into index.html and sw.js, and the list of files with their hashes into sw.js, so that
# no cache ever mixes the files of two deployments; and the engines' sizes into engine.js.
set -eu
cd "$TRUNK_STAGING_DIR"

if command -v sha256sum >/dev/null; then hash() { sha256sum "$@"; }; else hash() { shasum -a 256 "$@"; }; fi

# What a visit needs, and nothing else that may lie in the folder: the widget is for visits to other pages, and the program that
# trains is fetched by who trains.
files() {
  for file in index.html *.js *.wasm *.css *.svg *.png *.webmanifest models/*/manifest.json models/*/*.safetensors classifier/*; do
    case "$file" in sw.js | seven-faces.js | worker-train*) continue ;; esac
    [ -f "$file" ] && echo "$file"
  done
}

replace() { sed "$1" "$2" >"$2.sealed" && mv "$2.sealed" "$2"; }
# A compressed transfer does not say how much will come out of it.
sizes=$(for file in *_bg.wasm; do echo "\"$file\":$(($(wc -c <"$file"))),"; done | tr -d '\n')
replace "s|/\*@sizes@\*/|$sizes|" engine.js

version=$(for file in $(files) sw.js; do hash "$file"; done | hash | cut -c1-12)
replace "s/@version@/$version/" index.html
replace "s/@version@/$version/" sw.js
replace "s/@version@/$version/" widget/engine-queue.js
list=$(for file in $(files); do hash "$file" | awk -v file="$file" '{ printf "[\"%s\",\"%s\"],", file, $1 }'; done)
replace "s|/\*@files@\*/|$list|" sw.js
