#!/usr/bin/env bash
# Measures what generated faces are worth to other people's classifiers, and writes docs/balance.md.
# bench/balance.sh --help says how, and what else it can do. Needs FER2013 and python3; a GPU for more than a look.
set -euo pipefail
SEVEN_FACES_BENCH_PROGRAM=balance/balance.py exec "$(dirname "$0")/run.sh" "$@"
