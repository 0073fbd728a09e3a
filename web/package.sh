#!/usr/bin/env bash
# Makes the npm package of the widget from a built site: `web/package.sh [dist] [folder]`, then `npm pack` in the folder.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
dist="${1:-$root/dist}"
folder="${2:-$root/dist-npm}"

[ -f "$dist/worker-cpu_bg.wasm" ] || { echo "$dist holds no built site: run 'trunk build --release' first." >&2; exit 1; }
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml")

rm -rf "$folder"
mkdir -p "$folder"
cp -R "$dist"/{seven-faces.js,seven-faces.d.ts,png.js,widget,engine.js,models} "$dist"/worker-{cpu,webgpu}* "$folder"
cp "$root/LICENSE" "$folder"
sed 's|\[\(web/[a-z.]*\)\](../web/[a-z.]*)|`\1` in the repository|' "$root/docs/embedding.md" >"$folder/README.md"
cat >"$folder/package.json" <<JSON
{
  "name": "seven-faces",
  "version": "$version",
  "description": "Faces of people who do not exist, with one of seven emotions, made by a GAN in the browser: a custom element and a headless API",
  "keywords": ["gan", "face", "emotion", "webgpu", "wasm", "custom-element"],
  "license": "MIT",
  "type": "module",
  "main": "./seven-faces.js",
  "types": "./seven-faces.d.ts",
  "exports": {
    ".": { "types": "./seven-faces.d.ts", "default": "./seven-faces.js" },
    "./*": "./*"
  },
  "files": ["seven-faces.js", "seven-faces.d.ts", "png.js", "widget", "engine.js", "worker-*", "models"],
  "sideEffects": ["./seven-faces.js"]
}
JSON
echo "$folder: version $version, $(du -sb "$folder" | cut -f1) bytes"
