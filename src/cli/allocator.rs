//! The allocator of the program, its benches and its tests, and the one setting of it that counts.

use std::ffi::c_long;

use libmimalloc_sys::{mi_option_set, mi_option_t, mi_option_use_numa_nodes};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The crate names the options beside it only; the order is that of mimalloc's own header.
const PURGE_DELAY: mi_option_t = mi_option_use_numa_nodes - 1;
const NEVER: c_long = -1;

/// Memory that is given back is kept for the next batch. A batch job asks for the same again at once, and a page that the system took
/// back must be cleared before it is given out anew: a sixth of the time of the analyses went there.
pub fn keep_freed_memory() {
    // SAFETY: sets one number of the allocator's options, which it reads whenever it frees; any value is allowed from any thread.
    unsafe { mi_option_set(PURGE_DELAY, NEVER) }
}
