//! The one integration test binary: one link of the engine, one process, tests in parallel.

mod formats;
mod ingest;
mod life_cycle;
mod resolve_stage;
mod support;
mod synth;
mod tidy;
