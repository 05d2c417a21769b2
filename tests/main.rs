//! The one integration test binary: one link of the engine, one process, tests in parallel.

<<<<<<< HEAD
mod formats;
mod life_cycle;
=======
mod ingest;
>>>>>>> 92470af (Ingest reads delimited text: encodings, dialects, strict typing by column, rejects, control totals, privacy)
mod resolve_stage;
mod support;
mod synth;
mod tidy;
