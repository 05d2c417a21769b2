//! Links by likeness of names.
use super::record::Record;
use super::sets::Sets;
use super::similar::Names;

pub(super) fn unite(
    _records: &[Record],
    _names: &Names,
    _entry: &[u32],
    _blank: &[bool],
    _sets: &mut Sets,
    _score_min: f32,
    _doubts: &mut Vec<(u32, u32, f32, String)>,
) {
}
