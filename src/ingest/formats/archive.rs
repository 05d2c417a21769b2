//! Zip archives as streams of bounded length. Nothing is unpacked to disk, and no size that a header states is believed.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use super::content::{Content, ReadSeek, invalid};

/// Largest decompressed size of one entry, in bytes read.
const ENTRY_BYTES_MAX: u64 = 4 << 30;
/// Largest decompressed size per compressed byte. Deflate reaches 1032 on zeros; spreadsheets and XML stay below 50.
const RATIO_MAX: u64 = 200;
/// Below this many decompressed bytes the ratio says nothing: a small empty sheet compresses very well.
const RATIO_FREE_BYTES: u64 = 8 << 20;
/// Most entries of one archive.
const ENTRIES_MAX: usize = 100_000;

/// One file in an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its path inside the archive, `/` between folders, never leaving the archive.
    pub name: String,
    data_start: u64,
    compressed_bytes: u64,
    crc: u32,
    is_deflated: bool,
}

/// The table of contents of a zip archive.
#[derive(Debug, Clone)]
pub struct Archive {
    content: Content,
    entries: Vec<Entry>,
}

impl Archive {
    /// Reads the table of contents and refuses what no honest program writes: encrypted entries, names that leave the
    /// archive, overlapping entries (one compressed piece under many names), unknown compression.
    pub fn open(content: &Content) -> io::Result<Archive> {
        let file_bytes = content.byte_count()?;
        let mut zip = zip::ZipArchive::new(BufReader::new(content.open()?)).map_err(|e| invalid(format!("not a readable zip archive: {e}")))?;
        if zip.len() > ENTRIES_MAX {
            return Err(invalid(format!("the archive has {} files; at most {ENTRIES_MAX} are read", zip.len())));
        }
        let mut entries = Vec::with_capacity(zip.len());
        for index in 0..zip.len() {
            let file = zip.by_index_raw(index).map_err(|e| invalid(format!("damaged zip archive: {e}")))?;
            let name = file.name().map_err(|e| invalid(format!("a name in the archive is unreadable: {e}")))?.into_owned();
            if file.is_dir() {
                continue;
            }
            let name = name.replace('\\', "/");
            let shown = name.escape_debug().to_string();
            if file.is_symlink() || !is_inside(&name) {
                return Err(invalid(format!("the archive's entry \"{shown}\" points outside the archive")));
            }
            if file.encrypted() {
                return Err(invalid(format!("\"{shown}\" is protected by a password; save the file without one")));
            }
            let is_deflated = match file.compression() {
                zip::CompressionMethod::Stored => false,
                zip::CompressionMethod::Deflated => true,
                other => return Err(invalid(format!("\"{shown}\" is compressed with {other}; only deflate is read"))),
            };
            let data_start = file.data_start().ok_or_else(|| invalid("damaged zip archive: an entry has no data"))?;
            entries.push(Entry { name, data_start, compressed_bytes: file.compressed_size(), crc: file.crc32(), is_deflated });
        }
        let mut places: Vec<(u64, u64)> = entries.iter().map(|e| (e.data_start, e.compressed_bytes)).collect();
        places.sort_unstable();
        let overlaps = places.windows(2).any(|w| w[0].0.saturating_add(w[0].1) > w[1].0);
        if overlaps || places.last().is_some_and(|(start, bytes)| start.saturating_add(*bytes) > file_bytes) {
            return Err(invalid("damaged zip archive: its entries overlap or end beyond the file"));
        }
        Ok(Archive { content: content.clone(), entries })
    }

    /// The files, in the order of the archive's table of contents.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The file of that name; a leading `/` and the case of letters are ignored, as office programs do.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let name = name.trim_start_matches('/');
        let same = |e: &&Entry| e.name.trim_start_matches('/') == name;
        self.entries.iter().find(same).or_else(|| self.entries.iter().find(|e| e.name.trim_start_matches('/').eq_ignore_ascii_case(name)))
    }

    /// A stream over one file. Errors come while it is read: at the bounds, at a damaged stream, and at the end when the
    /// checksum differs.
    pub fn read(&self, entry: &Entry) -> io::Result<Box<dyn Read + Send>> {
        let mut opened: Box<dyn ReadSeek> = self.content.open()?;
        opened.seek(SeekFrom::Start(entry.data_start))?;
        let compressed = BufReader::with_capacity(1 << 16, opened.take(entry.compressed_bytes));
        let plain: Box<dyn Read + Send> = if entry.is_deflated { Box::new(flate2::bufread::DeflateDecoder::new(compressed)) } else { Box::new(compressed) };
        let mut bounded = Bounded::new(plain, entry.compressed_bytes);
        bounded.expected_crc = Some(entry.crc);
        Ok(Box::new(bounded))
    }

    /// One file in memory, for formats that need random access.
    pub fn content(&self, entry: &Entry) -> io::Result<Content> {
        Content::read_all(&mut self.read(entry)?)
    }
}

/// Whether a path stays below the folder that it is joined to.
fn is_inside(name: &str) -> bool {
    let name = name.trim_start_matches('/');
    !name.contains('\0') && !name.contains(':') && name.split('/').all(|part| part != "..")
}

/// A decompressed stream that ends in an error at the bounds of size and ratio.
pub struct Bounded<R> {
    inner: R,
    compressed_bytes: u64,
    read_bytes: u64,
    crc: flate2::Crc,
    expected_crc: Option<u32>,
}

impl<R: Read> Bounded<R> {
    /// Bounds what `inner` gives; `compressed_bytes` is what it is made from.
    pub fn new(inner: R, compressed_bytes: u64) -> Bounded<R> {
        Bounded { inner, compressed_bytes, read_bytes: 0, crc: flate2::Crc::new(), expected_crc: None }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self
            .inner
            .read(out)
            .map_err(|e| if e.kind() == io::ErrorKind::Interrupted { e } else { invalid(format!("damaged or cut compressed data: {e}")) })?;
        self.read_bytes += count as u64;
        if self.read_bytes > ENTRY_BYTES_MAX {
            return Err(invalid("more than 4 GiB of decompressed data; split the file"));
        }
        if self.read_bytes > RATIO_FREE_BYTES && self.read_bytes / RATIO_MAX > self.compressed_bytes {
            return Err(invalid(format!("the data grow more than {RATIO_MAX} times when decompressed, as in a zip bomb; save the file again")));
        }
        if let Some(expected) = self.expected_crc {
            self.crc.update(&out[..count]);
            if count == 0 && !out.is_empty() && self.crc.sum() != expected {
                return Err(invalid("damaged archive: a checksum differs; fetch the file again"));
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Write as _;

    /// An archive made for a test.
    pub fn zipped(files: &[(&str, &[u8])]) -> Content {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        Content::Memory(zip.finish().unwrap().into_inner().into())
    }

    fn read(archive: &Archive, name: &str) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        archive.read(archive.find(name).unwrap())?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn reads_what_was_written() {
        let archive = Archive::open(&zipped(&[("a/b.xml", b"<a/>"), ("c", b"")])).unwrap();
        assert_eq!(archive.entries().iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["a/b.xml", "c"]);
        assert_eq!(read(&archive, "/A/b.xml").unwrap(), b"<a/>");
        assert_eq!(read(&archive, "c").unwrap(), b"");
    }

    #[test]
    fn a_bomb_ends_in_an_error() {
        let archive = Archive::open(&zipped(&[("bomb", &vec![0; 40 << 20])])).unwrap();
        assert!(read(&archive, "bomb").unwrap_err().to_string().contains("zip bomb"));
    }

    #[test]
    fn names_that_leave_the_archive_are_refused() {
        for name in ["../x", "a/../../x", "C:\\x", "..\\x"] {
            let error = Archive::open(&zipped(&[(name, b"x")])).unwrap_err().to_string();
            assert!(error.contains("outside"), "{name}: {error}");
        }
    }

    #[test]
    fn damage_is_found() {
        let Content::Memory(bytes) = zipped(&[("a", &b"some text to compress, some text to compress".repeat(9))]) else { unreachable!() };
        for at in 0..bytes.len() {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= 0x10;
            // Either the archive does not open, or the file is not found or not read, or what is read is what was written.
            let Ok(archive) = Archive::open(&Content::Memory(damaged.into())) else { continue };
            for entry in archive.entries() {
                let mut text = Vec::new();
                if archive.read(entry).and_then(|mut r| r.read_to_end(&mut text)).is_ok() {
                    assert_eq!(text, b"some text to compress, some text to compress".repeat(9), "byte {at}");
                }
            }
            let cut = Content::Memory(bytes[..at].to_vec().into());
            assert!(Archive::open(&cut).is_err(), "cut at {at}");
        }
    }
}
