#!/usr/bin/env bash
# Measures the trainer on a GPU that is at hand for minutes, without network or compiler there.
#
#   bench/gpu.sh pack DIR IMAGES.zip          here: writes what the other machine needs into DIR, under 64 MB
#   bench/gpu.sh run DIR OUT SECONDS [OPTION...]   there: adapter and driver, the trainer for SECONDS with these options of
#       `train` (default: preset small), memory and load every ten seconds, then PyTorch's step with the same networks,
#       if python3 has PyTorch; leaves figures, the run with its checkpoint and its bundle in OUT, in pieces under 16 MiB
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# What Vulkan needs beside a driver in a bare container, as Debian's packages.
LOADER=(libvulkan1 libglvnd0 libegl1 libgl1 libglx0 libx11-6 libxcb1 libxau6 libxdmcp6 libxext6 libbsd0 libmd0)

pack() {
  local into=$1 images=$2 trainer="${CARGO_TARGET_DIR:-$here/../target}/debug/native-trainer"
  [ -x "$trainer" ] || { echo "$trainer is missing: run \`cargo build -p native-trainer\`" >&2; exit 1; }
  mkdir -p "$into/loader"
  strip -o "$into/native-trainer" "$trainer"
  xz -9 -f "$into/native-trainer"
  xz -6 -c "$images" > "$into/images.zip.xz"
  cp "$here"/{trainer,training_networks,game,tables}.py "$here/gpu.sh" "$into/"
  mkdir -p "$into/python"
  (cd "$here/../python/src" && find seven_faces -name '*.py' -exec cp --parents -t "$into/python" {} +)
  if command -v apt-get >/dev/null; then
    (cd "$into/loader" && apt-get download -qq "${LOADER[@]}" 2>/dev/null) || echo "no loader packed: Vulkan has to be there" >&2
  fi
  du -sh "$into"
}

# Lines with the time before them.
stamped() { while IFS= read -r line; do printf '%s %s\n' "$(date +%T)" "$line"; done; }

adapter() {
  if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
  fi
  grep -m1 'model name' /proc/cpuinfo
  echo "cores: $(nproc)"
}

load() {
  if command -v nvidia-smi >/dev/null; then
    nvidia-smi --query-gpu=memory.used,utilization.gpu,clocks.sm --format=csv,noheader
  fi
  { ps -C native-trainer -o rss=,%cpu= || true; } | awk '{print "resident " $1 " kB, processor " $2 " %"}'
}

# The driver and the loader, where the system has no loader of its own.
vulkan() {
  local work=$1 from=$2 package driver
  for package in "$from"/loader/*.deb; do
    [ -e "$package" ] && dpkg -x "$package" "$work/loader"
  done
  for driver in /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json; do
    [ -e "$driver" ] && export VK_DRIVER_FILES="$driver"
  done
  export LD_LIBRARY_PATH="$work/loader/usr/lib/x86_64-linux-gnu:/usr/local/nvidia/lib64:${LD_LIBRARY_PATH:-}"
}

torch_step() {
  python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null || {
    echo "skipped: python3 has no PyTorch that sees a GPU"
    return
  }
  local work=$1 from=$2 batch
  python3 - "$work/noise.csv" <<'P'
import random, sys

with open(sys.argv[1], "w") as file:
    file.write("emotion,pixels,Usage\n")
    for row in range(700):
        file.write(f"{row % 7},{' '.join(str(random.randrange(256)) for _ in range(2304))},Training\n")
P
  for batch in 32 128; do
    echo "PyTorch, the run's networks, batch $batch:"
    PYTHONPATH=$from/python timeout 30 python3 "$from/trainer.py" --data "$work/noise.csv" --options "$work"/runs/*/options.json \
      --device cuda --batch "$batch" --steps 200 2>&1 | tail -n 1
  done
}

measure() {
  local from out seconds=$3 work
  mkdir -p "$2"
  from=$(realpath "$1") out=$(realpath "$2") work=$(mktemp -d)
  shift 3
  [ $# -gt 0 ] || set -- --preset small
  xz -dc "$from/native-trainer.xz" > "$work/native-trainer"
  xz -dc "$from/images.zip.xz" > "$work/fer2013.zip"
  chmod +x "$work/native-trainer"
  vulkan "$work" "$from"
  adapter | tee "$out/adapter"
  cd "$work"
  # The trainer stops with a checkpoint at the interrupt; ticks come often, so that tuning and training are told apart.
  timeout -s INT "$seconds" ./native-trainer train --device wgpu --data fer2013.zip --out runs --images 10000000 \
    --set tick_images=2560 --set checkpoint_images=10000000 "$@" 2>&1 | stamped > "$out/train.log" &
  local trainer=$!
  while kill -0 "$trainer" 2>/dev/null; do
    sleep 10
    { load; tail -n 1 "$out/train.log"; } | paste -sd '|' | stamped | tee -a "$out/load.log"
  done
  torch_step "$work" "$from" 2>&1 | tee "$out/pytorch.log"
  local run
  for run in runs/*/; do
    [ -d "$run" ] || continue
    ./native-trainer export "$run" --to bundle >> "$out/train.log" 2>&1 || tail -n 1 "$out/train.log"
  done
  tar cf - runs bundle 2>/dev/null | split -b 15m - "$out/run.tar."
}

case "${1:-}" in
  pack) pack "$2" "$3" ;;
  run) shift && measure "$@" ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
