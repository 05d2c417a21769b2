//! The key of the hashes that stand for personal numbers: 32 bytes in a file of the workspace, outside the lake.

use std::io::{Read, Write};
use std::path::Path;

use crate::config::Config;
use crate::error::{Error, Result};

/// Reads the key; makes it when there is none yet.
pub fn load_or_create(config: &Config) -> Result<[u8; 32]> {
    let path = config.workspace.join(&config.privacy_key_file);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(text.trim()).ok_or_else(|| {
            Error::Config(format!(
                "{}: not a key of 64 hex digits; restore it: with another key the same person gets another hash. If it is lost, delete it and the output folder",
                path.display()
            ))
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => create(&path),
        Err(e) => Err(Error::io("read the privacy key", &path, &e)),
    }
}

fn create(path: &Path) -> Result<[u8; 32]> {
    let mut key = [0u8; 32];
    let source = Path::new("/dev/urandom");
    std::fs::File::open(source).and_then(|mut f| f.read_exact(&mut key)).map_err(|e| Error::io("draw a key from", source, &e))?;
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text = format!("{}\n", crate::store::hex(&key));
    options.open(path).and_then(|mut f| f.write_all(text.as_bytes())).map_err(|e| Error::io("write the privacy key", path, &e))?;
    Ok(key)
}

fn parse(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut key = [0u8; 32];
    for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_64_hex_digits() {
        assert_eq!(parse(&"0f".repeat(32)), Some([15; 32]));
        for bad in ["", "0f", &"0g".repeat(32), &"å".repeat(32)] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
