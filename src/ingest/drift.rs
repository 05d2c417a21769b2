//! Schema drift: the header of each file beside that of the file before it in its source, in the order of their paths. The order
//! of arrival plays no part, so a second load says the same as a fresh one.
//!
//! The mapping accepts what it names: an alternative that takes the place of another is no drift. A column that nobody has
//! looked at, or one that was read and is gone, may change what every figure means; a person accepts it once, in the settings.

use std::collections::BTreeSet;

use super::load::SourceRow;
use super::mapping::{ColumnRule, Mapping, fold_header, fold_name};
use crate::config::Source;
use crate::error::{Error, Result};

/// Most characters of a name that are kept.
const NAME_CHARS_MAX: usize = 100;
/// Most changes of a file that a message names.
const SHOWN_MAX: usize = 8;
/// Most files of a source whose changes a message names.
const DIFFERENCES_SHOWN_MAX: usize = 10;

/// A header as it is stored.
pub fn names_text(header: &[String]) -> Option<String> {
    let cut: Vec<String> = header.iter().map(|n| n.trim().chars().take(NAME_CHARS_MAX).collect()).collect();
    (!cut.is_empty()).then(|| serde_json::to_string(&cut).expect("texts are JSON"))
}

/// One difference between two headers.
#[derive(Debug, PartialEq, Eq)]
struct Change {
    /// The column that has to be accepted.
    column: String,
    text: String,
}

/// Compares the files of each source with the one before; notes what is accepted, refuses what is not: all of it at once, so that
/// a person accepts once.
pub fn check(sources: &[Source], mappings: &[Mapping], rows: &mut [SourceRow]) -> Result<()> {
    let mut refusals = Vec::new();
    for (source, mapping) in sources.iter().zip(mappings) {
        let mut differences = Vec::new();
        let mut to_accept = source.accept_columns.clone();
        let accepted: BTreeSet<String> = source.accept_columns.iter().map(|c| fold_name(c)).collect();
        let is_any = source.accept_columns.iter().any(|c| c == "*");
        let mut of_source: Vec<&mut SourceRow> = rows.iter_mut().filter(|r| r.source_name == source.name).collect();
        of_source.sort_by(|a, b| a.path.cmp(&b.path));
        let mut before: Option<(String, Vec<String>)> = None;
        for row in of_source {
            row.header_change = None;
            // A file without a header is told by the number of its columns; that is for the mapping to say.
            let Some(header) = row.header_names.as_deref().and_then(|t| serde_json::from_str::<Vec<String>>(t).ok()) else { continue };
            if let Some((path, names)) = &before {
                let changes = changes(mapping, names, &header);
                let open: Vec<&Change> = changes.iter().filter(|c| !is_any && !accepted.contains(&fold_name(&c.column))).collect();
                if !open.is_empty() {
                    differences.push(format!(
                        "{}: its header is another than that of {path}, the file before it in source \"{}\": {}",
                        row.path,
                        source.name,
                        shown(open.iter().copied())
                    ));
                    for change in open {
                        if !to_accept.contains(&change.column) {
                            to_accept.push(change.column.clone());
                        }
                    }
                }
                row.header_change = (!changes.is_empty()).then(|| shown(changes.iter()));
            }
            before = Some((row.path.clone(), header));
        }
        if !differences.is_empty() {
            refusals.push(refusal(source, differences, &to_accept));
        }
    }
    if refusals.is_empty() { Ok(()) } else { Err(Error::Input(refusals.join("\n"))) }
}

fn shown<'a>(changes: impl Iterator<Item = &'a Change>) -> String {
    let texts: Vec<&str> = changes.map(|c| c.text.as_str()).collect();
    let more = texts.len().saturating_sub(SHOWN_MAX);
    let text = texts[..texts.len() - more].join("; ");
    if more > 0 { format!("{text}; and {more} more") } else { text }
}

fn refusal(source: &Source, mut differences: Vec<String>, to_accept: &[String]) -> String {
    let more = differences.len().saturating_sub(DIFFERENCES_SHOWN_MAX);
    differences.truncate(DIFFERENCES_SHOWN_MAX);
    if more > 0 {
        differences.push(format!("… and {more} files more"));
    }
    let names: Vec<String> = to_accept.iter().map(|name| format!("{name:?}")).collect();
    format!(
        "{}. See whether the mapping \"{}\" still says what the columns mean; then accept them for the source in spendtrace.toml: accept_columns = [{}]",
        differences.join("\n"),
        source.mapping,
        names.join(", ")
    )
}

/// What changed from one header to the next, in the order of the columns.
fn changes(mapping: &Mapping, before: &[String], now: &[String]) -> Vec<Change> {
    let (before_folded, now_folded) = (fold_header(before), fold_header(now));
    let known: BTreeSet<String> = mapping.columns.iter().flat_map(|(_, rule)| &rule.names).map(|n| fold_name(n)).collect();
    let place = |folded: &[String], rule: &ColumnRule| rule.names.iter().find_map(|n| folded.iter().position(|h| *h == fold_name(n)));
    let mut changes = Vec::new();
    for (folded, name) in now_folded.iter().zip(now) {
        if !folded.is_empty() && !known.contains(folded) && !before_folded.contains(folded) {
            changes.push(Change { column: name.clone(), text: format!("the column \"{name}\" is new") });
        }
    }
    for (index, rule) in &mapping.columns {
        let target = mapping.table.columns[*index].name;
        let Some(was) = place(&before_folded, rule) else { continue };
        match place(&now_folded, rule) {
            None => changes.push(Change { column: before[was].clone(), text: format!("the column \"{}\", read as {target}, is gone", before[was]) }),
            // The column that was read is still there, and a stronger alternative stands beside it: another amount, another date.
            Some(is) if now_folded[is] != before_folded[was] && now_folded.contains(&before_folded[was]) => changes
                .push(Change { column: now[is].clone(), text: format!("{target} would be read from \"{}\" and no longer from \"{}\"", now[is], before[was]) }),
            Some(_) => {}
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        text.split(';').map(str::to_string).collect()
    }

    #[test]
    fn what_is_drift_and_what_is_not() {
        let mapping = Mapping::parse(
            "m",
            "doc = \"\"\nkind = \"invoice_line\"\n[columns]\nnet_amount = [\"Belopp\", \"Nettobelopp\"]\nvendor_name = \"Leverantör\"\nbooked_on = \"Datum\"\naccount_code = \"Konto\"\n",
        )
        .unwrap();
        for (case, before, now, expect) in [
            ("the same", "Datum;Leverantör;Belopp", "Datum;Leverantör;Belopp", vec![]),
            ("another order and case", "Datum;Leverantör;Belopp", "BELOPP;datum;Leverantör", vec![]),
            ("an alternative takes over", "Datum;Leverantör;Nettobelopp", "Datum;Leverantör;Belopp", vec![]),
            ("a known column comes", "Datum;Leverantör;Belopp", "Datum;Leverantör;Belopp;Konto", vec![]),
            ("a column that nobody reads goes", "Datum;Leverantör;Belopp;Rad", "Datum;Leverantör;Belopp", vec![]),
            ("an empty name", "Datum;Leverantör;Belopp", "Datum;Leverantör;Belopp;;", vec![]),
            ("a new column", "Datum;Leverantör;Belopp", "Datum;Leverantör;Belopp;Moms", vec!["Moms"]),
            ("a repeated name", "Datum;Leverantör;Belopp", "Datum;Leverantör;Belopp;Belopp", vec!["Belopp"]),
            ("a read column goes", "Datum;Leverantör;Belopp;Konto", "Datum;Leverantör;Belopp", vec!["Konto"]),
            ("a stronger alternative beside", "Datum;Leverantör;Nettobelopp", "Datum;Leverantör;Nettobelopp;Belopp", vec!["Belopp"]),
        ] {
            let found: Vec<String> = changes(&mapping, &names(before), &names(now)).into_iter().map(|c| c.column).collect();
            assert_eq!(found, expect, "{case}");
        }
    }
}
