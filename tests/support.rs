//! What several test modules need: scratch folders, the sample workspace, the corpus when it is there.

#![allow(dead_code, reason = "each helper serves some of the modules")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own for one test, removed when dropped.
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new empty folder whose name begins with `name`.
    pub fn new(name: &str) -> Scratch {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::temp_dir().join(format!("spendtrace-{name}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&folder).expect("the temporary folder is writable");
        Scratch(folder)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The root of the project.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of real files beside the project; `None`, with the reason printed, where there is none.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SPENDTRACE_CORPUS").map_or_else(|| project().join("../shared/corpus"), PathBuf::from).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: the corpus folder {name} is not beside the project");
    None
}

/// Copies a folder with everything in it but `out`.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the scratch folder is writable");
    for entry in std::fs::read_dir(from).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let target = to.join(path.file_name().expect("entries have names"));
        if path.is_dir() {
            if path.file_name().is_some_and(|n| n != "out") {
                copy_folder(&path, &target);
            }
        } else {
            std::fs::copy(&path, &target).expect("the scratch folder is writable");
        }
    }
}

/// Unpacks a tar.zst of the corpus into a folder.
pub fn unpack(archive: &Path, into: &Path) {
    let status = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!("zstd -dc '{}' | tar -xf - -C '{}'", archive.display(), into.display()))
        .status()
        .expect("sh runs");
    assert!(status.success(), "{} can be unpacked", archive.display());
}
