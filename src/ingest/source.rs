//! Finding the files of a source, looking inside containers, and hashing what will be read.
//!
//! A file is named by the SHA-256 of its content after decompression: the same ledger renamed, gzipped or put in a zip is the
//! same file, and reading it again changes nothing.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::encoding::ByteProfile;
use crate::config::Source;
use crate::error::{Error, Result};
use crate::store::hex;

/// Largest growth by decompression beyond the first [`BOMB_FLOOR`] bytes; text exports reach 30.
const RATIO_MAX: u64 = 200;
const BOMB_FLOOR: u64 = 64 << 20;
/// Most entries of a zip that are looked at.
const ZIP_ENTRIES_MAX: usize = 10_000;
/// Bytes that are read at a time when a file is hashed.
const SCAN_BYTES: u64 = 1 << 20;

/// One thing to read: a file, or an entry of a zip.
#[derive(Debug)]
pub struct Input {
    /// Path for people: relative to the workspace, with `/`; an entry of a zip stands behind `!`.
    pub path: String,
    file: PathBuf,
    container: Container,
}

#[derive(Debug, Clone)]
enum Container {
    Plain,
    Gzip,
    Zstd,
    ZipEntry { start: u64, compressed: u64, deflated: bool, crc32: u32 },
}

/// What the first bytes say a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Delimited text.
    Text,
    /// Text that begins as JSON does.
    Json,
    /// A workbook: XLSX, XLSB, ODS (zip) or XLS (OLE).
    Workbook,
    /// An XML document.
    Xml,
    /// A Parquet file.
    Parquet,
    /// A PDF, which is not data.
    Pdf,
}

/// What one pass over the content shows.
pub struct Content {
    /// SHA-256 in hex.
    pub sha256: String,
    /// Bytes after decompression.
    pub byte_count: u64,
    /// Evidence on the encoding.
    pub profile: ByteProfile,
    /// What it is.
    pub form: Form,
}

/// The files that a source names, in order of their path, containers opened.
pub fn find(workspace: &Path, source: &Source) -> Result<Vec<Input>> {
    let refuse = |why: &str| Error::Config(format!("source \"{}\": path \"{}\" {why}", source.name, source.path));
    let pattern = Path::new(&source.path);
    if pattern.is_absolute() || pattern.components().any(|c| matches!(c, std::path::Component::ParentDir)) {
        return Err(refuse("leaves the workspace; put the files below it, or copy them there"));
    }
    let name = pattern.file_name().and_then(|n| n.to_str()).ok_or_else(|| refuse("names no file"))?;
    let folder = pattern.parent().unwrap_or(Path::new(""));
    if folder.to_string_lossy().contains('*') {
        return Err(refuse("has `*` in a folder; it may stand in the file name only: give each folder a source"));
    }
    let root = workspace.canonicalize().map_err(|e| Error::io("find", workspace, &e))?;
    let mut paths = Vec::new();
    let absolute = workspace.join(folder);
    if name.contains('*') {
        let entries = std::fs::read_dir(&absolute).map_err(|e| refuse(&format!("cannot be listed: {e}")))?;
        for entry in entries {
            let path = entry.map_err(|e| Error::io("list", &absolute, &e))?.path();
            let Some(file_name) = path.file_name().and_then(|n| n.to_str()) else { continue };
            if matches_glob(name, file_name) && !file_name.starts_with('.') && !is_excluded(source, file_name) {
                paths.push(path);
            }
        }
        paths.sort();
        if paths.is_empty() {
            return Err(refuse(if source.exclude.is_empty() { "matches no file" } else { "matches no file that is not excluded" }));
        }
    } else {
        paths.push(absolute.join(name));
    }
    let mut inputs = Vec::new();
    for path in paths {
        let real = path.canonicalize().map_err(|e| refuse(&format!("cannot be found: {e}")))?;
        if !real.starts_with(&root) {
            return Err(Error::Input(format!("{}: leads out of the workspace to {}; copy the file into it", path.display(), real.display())));
        }
        let metadata = real.metadata().map_err(|e| Error::io("look at", &real, &e))?;
        if metadata.is_dir() && name.contains('*') {
            continue;
        }
        if !metadata.is_file() {
            return Err(Error::Input(format!("{}: not a regular file; name files, not folders or devices", path.display())));
        }
        let shown = path.strip_prefix(workspace).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        inputs.extend(open_container(&shown, &real)?.into_iter().filter(|input| !is_excluded(source, input.name())));
    }
    Ok(inputs)
}

/// Whether the source leaves out the file, or the entry of a zip, of that name.
fn is_excluded(source: &Source, name: &str) -> bool {
    source.exclude.iter().any(|pattern| matches_glob(pattern, name))
}

/// The inputs of one file, wherever it lies: for `profile`.
pub fn find_one(path: &Path) -> Result<Vec<Input>> {
    let real = path.canonicalize().map_err(|e| Error::Input(format!("{}: cannot be found: {e}", path.display())))?;
    if !real.is_file() {
        return Err(Error::Input(format!("{}: not a regular file", path.display())));
    }
    open_container(&path.to_string_lossy(), &real)
}

/// `*` for any run of characters.
fn matches_glob(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

fn open_container(shown: &str, file: &Path) -> Result<Vec<Input>> {
    let io = |e: io::Error| Error::Input(format!("{shown}: cannot be read: {e}"));
    let mut head = [0; 8];
    let mut reader = File::open(file).map_err(io)?;
    let mut filled = 0;
    while filled < head.len() {
        match reader.read(&mut head[filled..]).map_err(io)? {
            0 => break,
            n => filled += n,
        }
    }
    let head = &head[..filled];
    let input = |container| Input { path: shown.to_string(), file: file.to_path_buf(), container };
    if head.starts_with(&[0x1f, 0x8b]) {
        return Ok(vec![input(Container::Gzip)]);
    }
    if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Ok(vec![input(Container::Zstd)]);
    }
    if !head.starts_with(b"PK\x03\x04") && !head.starts_with(b"PK\x05\x06") {
        return Ok(vec![input(Container::Plain)]);
    }
    let broken = |e: &dyn std::fmt::Display| Error::Input(format!("{shown}: a damaged zip ({e}); copy or export it again"));
    let mut archive = zip::ZipArchive::new(File::open(file).map_err(io)?).map_err(|e| broken(&e))?;
    if archive.len() > ZIP_ENTRIES_MAX {
        return Err(Error::Input(format!("{shown}: the zip has {} entries, at most {ZIP_ENTRIES_MAX} are read; unpack it into a folder", archive.len())));
    }
    if ["[Content_Types].xml", "mimetype"].iter().any(|n| archive.index_for_name(n).is_some()) {
        return Ok(vec![input(Container::Plain)]);
    }
    let mut inputs = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|e| broken(&e))?;
        let name = entry.name().map_err(|e| broken(&e))?.into_owned();
        if entry.is_dir() || name.starts_with("__MACOSX/") {
            continue;
        }
        let refuse = |why: &str| Error::Input(format!("{shown}: entry {name:?} {why}; unpack the zip into a folder and name that"));
        if entry.encrypted() {
            return Err(refuse("is encrypted"));
        }
        let deflated = match entry.compression() {
            zip::CompressionMethod::Stored => false,
            zip::CompressionMethod::Deflated => true,
            other => return Err(refuse(&format!("is compressed as {other}, which is not read"))),
        };
        let start = entry.data_start().ok_or_else(|| refuse("has no data"))?;
        let container = Container::ZipEntry { start, compressed: entry.compressed_size(), deflated, crc32: entry.crc32() };
        inputs.push(Input { path: format!("{shown}!{name}"), file: file.to_path_buf(), container });
    }
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    if inputs.is_empty() {
        return Err(Error::Input(format!("{shown}: the zip holds no file")));
    }
    Ok(inputs)
}

impl Input {
    /// The last part of its path: what `exclude` names.
    pub fn name(&self) -> &str {
        self.path.rsplit(['/', '!']).next().unwrap_or_default()
    }

    /// A stream of the content, decompressed, within bounds.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        let io = |e: io::Error| Error::Input(format!("{}: cannot be read: {e}", self.path));
        let mut file = File::open(&self.file).map_err(io)?;
        let size = file.metadata().map_err(io)?.len();
        let bounded = |reader: Box<dyn Read + Send>, compressed: u64| -> Box<dyn Read + Send> {
            Box::new(Bounded { reader, left: BOMB_FLOOR.max(compressed.saturating_mul(RATIO_MAX)) })
        };
        Ok(match self.container {
            Container::Plain => Box::new(file),
            Container::Gzip => bounded(Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(1 << 17, file))), size),
            Container::Zstd => bounded(Box::new(zstd::stream::read::Decoder::new(file).map_err(io)?), size),
            Container::ZipEntry { start, compressed, deflated, .. } => {
                file.seek(SeekFrom::Start(start)).map_err(io)?;
                let raw = io::BufReader::with_capacity(1 << 17, file.take(compressed));
                if deflated { bounded(Box::new(flate2::read::DeflateDecoder::new(raw)), compressed) } else { Box::new(raw) }
            }
        })
    }

    /// Reads the content once: hash, size, evidence on the encoding. What was read is looked at while the next is read.
    pub fn scan(&self) -> Result<Content> {
        let mut reader = self.open()?;
        let mut hasher = Sha256::new();
        let mut crc = flate2::Crc::new();
        let mut profile = ByteProfile::default();
        let mut byte_count = 0u64;
        let mut fill = |buffer: &mut Vec<u8>| -> Result<()> {
            buffer.clear();
            buffer.reserve(SCAN_BYTES as usize);
            match (&mut reader).take(SCAN_BYTES).read_to_end(buffer) {
                Ok(_) => Ok(()),
                Err(e) => Err(Error::Input(format!("{}: cannot be read to its end: {e}; copy or export it again", self.path))),
            }
        };
        let (mut bytes, mut next) = (Vec::new(), Vec::new());
        fill(&mut bytes)?;
        while !bytes.is_empty() {
            byte_count += bytes.len() as u64;
            let look = || {
                profile.update(&bytes);
                if matches!(self.container, Container::ZipEntry { .. }) {
                    crc.update(&bytes);
                }
            };
            // The hash takes longest, and so has a core for itself.
            let (filled, ()) = rayon::join(
                || fill(&mut next),
                || {
                    rayon::join(|| hasher.update(&bytes), look);
                },
            );
            filled?;
            std::mem::swap(&mut bytes, &mut next);
        }
        if let Container::ZipEntry { crc32, .. } = self.container
            && crc.sum() != crc32
        {
            return Err(Error::Input(format!("{}: the zip's checksum does not fit the content: it is damaged; copy or export it again", self.path)));
        }
        let form = form_of(&profile.head);
        Ok(Content { sha256: hex(&hasher.finalize()), byte_count, profile, form })
    }

    /// The content for readers that need to seek: the file itself, or what the container held, in memory.
    pub fn content(&self) -> Result<super::formats::content::Content> {
        use super::formats::content::Content as Bytes;
        match self.container {
            Container::Plain | Container::Gzip => Ok(Bytes::File(self.file.clone())),
            Container::Zstd | Container::ZipEntry { .. } => {
                Bytes::read_all(&mut self.open()?).map_err(|e| Error::Input(format!("{}: cannot be read: {e}", self.path)))
            }
        }
    }
}

fn form_of(head: &[u8]) -> Form {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let first = text.iter().position(|b| !b.is_ascii_whitespace()).map_or(&[][..], |i| &text[i..]);
    if head.starts_with(b"PK\x03\x04") || head.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        Form::Workbook
    } else if head.starts_with(b"PAR1") {
        Form::Parquet
    } else if head.starts_with(b"%PDF") {
        Form::Pdf
    } else if first.starts_with(b"<?xml") || (first.starts_with(b"<") && first.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'!')) {
        Form::Xml
    } else if first.starts_with(b"{") || first.starts_with(b"[") {
        Form::Json
    } else {
        Form::Text
    }
}

/// Stops a stream that grows beyond reason: a decompression bomb ends in a message, not in a full disk.
struct Bounded {
    reader: Box<dyn Read + Send>,
    left: u64,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.left = self
            .left
            .checked_sub(n as u64)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("it grows more than {RATIO_MAX} times by decompression, as an attack would")))?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs() {
        for (pattern, name, expect) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "a.csv.bak", false),
            ("ledger-*-2024.csv", "ledger-a-2024.csv", true),
            ("ledger-*-2024.csv", "ledger-2024.csv", false),
            ("a*a", "a", false),
            ("a*b*c", "axxbyyc", true),
            ("*", "x", true),
            ("x.csv", "x.csv", true),
            ("x.csv", "xx.csv", false),
        ] {
            assert_eq!(matches_glob(pattern, name), expect, "{pattern} {name}");
        }
    }
}
