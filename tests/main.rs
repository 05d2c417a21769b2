//! The one integration test binary: one link of the engine, one process, tests in parallel.

mod resolve_stage;
mod life_cycle;
mod support;
mod synth;
mod tidy;
