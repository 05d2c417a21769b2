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

pub mod ingest {
    #[path = "../../../src/ingest/cells.rs"]
    pub mod cells;
    #[path = "../../../src/ingest/convert.rs"]
    pub mod convert;
    #[path = "../../../src/ingest/day.rs"]
    pub mod day;
    #[path = "../../../src/ingest/encoding.rs"]
    pub mod encoding;
    #[path = "../../../src/ingest/faults.rs"]
    pub mod faults;
    /// Marks of texts; the findings' table belongs to the store.
    pub mod findings {
        pub mod marks {
            pub const ALL: [(); 3] = [(); 3];

            pub fn of(_: &str) -> u8 {
                0
            }
        }
    }
    #[path = "../../../src/ingest/formats/mod.rs"]
    pub mod formats;
    #[path = "../../../src/ingest/mapping.rs"]
    pub mod mapping;
    #[path = "../../../src/ingest/number.rs"]
    pub mod number;
    #[path = "../../../src/ingest/plan.rs"]
    pub mod plan;
    #[path = "../../../src/ingest/privacy.rs"]
    pub mod privacy;
    #[path = "../../../src/ingest/sniff.rs"]
    pub mod sniff;
    #[path = "../../../src/ingest/source.rs"]
    pub mod source;
    #[path = "../../../src/ingest/split.rs"]
    pub mod split;
    #[path = "../../../src/ingest/understand.rs"]
    pub mod understand;
}

pub mod targets;
