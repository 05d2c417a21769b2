//! The one integration test binary: one link of the engine, one process, tests in parallel.

mod browser;
mod classify_quality;
mod contract_quality;
mod corpus;
mod cost;
mod docs;
mod exchange;
mod figures;
mod formats;
mod golden;
mod hostile;
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
mod sniffer;
mod support;
mod synth;
mod tender_flags;
mod tidy;
