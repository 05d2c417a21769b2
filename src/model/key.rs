//! Keys that people can type and that stay the same from run to run.

use std::fmt;
use std::str::FromStr;

/// Names a source file by its content: the first 10 hex digits of its SHA-256. The same bytes have the same id under any
/// name, so ingesting a renamed copy changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceFileId(String);

impl SourceFileId {
    /// Hex digits of the hash that make the id.
    pub const LEN: usize = 10;

    /// From the file's SHA-256 in lower-case hex (64 digits).
    pub fn from_sha256_hex(hex: &str) -> SourceFileId {
        assert!(hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()), "a SHA-256 has 64 hex digits");
        SourceFileId(hex[..Self::LEN].to_string())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceFileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names an invoice line: `<source file id>-<record number>`, where the first data record of the file is 1.
/// Rejected records keep their number, so the id points at the same place whatever the mapping refuses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId {
    /// The file.
    pub source_file_id: String,
    /// The data record in it, from 1.
    pub record: u64,
}

impl FromStr for LineId {
    type Err = String;

    fn from_str(text: &str) -> Result<LineId, String> {
        let wrong = || format!("\"{text}\" is not a line id; it looks like 3fa9c1d20b-1042 (file and record), as in the column line_id");
        let (file, record) = text.split_once('-').ok_or_else(wrong)?;
        if file.len() != SourceFileId::LEN || !file.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        Ok(LineId { source_file_id: file.to_ascii_lowercase(), record: record.parse().map_err(|_| wrong())? })
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.source_file_id, self.record)
    }
}

/// 16 hex digits that stand for a sequence of texts: the first 64 bits of the SHA-256 over the parts, each ended by U+001F.
/// Stable from run to run and across machines. Among a million keys a collision has probability 3 × 10^−8.
pub fn stable_key(parts: &[&str]) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0x1f]);
    }
    hasher.finalize()[..8].iter().map(|b| format!("{b:02x}")).collect()
}

/// The key of a vendor record, as in the column `vendor_key`: absent parts are empty texts.
pub fn vendor_key(source_name: &str, vendor_id: &str, vendor_name: &str, organisation_number: &str) -> String {
    stable_key(&[source_name, vendor_id, vendor_name, organisation_number])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_parts_apart() {
        assert_eq!(stable_key(&["a", "b"]).len(), 16);
        assert_ne!(stable_key(&["a", "b"]), stable_key(&["ab", ""]));
    }

    #[test]
    fn line_ids_round_trip() {
        let id: LineId = "3fa9c1d20b-1042".parse().unwrap();
        assert_eq!(id.to_string(), "3fa9c1d20b-1042");
        for bad in ["", "3fa9c1d20b", "3fa9-1", "zzzzzzzzzz-1", "3fa9c1d20b-x"] {
            assert!(bad.parse::<LineId>().is_err(), "{bad}");
        }
    }
}
