//! Files of a report folder: written beside, synced and renamed, with their size and SHA-256 kept for the data package.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::store::hex;

/// A folder of files under construction.
pub struct Folder {
    root: PathBuf,
    written: BTreeMap<String, Written>,
}

/// What stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Size.
    pub bytes: u64,
    /// SHA-256 in hex.
    pub sha256: String,
}

impl Folder {
    /// The folder `root`, created when it is missing.
    pub fn create(root: PathBuf) -> Result<Folder> {
        fs::create_dir_all(&root).map_err(|e| Error::io("create the folder", &root, &e))?;
        Ok(Folder { root, written: BTreeMap::new() })
    }

    /// Files written so far, by their path below the folder with `/`.
    pub fn written(&self) -> &BTreeMap<String, Written> {
        &self.written
    }

    /// Writes a file in one piece.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut file = self.start(name)?;
        file.write_all(bytes).map_err(|e| Error::io("write", &self.root.join(name), &e))?;
        self.finish(file)
    }

    /// Starts a file that is too large to be held; it does not exist under its name before [`Folder::finish`].
    pub fn start(&self, name: &str) -> Result<OpenFile> {
        let path = self.root.join(name);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(|e| Error::io("create the folder", folder, &e))?;
        let temporary = path.with_file_name(format!("{}.tmp", path.file_name().unwrap_or_default().to_string_lossy()));
        let file = File::create(&temporary).map_err(|e| Error::io("create", &temporary, &e))?;
        Ok(OpenFile { name: name.to_string(), path, temporary, file: BufWriter::with_capacity(1 << 17, file), hasher: Sha256::new(), bytes: 0 })
    }

    /// Gives a file its name, after its bytes are on the disk.
    pub fn finish(&mut self, mut open: OpenFile) -> Result<()> {
        let mut rename = || -> std::io::Result<()> {
            open.file.flush()?;
            open.file.get_ref().sync_all()?;
            fs::rename(&open.temporary, &open.path)
        };
        rename().map_err(|e| Error::io("write", &open.path, &e))?;
        self.written.insert(open.name, Written { bytes: open.bytes, sha256: hex(&open.hasher.finalize()) });
        Ok(())
    }

    /// Removes what an earlier report of the same period left below `sub` and this one did not write.
    pub fn remove_stale(&self, sub: &str) -> Result<()> {
        remove_below(&self.root, &self.root.join(sub), &self.written)
    }
}

fn remove_below(root: &Path, folder: &Path, written: &BTreeMap<String, Written>) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let path = entry.map_err(|e| Error::io("list", folder, &e))?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_below(root, &path, written)?;
            // Fails when it is not empty, which is what we want.
            let _ = fs::remove_dir(&path);
            continue;
        }
        let name = path.strip_prefix(root).map(|p| p.to_string_lossy().replace('\\', "/")).unwrap_or_default();
        let is_ours = ["csv", "html", "xlsx", "tmp"].iter().any(|e| path.extension().is_some_and(|x| x == *e));
        if is_ours && !written.contains_key(&name) {
            fs::remove_file(&path).map_err(|e| Error::io("remove the file of an earlier report", &path, &e))?;
        }
    }
    Ok(())
}

/// A file under its temporary name.
pub struct OpenFile {
    name: String,
    path: PathBuf,
    temporary: PathBuf,
    file: BufWriter<File>,
    hasher: Sha256,
    bytes: u64,
}

impl Write for OpenFile {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(buffer)?;
        self.hasher.update(&buffer[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// A folder name from a key of the user's data: ASCII letters and digits, everything else `-`, and a hash whenever that
/// changed anything, so that two keys never share a folder and none leaves its parent.
pub fn safe_name(key: &str) -> String {
    let mut name: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).take(40).collect();
    name = name.trim_matches('-').to_string();
    // Windows reserves these names whatever their case.
    let is_reserved = ["con", "prn", "aux", "nul"].contains(&name.as_str()) || (name.len() == 4 && (name.starts_with("com") || name.starts_with("lpt")));
    if name == key && !is_reserved && !name.is_empty() {
        return name;
    }
    let hash = hex(&Sha256::digest(key.as_bytes())[..4]);
    if name.is_empty() { hash } else { format!("{name}-{hash}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_and_apart() {
        assert_eq!(safe_name("1010"), "1010");
        let mut seen = std::collections::BTreeSet::new();
        for key in ["../../etc/passwd", "..", "", "/", "a/b", "a-b", "A-B", "Vård & omsorg", "Vard   omsorg", "con", "C:\\x", "\0", "é"] {
            let name = safe_name(key);
            assert!(!name.is_empty() && name.len() < 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{key:?} → {name}");
            assert!(seen.insert(name.clone()), "{key:?} → {name} twice");
        }
    }
}
