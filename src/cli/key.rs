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
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => match create(&path) {
            // Another run made one at the same moment: its key is the key.
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => load_or_create(config),
            made => made.map_err(|e| Error::io("make the privacy key", &path, &e)),
        },
        Err(e) => Err(Error::io("read the privacy key", &path, &e)),
    }
}

/// Makes a key and gives it its name in one step, so that no one reads half of it.
fn create(path: &Path) -> std::io::Result<[u8; 32]> {
    let mut key = [0u8; 32];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let mut options = std::fs::File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let text = format!("{}\n", crate::store::hex(&key));
    let made = options
        .open(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        // A link is not made over a file that is there already.
        .and_then(|()| std::fs::hard_link(&temporary, path));
    let _ = std::fs::remove_file(&temporary);
    made.map(|()| key)
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
