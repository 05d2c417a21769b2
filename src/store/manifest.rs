//! The manifest: which files count, with their hashes, rows and totals.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Version of the layout of the store; a store of another version is refused.
const FORMAT: u32 = 1;

/// What counts in a store. Written as JSON with sorted keys and no clock, so that equal stores have equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the layout.
    pub format: u32,
    /// Version of the program that wrote it.
    pub spendtrace: String,
    /// What each stage read when it last wrote.
    pub stages: BTreeMap<String, StageEntry>,
    /// Files by full table name.
    pub tables: BTreeMap<String, Vec<FileEntry>>,
    /// SHA-256 of the rest, so that an edited or cut manifest is noticed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub checksum: String,
}

/// What a stage read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageEntry {
    /// Fingerprint of inputs, configuration and rules.
    pub fingerprint: String,
}

/// One Parquet file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Path below the output folder, with `/`.
    pub path: String,
    /// The partition, when the table has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Rows.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the bytes, in hex.
    pub sha256: String,
    /// Exact sum of each money column in minor units; as text in JSON, since numbers there may not hold them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "minor_units_as_text")]
    pub totals: BTreeMap<String, i128>,
}

mod minor_units_as_text {
    use super::BTreeMap;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(totals: &BTreeMap<String, i128>, serializer: S) -> Result<S::Ok, S::Error> {
        totals.iter().map(|(k, v)| (k.clone(), v.to_string())).collect::<BTreeMap<_, _>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, i128>, D::Error> {
        BTreeMap::<String, String>::deserialize(deserializer)?.into_iter().map(|(k, v)| v.parse().map(|v| (k, v)).map_err(D::Error::custom)).collect()
    }
}

impl Manifest {
    fn empty() -> Manifest {
        Manifest {
            format: FORMAT,
            spendtrace: env!("CARGO_PKG_VERSION").to_string(),
            stages: BTreeMap::new(),
            tables: BTreeMap::new(),
            checksum: String::new(),
        }
    }

    /// Reads the manifest; a missing file is an empty store.
    pub fn read(path: &Path) -> Result<Manifest> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Manifest::empty()),
            Err(e) => return Err(Error::io("read", path, &e)),
        };
        let remedy = "restore it from a copy, or delete the output folder and run again";
        let manifest: Manifest = serde_json::from_str(&text).map_err(|e| Error::Reconcile(format!("{}: not a manifest ({e}); {remedy}", path.display())))?;
        if manifest.format != FORMAT {
            return Err(Error::Reconcile(format!("{}: written by another version (format {}, ours {FORMAT}); {remedy}", path.display(), manifest.format)));
        }
        if manifest.checksum != manifest.computed_checksum()? {
            return Err(Error::Reconcile(format!("{}: the manifest was changed by hand or damaged; {remedy}", path.display())));
        }
        Ok(manifest)
    }

    /// The JSON to store, checksum included.
    pub fn to_json(&self) -> Result<String> {
        let sealed = Manifest { checksum: self.computed_checksum()?, spendtrace: env!("CARGO_PKG_VERSION").to_string(), ..self.clone() };
        let mut text = serde_json::to_string_pretty(&sealed).map_err(|e| Error::Internal(format!("manifest: {e}")))?;
        text.push('\n');
        Ok(text)
    }

    fn computed_checksum(&self) -> Result<String> {
        let bare = Manifest { checksum: String::new(), spendtrace: String::new(), ..self.clone() };
        let text = serde_json::to_string(&bare).map_err(|e| Error::Internal(format!("manifest: {e}")))?;
        Ok(super::hex(&Sha256::digest(text)))
    }
}
