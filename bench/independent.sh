#!/usr/bin/env bash
# Measures the shipped generators with networks that this project had no part in, and writes docs/results.md.
# bench/independent.sh --help says which, and what else it can do. Needs a built trainer, FER2013, python3 and npm.
set -euo pipefail
SEVEN_FACES_BENCH_PROGRAM=independent/independent.py exec "$(dirname "$0")/run.sh" "$@"
