//! `spendtrace` traces every krona of public spend from the invoice line to the contract that covers it, or to the reason
//! why none does.
//!
//! The flow is data: [`pipeline::STAGES`]. Exports are read by [`ingest`] into `lake.*`; [`resolve`] finds out who the vendor
//! records are, [`classify`] what was bought, [`matching`] which contract covers each line; [`analysis`] runs the SQL of
//! `queries/`, each on all cores; [`report`] writes what people open. Stages meet in declared tables ([`schema`]) and never call
//! each other. Start with `docs/architecture.md`.

pub mod analysis;
pub mod assets;
pub mod classify;
pub mod cli;
pub mod config;
pub mod error;
pub mod ingest;
pub mod matching;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod resolve;
pub mod rules;
pub mod schema;
pub mod store;
pub mod synth;
