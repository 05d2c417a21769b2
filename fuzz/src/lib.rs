//! The parsers of the crate, by their own source files, without the engine: an instrumented build of it would take longer than the
//! fuzzing. What they do not reach while parsing — the embedded files — is empty here.

#![allow(dead_code, missing_docs, unused_imports, reason = "a part of the crate has uses that the part alone does not show")]

#[path = "../../src/config.rs"]
pub mod config;
#[path = "../../src/error.rs"]
pub mod error;
#[path = "../../src/model/mod.rs"]
pub mod model;
#[path = "../../src/schema/mod.rs"]
pub mod schema;

/// The files that the binary embeds: none.
pub mod assets {
    pub fn text(_: &str) -> Option<&'static str> {
        None
    }

    pub fn below(_: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
        std::iter::empty()
    }
}

/// The one function of the store that parsers use.
pub mod store {
    pub fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|b| format!("{b:02x}")).collect()
    }
}

#[path = "../../src/ingest"]
pub mod ingest {
    pub mod cells;
    pub mod convert;
    pub mod day;
    pub mod encoding;
    pub use crate::schema::faults;
    /// Marks of texts; the findings' table belongs to the store.
    pub mod findings {
        pub mod marks {
            pub const ALL: [(); 3] = [(); 3];

            pub fn of(_: &str) -> u8 {
                0
            }
        }
    }
    pub mod formats;
    pub mod mapping;
    pub mod number;
    pub mod plan;
    pub mod privacy;
    pub mod sniff;
    pub mod source;
    pub mod split;
    pub mod understand;
}

pub mod targets;
