//! The one integration test binary: one link of the engine, one process, tests in parallel.

mod support;
mod tidy;
