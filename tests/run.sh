#!/usr/bin/env bash
# Installs what is missing on Debian or Ubuntu, builds everything and runs all tests.
# From nothing this takes under an hour on two cores; with a warm target directory, minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

TRUNK=0.21.14 # 0.22 needs a newer Rust than this workspace
GECKODRIVER=0.37.1
NODE=22 # for the examples, where the system's is older than 20.19
WASM_BINDGEN=$(sed -n 's/^wasm-bindgen = "=\(.*\)"$/\1/p' Cargo.toml)

say() { printf '\n== %s\n' "$*"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  local missing=()
  command -v cc >/dev/null || missing+=(gcc libc6-dev)
  command -v chromium >/dev/null || missing+=(chromium)
  command -v chromedriver >/dev/null || missing+=(chromium-driver)
  command -v firefox-esr >/dev/null || command -v firefox >/dev/null || missing+=(firefox-esr)
  command -v npm >/dev/null || missing+=(npm) # for axe-core, the accessibility audit, and web/examples
  command -v zip >/dev/null || missing+=(zip)
  compgen -G '/usr/lib/*/libEGL.so.1' >/dev/null || missing+=(libegl1 libgl1-mesa-dri)
  compgen -G '/usr/lib/*/libvulkan.so.1' >/dev/null || missing+=(libvulkan1)
  [ "${#missing[@]}" = 0 ] && return
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Quickly built rather than quick: each runs for seconds.
cargo_install() {
  say "installing $1 $3"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install "$@" --force
}

# Its files are asked for, not rustup's list: a target whose files were lost is still listed.
install_wasm_target() {
  local target=wasm32-unknown-unknown
  compgen -G "$(rustc --print target-libdir --target $target)/libstd-*.rlib" >/dev/null && return
  say "installing the target $target"
  rustup target remove $target 2>/dev/null || true
  rustup target add $target
}

install_rust_tools() {
  command -v cargo >/dev/null || {
    echo "Rust is missing: install it from https://rustup.rs and run this again." >&2
    exit 1
  }
  install_wasm_target
  if ! trunk --version 2>/dev/null | grep -qF "$TRUNK"; then
    cargo_install trunk --version "$TRUNK" --locked --no-default-features
  fi
  if ! wasm-bindgen --version 2>/dev/null | grep -qF "$WASM_BINDGEN"; then
    # Its own lock file names a crate version that is not published: resolve anew.
    cargo_install wasm-bindgen-cli --version "$WASM_BINDGEN"
  fi
  if ! geckodriver --version 2>/dev/null | grep -qF "$GECKODRIVER"; then
    cargo_install geckodriver --version "$GECKODRIVER" --locked
  fi
}

# Debian 12 and Ubuntu 24.04 have Node 18; npm has all of them.
install_node() {
  local folder="$HOME/.cache/seven-faces/node"
  export PATH="$folder/node_modules/node/bin:$PATH"
  node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major * 100 + +minor >= 2019 ? 0 : 1)' && return
  say "installing Node $NODE"
  npm install --prefix "$folder" --no-audit --no-fund "node@$NODE" >/dev/null
}

# Tests the Python package as it is installed, outside the checkout. PyTorch, 5 GB, is not installed for it: what needs it is
# tested where python3 has it.
test_python_package() {
  local reason environment="$HOME/.cache/seven-faces/python"
  reason=$(python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11) and sys.version)' 2>&1) || {
    echo "skipped: the Python package needs python3 3.11 or newer with venv, and this one says: ${reason##*$'\n'}"
    return
  }
  [ -x "$environment/bin/python" ] || python3 -m venv --system-site-packages "$environment"
  local install=("$environment/bin/python" -m pip install --quiet --disable-pip-version-check)
  # First as it is now, whatever its version, then what it needs.
  if ! "${install[@]}" --force-reinstall --no-deps ./python || ! "${install[@]}" './python[test]'; then
    echo "skipped: what the Python package's tests need cannot be installed"
    return
  fi
  "$environment/bin/python" -m pytest --quiet -p no:cacheprovider python/tests
}

install_packages
install_rust_tools
install_node

say "formatting and lints"
cargo fmt --all --check
# A newer Rust knows lints that this one does not: those are shown, and fail nothing.
rust=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
case "$(rustc --version)" in
  "rustc $rust."*) cargo clippy --locked --all-targets -- -D warnings ;;
  *)
    echo "The lints are those of Rust $rust, this is $(rustc --version): warnings do not fail."
    cargo clippy --locked --all-targets
    ;;
esac

say "the Python package"
test_python_package

say "building the page"
trunk build --release

say "tests"
SEVEN_FACES_REQUIRE_BROWSER=1 cargo test --locked --no-fail-fast

say "what a release holds"
release=$(mktemp -d)
trap 'rm -rf "$release"' EXIT
SEVEN_FACES_DIST=dist ./release.sh all "$release"
tests/release.sh "$release"
