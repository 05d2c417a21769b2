//! Data files compiled into the binary: `data/{mappings,rules,kpi,reference}` and `queries`.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The text of an embedded file by its path from the project root, such as `data/rules/thresholds.toml`.
pub fn text(path: &str) -> Option<&'static str> {
    FILES.binary_search_by(|(name, _)| name.cmp(&path)).ok().map(|i| FILES[i].1)
}

/// Embedded files below a folder, such as `data/mappings/`, in order of their path.
pub fn below(folder: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied().filter(move |(name, _)| name.starts_with(folder))
}
