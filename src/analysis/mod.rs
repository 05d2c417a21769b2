//! Every figure, in SQL, in parallel: `matched.*` → `metric.*`.
//!
//! Each analysis is one file of `queries/metric`, declared by its own header ([`crate::schema::metric`]).

use crate::error::Result;
use crate::pipeline::Context;
use crate::store::Store;

pub mod life_cycle;

pub use crate::schema::metric as catalogue;

pub fn run(_context: &Context, _store: &mut Store) -> Result<()> {
    Ok(())
}
