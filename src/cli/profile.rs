//! `profile` for people: what is in a file, what proves it, and the mapping.

use std::fmt::Write as _;

use crate::ingest::profile::{ColumnProfile, Profile, Trial};

/// Most columns that are described one by one; the rest is in `--json`.
const COLUMNS_MAX: usize = 120;

/// One file as text.
pub fn text(profile: &Profile) -> String {
    let mut out = String::new();
    let mut line = |label: &str, value: &str| writeln!(out, "  {label:<10} {value}").expect("writing to a string");
    line("format", &profile.format);
    line("encoding", &profile.encoding);
    if let Some(dialect) = &profile.dialect {
        line("dialect", dialect);
    }
    line("size", &format!("{} bytes", profile.byte_count));
    for finding in &profile.findings {
        line("note", finding);
    }
    for table in &profile.tables {
        let names: Vec<&str> = table.names.iter().map(String::as_str).filter(|n| !n.is_empty()).collect();
        let part = if table.is_whole { "" } else { " looked at, the first of more" };
        let header = match table.header_line {
            0 => "no header line".to_string(),
            line => format!("header in line {line}"),
        };
        let name = if names.is_empty() { "table".to_string() } else { names.join(", ") };
        write!(out, "\n{name}: {header}, {} records{part}\n", table.record_count).expect("writing to a string");
        for (index, column) in table.columns.iter().take(COLUMNS_MAX).enumerate() {
            column_text(&mut out, index + 1, column);
        }
        if table.columns.len() > COLUMNS_MAX {
            writeln!(out, "  … and {} more; --json has them", table.columns.len() - COLUMNS_MAX).expect("writing to a string");
        }
    }
    out.push('\n');
    if let Some(kind) = profile.kind {
        writeln!(out, "kind: {kind}").expect("writing to a string");
    }
    if !profile.unplaced.is_empty() {
        writeln!(out, "not placed: {}", profile.unplaced.join(", ")).expect("writing to a string");
    }
    for open in &profile.open {
        writeln!(out, "to decide: {open}").expect("writing to a string");
    }
    if let Some(trial) = &profile.trial {
        trial_text(&mut out, trial);
    }
    if let Some(refusal) = &profile.refusal {
        writeln!(out, "refused: {refusal}").expect("writing to a string");
    }
    if let Some(name) = &profile.built_in {
        writeln!(out, "built-in mapping: {name}").expect("writing to a string");
    }
    for other in &profile.others {
        writeln!(out, "the built-in mapping {} can read it too: {} of its {} columns are here", other.name, other.matched, other.of)
            .expect("writing to a string");
    }
    if let (Some(mapping), None) = (&profile.mapping, &profile.built_in) {
        write!(out, "\n{mapping}").expect("writing to a string");
    }
    out
}

fn column_text(out: &mut String, number: usize, column: &ColumnProfile) {
    let target = column.target.map_or_else(|| "not placed".to_string(), |t| format!("-> {t} (by {})", column.found_by.unwrap_or_default()));
    writeln!(out, "  {number:>3} {:<30} {:<20} {target}", column.name, column.kind.word()).expect("writing to a string");
    if column.filled == 0 {
        return;
    }
    let examples: Vec<String> = column.examples.iter().map(|e| format!("\"{e}\"")).collect();
    writeln!(out, "      {} filled, {} different: {}", column.filled, column.distinct, examples.join(", ")).expect("writing to a string");
    for evidence in &column.evidence {
        writeln!(out, "      {evidence}").expect("writing to a string");
    }
}

fn trial_text(out: &mut String, trial: &Trial) {
    write!(
        out,
        "ingest would read {} records, keep {} and reject {}; {} rows are titles, totals or blank",
        trial.read, trial.kept, trial.rejected, trial.skipped
    )
    .expect("writing to a string");
    if let (Some(kept), Some(rejected)) = (&trial.net_amount_kept, &trial.net_amount_rejected) {
        write!(out, "\nnet amount kept {kept}, rejected {rejected}").expect("writing to a string");
    }
    if let Some(total) = &trial.control_total {
        let sum = trial.net_amount_kept.as_deref().unwrap_or_default();
        let verdict = if sum == total && trial.rejected == 0 { "equal to the rows" } else { "compare it with the rows" };
        write!(out, "; the file's own total is {total}, {verdict}").expect("writing to a string");
    }
    if let Some((first, last)) = &trial.periods {
        write!(out, "\nmonths {first} to {last}").expect("writing to a string");
    }
    out.push('\n');
    for fault in &trial.faults {
        let place = if fault.column.is_empty() { String::new() } else { format!(" in \"{}\"", fault.column) };
        writeln!(out, "  rejected: {} × {}{place}, first in line {}: \"{}\"", fault.count, fault.code, fault.first_line, fault.example)
            .expect("writing to a string");
    }
}
