//! The bytes of one export, openable as often as a reader needs: a file, or what an archive held.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek};
use std::path::PathBuf;
use std::sync::Arc;

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// Largest file inside a compressed file that is held in memory, in bytes. Workbooks and archives need random access, so a
/// workbook inside a gzip or a zip is unpacked into memory; nothing is ever unpacked to disk.
const MEMORY_MAX: u64 = 512 << 20;

/// Readable and seekable: what archives need.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Where the bytes are.
#[derive(Debug, Clone)]
pub enum Content {
    /// A regular file.
    File(PathBuf),
    /// Bytes in memory.
    Memory(Arc<[u8]>),
}

impl Content {
    /// Opens the bytes from the start. A gzip file is opened as it is, still compressed.
    pub fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Content::File(path) => Box::new(File::open(path)?),
            Content::Memory(bytes) => Box::new(Cursor::new(bytes.clone())),
        })
    }

    /// Size in bytes.
    pub fn byte_count(&self) -> io::Result<u64> {
        match self {
            Content::File(path) => Ok(std::fs::metadata(path)?.len()),
            Content::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// The first bytes, at most `count`.
    pub fn head(&self, count: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        self.open()?.take(count as u64).read_to_end(&mut head)?;
        Ok(head)
    }

    /// Opens the bytes as a stream, through gzip when the content is gzip. Streams are bounded by what is read from them:
    /// 4 GiB of decompressed bytes and a ratio of 200, as for archives.
    pub fn stream(&self) -> io::Result<Box<dyn BufRead + Send>> {
        let head = self.head(2)?;
        let opened = self.open()?;
        if head == [0x1f, 0x8b] {
            let limited = super::archive::Bounded::new(flate2::read::MultiGzDecoder::new(BufReader::new(opened)), self.byte_count()?);
            return Ok(Box::new(BufReader::with_capacity(1 << 16, limited)));
        }
        Ok(Box::new(BufReader::with_capacity(1 << 16, opened)))
    }

    /// The content itself, or, when it is gzip, what is inside, held in memory.
    pub fn unzipped(&self) -> io::Result<Content> {
        if self.head(2)? != [0x1f, 0x8b] {
            return Ok(self.clone());
        }
        Content::read_all(&mut self.stream()?)
    }

    /// Reads a stream to its end into memory, at most 512 MiB.
    pub fn read_all(reader: &mut dyn Read) -> io::Result<Content> {
        let mut bytes = Vec::new();
        reader.take(MEMORY_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MEMORY_MAX {
            return Err(invalid("the file inside the archive is larger than 512 MiB; unpack it first"));
        }
        Ok(Content::Memory(bytes.into()))
    }
}

/// An error about the data, not about the disk.
pub fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

/// What states the encoding of a text when no byte order mark does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Declared {
    /// An XML declaration may: `<?xml version="1.0" encoding="ISO-8859-1"?>`.
    Xml,
    /// Nothing: UTF-8, or UTF-16 when the zero bytes of ASCII characters show it.
    Nothing,
}

/// UTF-8 out of any declared encoding, strictly: a byte that the encoding does not have is an error with its line, never
/// U+FFFD. Counts lines as they are consumed.
pub struct Utf8Reader<R> {
    inner: R,
    /// `None` passes bytes through; the parser behind checks that they are UTF-8.
    decoder: Option<Decoder>,
    name: &'static str,
    buffer: Vec<u8>,
    at: usize,
    is_done: bool,
    line: u64,
    /// Bytes left until the parser behind must call [`Utf8Reader::allow`]: bounds what one token may buffer.
    allowance: u64,
}

impl<R: BufRead> Utf8Reader<R> {
    /// Looks at the first bytes and chooses the encoding.
    pub fn new(mut inner: R, declared: Declared) -> io::Result<Utf8Reader<R>> {
        let mut head = Vec::new();
        // A pipe may give few bytes at a time; a declaration fits 256.
        (&mut inner).take(256).read_to_end(&mut head)?;
        let (encoding, skip) = match Encoding::for_bom(&head) {
            Some((encoding, length)) => (encoding, length),
            None => (from_first_bytes(&head, declared)?, 0),
        };
        let name = encoding.name();
        let decoder = (encoding != encoding_rs::UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        let mut reader = Utf8Reader { inner, decoder, name, buffer: Vec::new(), at: 0, is_done: false, line: 1, allowance: u64::MAX };
        reader.push(&head[skip..], false)?;
        Ok(reader)
    }

    /// The name of the encoding, as in the WHATWG standard.
    pub fn encoding(&self) -> &'static str {
        self.name
    }

    /// The line of the next byte, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Lets the parser read so many bytes more before an error.
    pub fn allow(&mut self, bytes: u64) {
        self.allowance = bytes;
    }

    fn push(&mut self, mut bytes: &[u8], is_last: bool) -> io::Result<()> {
        self.buffer.clear();
        self.at = 0;
        let Some(decoder) = &mut self.decoder else {
            self.buffer.extend_from_slice(bytes);
            return Ok(());
        };
        let mut chunk = [0u8; 4096];
        loop {
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, &mut chunk, is_last);
            self.buffer.extend_from_slice(&chunk[..written]);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let line = self.line + memchr::memchr_iter(b'\n', &self.buffer).count() as u64;
                    return Err(invalid(format!("line {line}: the bytes are not {}; save the file again as UTF-8", self.name)));
                }
            }
        }
    }
}

fn from_first_bytes(head: &[u8], declared: Declared) -> io::Result<&'static Encoding> {
    match head {
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => return Ok(encoding_rs::UTF_16LE),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => return Ok(encoding_rs::UTF_16BE),
        _ => {}
    }
    if declared == Declared::Nothing {
        return Ok(encoding_rs::UTF_8);
    }
    let end = memchr::memmem::find(head, b"?>").unwrap_or(0);
    let declaration = String::from_utf8_lossy(&head[..end]);
    let Some(value) = declaration.split_once("encoding").map(|(_, rest)| rest.trim_start().trim_start_matches('=').trim_start()) else {
        return Ok(encoding_rs::UTF_8);
    };
    let label = value.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
    match Encoding::for_label(label.as_bytes()) {
        // The declaration itself stands in single bytes, so it cannot be UTF-16: programs that write a string of theirs to a
        // file leave it so. The bytes are then UTF-8, and checked to be.
        Some(e) if e == encoding_rs::UTF_16LE || e == encoding_rs::UTF_16BE => Ok(encoding_rs::UTF_8),
        Some(e) => Ok(e),
        None => Err(invalid(format!("line 1: the encoding \"{}\" is not known; save the file again as UTF-8", label.escape_default()))),
    }
}

impl<R: BufRead> Read for Utf8Reader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(out.len());
        out[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Utf8Reader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.allowance == 0 {
            return Err(invalid(format!("line {}: one piece of the text is too long", self.line)));
        }
        while self.at == self.buffer.len() && !self.is_done {
            let mut bytes = [0u8; 1 << 14];
            let count = self.inner.read(&mut bytes)?;
            self.is_done = count == 0;
            self.push(&bytes[..count], count == 0)?;
        }
        let available = &self.buffer[self.at..];
        let count = available.len().min(usize::try_from(self.allowance).unwrap_or(usize::MAX));
        Ok(&available[..count])
    }

    fn consume(&mut self, count: usize) {
        let end = (self.at + count).min(self.buffer.len());
        self.line += memchr::memchr_iter(b'\n', &self.buffer[self.at..end]).count() as u64;
        self.at = end;
        self.allowance = self.allowance.saturating_sub(count as u64);
    }
}
