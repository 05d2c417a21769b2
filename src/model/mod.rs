//! Values with invariants: money, dates, periods, keys, identifiers; and the sentences of evidence. No I/O and no Arrow here.

pub mod date;
pub mod identifier;
pub mod key;
pub mod money;
pub mod saying;

pub use date::{Date, Period};
pub use key::{LineId, SourceFileId, stable_key, vendor_key};
pub use money::{Money, Total};
