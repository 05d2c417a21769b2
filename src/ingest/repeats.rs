//! Rows that stand in two files of a source: overlapping months, a file exported again, one saved in another encoding. They are
//! found by their fingerprints, counted and named, never dropped: which of the two files is right, only people know.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::findings::{self, FindingRow};
use super::load::SourceRow;
use crate::error::Result;
use crate::schema::INVOICE_LINE;
use crate::store::{Columns, FileEntry, Store};

/// The invoice lines of one file in one month: fingerprints in order, with the net amount of each row.
type Prints = Vec<(i64, i64)>;

/// For each pair of files of the same source and each month: how many rows of one stand in the other too, as often as they do.
/// `files` are the lines' files that count; pairs of which `is_known` holds are left out.
pub fn find(store: &Store, files: &[FileEntry], rows: &[SourceRow], is_known: impl Fn(&str, &str) -> bool + Sync) -> Result<Vec<FindingRow>> {
    let by_id: BTreeMap<&str, &SourceRow> = rows.iter().map(|r| (r.source_file_id.as_str(), r)).collect();
    let mut groups: BTreeMap<(&str, &str), Vec<(&SourceRow, &FileEntry)>> = BTreeMap::new();
    for file in files {
        if let (Some(row), Some(period)) = (by_id.get(super::file_id(file)), file.period.as_deref()) {
            groups.entry((row.source_name.as_str(), period)).or_default().push((row, file));
        }
    }
    let mut found = Vec::new();
    for ((_, period), group) in groups.iter_mut().filter(|(_, g)| g.len() > 1) {
        // The file that begins later is the one that repeats.
        group.sort_by_key(|(row, _)| (&row.first_period, &row.last_period, &row.path, &row.source_file_id));
        let pairs: Vec<(usize, usize)> = (0..group.len())
            .flat_map(|a| (a + 1..group.len()).map(move |b| (a, b)))
            .filter(|(a, b)| !is_known(&group[*a].0.source_file_id, &group[*b].0.source_file_id))
            .collect();
        if pairs.is_empty() {
            continue;
        }
        // One month at a time is in memory: 16 bytes for each line.
        let needed: Vec<bool> = (0..group.len()).map(|i| pairs.iter().any(|(a, b)| *a == i || *b == i)).collect();
        let prints: Vec<Prints> =
            group.par_iter().zip(&needed).map(|((_, file), needed)| if *needed { prints(store, file) } else { Ok(Vec::new()) }).collect::<Result<_>>()?;
        let of_pair = |(a, b): &(usize, usize)| -> Option<FindingRow> {
            let (count, net) = common(&prints[*a], &prints[*b]);
            let (first, second) = (group[*a].0, group[*b].0);
            (count > 0).then(|| FindingRow {
                period: Some((*period).to_string()),
                other_source_file_id: Some(first.source_file_id.clone()),
                other_path: Some(first.path.clone()),
                row_count: Some(count),
                net_amount: i64::try_from(net).ok(),
                ..FindingRow::new(&second.source_file_id, &second.path, findings::ROWS_REPEATED)
            })
        };
        found.extend(pairs.par_iter().filter_map(of_pair).collect::<Vec<_>>());
    }
    Ok(found)
}

fn prints(store: &Store, file: &FileEntry) -> Result<Prints> {
    let mut all = Prints::with_capacity(usize::try_from(file.rows).unwrap_or(0));
    for batch in store.read_file(&INVOICE_LINE, file, Some(&["net_amount", "row_fingerprint"]), 64 * 1024)? {
        let batch = batch?;
        let (amounts, prints) = (Columns(&batch).decimal("net_amount"), Columns(&batch).int("row_fingerprint"));
        all.extend(prints.values().iter().zip(amounts.values()).map(|(p, a)| (*p, i64::try_from(*a).expect("Decimal(18,2) fits i64"))));
    }
    all.sort_unstable();
    Ok(all)
}

/// Rows that two ordered lists have in common, each as often as in the one that has it less often, and their sum.
fn common(a: &Prints, b: &Prints) -> (i64, i128) {
    let (mut i, mut j, mut count, mut net) = (0, 0, 0, 0i128);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                count += 1;
                net += i128::from(a[i].1);
                i += 1;
                j += 1;
            }
        }
    }
    (count, net)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_common_as_often_as_in_the_poorer_list() {
        let list = |prints: &[i64]| -> Prints { prints.iter().map(|p| (*p, p * 100)).collect() };
        for (a, b, expect) in [(&[1, 2, 2, 3][..], &[2, 2, 2, 4][..], (2, 400)), (&[1], &[2], (0, 0)), (&[], &[2], (0, 0)), (&[-5, 7], &[-5, 7], (2, 200))] {
            assert_eq!(common(&list(a), &list(b)), expect);
            assert_eq!(common(&list(b), &list(a)), expect);
        }
    }
}
