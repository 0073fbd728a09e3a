#!/usr/bin/env bash
# Makes what a release holds, in the folder OUT (release/ unless named):
#
#   ./release.sh trainer [OUT]   the trainer of this machine, stripped, with its classifier, as .tar.gz (.zip on Windows)
#   ./release.sh site [OUT]      the site as .zip, for any static host, and the widget's npm package
#   ./release.sh sums [OUT]      SHA256SUMS of what is there
#   ./release.sh [all] [OUT]     all of it
#
# File names hold the version and the trainer's target, nothing else. SEVEN_FACES_DIST names a site that is built already.
set -euo pipefail
root="$(cd "$(dirname "$0")" && pwd)"
cd "$root"

what="${1:-all}"
mkdir -p "${2:-release}"
out="$(cd "${2:-release}" && pwd)"
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "release.sh: $*" >&2
  exit 1
}

# A zip archive of a folder in $work, by whatever is there.
zipped() {
  rm -f "$out/$1.zip"
  cd "$work"
  if command -v zip >/dev/null; then
    zip -qr -X "$out/$1.zip" "$1"
  elif command -v 7z >/dev/null; then
    7z a -bso0 "$out/$1.zip" "$1"
  elif command -v python3 >/dev/null; then
    python3 -m zipfile -c "$out/$1.zip" "$1"
  else
    fail "found neither zip, 7z nor python3 to write $1.zip: install one of them"
  fi
  cd "$root"
}

# The native profile is dev (Cargo.toml says why). Stripping leaves 111 of 154 MB, which pack to 32.
trainer() {
  local target name program
  target=$(rustc -vV | sed -n 's/^host: //p')
  name="seven-faces-trainer-$version-$target"
  program=native-trainer
  case "$target" in *-windows-*) program=native-trainer.exe ;; esac
  cargo build --locked -p native-trainer

  mkdir -p "$work/$name/classifiers"
  cp "${CARGO_TARGET_DIR:-target}/debug/$program" "$work/$name/"
  case "$target" in
    *-msvc) ;; # its symbols are in a file of their own
    *-apple-*) strip "$work/$name/$program" && codesign --force --sign - "$work/$name/$program" ;;
    *) strip "$work/$name/$program" ;;
  esac
  cp -R native-trainer/classifiers/fer2013 "$work/$name/classifiers/"
  cp -R web/assets/models "$work/$name/models"
  cp -R native-trainer/discriminators "$work/$name/discriminators"
  git rev-parse --short=12 HEAD >"$work/$name/commit" # for the manifests that the program writes
  cp LICENSE docs/train-help.txt "$work/$name/"
  cp docs/release.md "$work/$name/README.md"
  case "$target" in
    *-windows-*) zipped "$name" ;;
    *) tar -C "$work" -czf "$out/$name.tar.gz" "$name" ;;
  esac
}

site() {
  local dist="${SEVEN_FACES_DIST:-}"
  if [ -z "$dist" ]; then
    trunk build --release
    dist=dist
  fi
  [ -f "$dist/index.html" ] || fail "$dist holds no built site: run trunk build --release, or leave SEVEN_FACES_DIST out"
  mkdir "$work/seven-faces-site-$version"
  cp -R "$dist/." "$work/seven-faces-site-$version/"
  zipped "seven-faces-site-$version"
  web/package.sh "$dist" "$work/npm"
  (cd "$work/npm" && npm pack --silent --pack-destination "$out")
}

sums() {
  cd "$out"
  local hash=(sha256sum)
  command -v sha256sum >/dev/null || hash=(shasum -a 256)
  rm -f SHA256SUMS
  "${hash[@]}" -- seven-faces-* >"$work/SHA256SUMS" || fail "$out holds nothing of a release"
  mv "$work/SHA256SUMS" .
  cat SHA256SUMS
  cd "$root"
}

case "$what" in
  trainer | site) "$what" && sums ;;
  sums) sums ;;
  all) trainer && site && sums ;;
  *) fail "'$what' is no part of a release: expected trainer, site, sums or all" ;;
esac
