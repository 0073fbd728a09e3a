#!/usr/bin/env bash
# Installs the peers outside the checkout, then measures everything and writes docs/performance.md.
# bench/run.sh --help says what else it can do. Needs a built site and trainer, Chromium, python3 and npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

export SEVEN_FACES_BENCH_DIR="${SEVEN_FACES_BENCH_DIR:-$HOME/.cache/seven-faces/bench}"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$here/../target}"
export PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH="$here/../python/src" # the package as it is in this checkout
folder=$SEVEN_FACES_BENCH_DIR
python=$folder/venv/bin/python
mkdir -p "$folder"

# Installs anew when a list of packages has changed.
if ! cmp -s "$here/requirements.txt" "$folder/requirements.txt"; then
  echo "== installing Python peers into $folder/venv (5 GB)" >&2
  [ -x "$python" ] || python3 -m venv "$folder/venv"
  "$python" -m pip install --quiet --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$folder/"
fi
if ! cmp -s "$here/package.json" "$folder/package.json" || [ ! -d "$folder/node_modules" ]; then
  echo "== installing browser peers into $folder/node_modules" >&2
  cp "$here/package.json" "$folder/"
  npm install --prefix "$folder" --no-audit --no-fund --ignore-scripts --silent >&2
fi

exec "$python" "$here/${SEVEN_FACES_BENCH_PROGRAM:-bench.py}" "$@"
