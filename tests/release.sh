#!/usr/bin/env bash
# Tries a packed trainer as somebody who downloaded it: `tests/release.sh FOLDER`, which release.sh has written. In an empty folder
# and an empty environment it is unpacked, trains on synthetic faces, continues, samples, exports and measures.
set -euo pipefail
folder="$(cd "${1:?the folder that release.sh wrote}" && pwd)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

archives=("$folder"/seven-faces-trainer-*)
[ "${#archives[@]}" = 1 ] && [ -f "${archives[0]}" ] || {
  echo "expected one seven-faces-trainer-* in $folder, found: ${archives[*]}" >&2
  exit 1
}
case "${archives[0]}" in
  *.zip) if command -v unzip >/dev/null; then unzip -q "${archives[0]}"; else 7z x -bso0 "${archives[0]}"; fi ;;
  *) tar -xzf "${archives[0]}" ;;
esac
program=$(echo "$PWD"/seven-faces-trainer-*)/native-trainer
mkdir elsewhere
cd elsewhere # not where the program lies

trainer() {
  # Windows starts no program without its own variables.
  case "$(uname -s)" in
    Linux | Darwin) env -i "$program" "$@" ;;
    *) "$program" "$@" ;;
  esac
}

trainer --version
trainer --preset tiny --images 200 --batch 8 --device cpu | tee said
grep -q " sample --bundle runs" said # the next command
trainer resume runs/00000-acgan-synthetic --images 240 --device cpu
trainer export runs/00000-acgan-synthetic --to page
trainer sample --bundle page --count 2 --out faces --grid grid.png --device cpu
[ -f faces/happy/1.png ] && [ -f grid.png ]

# Held-out faces of another name: the classifier beside the program is found, and what does not fit is said.
for emotion in angry disgust fear happy sad surprise neutral; do
  for split in train test; do
    mkdir -p "data/$split/$emotion"
    cp faces/$emotion/*.png "data/$split/$emotion/"
    cp faces/happy/0.png "data/$split/$emotion/$split.png"
  done
  rm "data/test/$emotion"/[01].png
done
trainer data --data data
trainer sample --bundle page --count 9 --seed 100 --out data/test --device cpu
trainer eval --bundle page --data data --device cpu >figures 2>notes
grep -qF "classifier $(dirname "$program")/classifiers/fer2013" notes
grep -q "warning  the bundle was trained on other images" notes
grep -q "frechet distance" figures
echo "the packed trainer trains, continues, exports, samples and measures"
