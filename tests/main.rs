//! The one integration test binary: one link of the engine, one process, tests in parallel.

mod browser;
mod cost;
mod docs;
mod figures;
mod formats;
mod golden;
mod ingest;
mod life_cycle;
mod matching;
mod oracle;
mod quality;
mod queries;
mod report;
mod resolve_quality;
mod resolve_stage;
mod rules;
mod support;
mod synth;
mod tender_flags;
mod tidy;
