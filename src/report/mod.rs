use crate::error::Result;
use crate::pipeline::Context;
use crate::store::Store;

pub fn run(_context: &Context, _store: &mut Store) -> Result<()> {
    Ok(())
}
