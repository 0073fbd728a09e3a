//! Leaves function names out of the wasm files: a quarter of the download, and no visitor reads them.
//! Cargo's own `strip` would also take `target_features`, from which wasm-bindgen learns what it may emit.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-bins=--strip-all");
        println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    }
}
