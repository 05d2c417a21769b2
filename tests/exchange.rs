//! Exchange rates: the European Central Bank's whole history as a source, and real invoices of eleven currencies converted by it.

use std::collections::BTreeMap;
use std::fs;

use spendtrace::config;
use spendtrace::schema;
use spendtrace::store::Store;

use super::hostile::{rows, spendtrace};
use super::support::{Scratch, corpus};

/// The filled cells of the file by another reader: day, currency → rate as it stands.
fn stated(text: &str) -> BTreeMap<(String, String), String> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("a header").split(',').map(str::trim).collect();
    let mut all = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        for (name, cell) in names.iter().zip(&cells).skip(1).filter(|(name, cell)| !name.is_empty() && !cell.is_empty() && **cell != "N/A") {
            all.insert((cells[0].to_string(), (*name).to_string()), (*cell).to_string());
        }
    }
    all
}

/// Units of 10^−8 of a decimal text.
fn hundred_millionths(text: &str) -> i64 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<8}").parse().expect("a rate of at most eight decimals")
}

#[test]
fn every_rate_of_the_history_is_kept_and_real_invoices_are_converted_by_it() {
    let (Some(rates), Some(invoices)) = (corpus("ref-ecb-fx"), corpus("cz-mfcr-invoices")) else { return };
    let history = fs::read_to_string(rates.join("eurofxref-hist.csv")).unwrap();
    let scratch = Scratch::new("exchange");
    fs::write(scratch.path().join("hist.csv"), &history).unwrap();
    for year in ["2010", "2011", "2012"] {
        let name = format!("spending-mfcr-data-{year}.csv.gz");
        fs::copy(invoices.join(&name), scratch.path().join(&name)).unwrap();
    }
    let settings = "currency = \"CZK\"\nreject_ratio_max = 1.0\n[[source]]\nname = \"invoices\"\npath = \"spending*\"\nmapping = \"cz-mfcr\"\n\
        [[source]]\nname = \"rates\"\npath = \"hist.csv\"\nmapping = \"ecb-rates\"\n";
    fs::write(scratch.path().join(config::FILE), settings).unwrap();
    let outcome = spendtrace(scratch.path(), &["analyse"]);
    assert_eq!(outcome.code, 0, "{}", outcome.said);
    let store = Store::open(&scratch.path().join("out")).unwrap();
    let expect = stated(&history);
    let found = rows(&store, &schema::EXCHANGE_RATE, &["rate_on", "quote_currency", "exchange_rate", "base_currency"]);
    assert_eq!(found.len(), expect.len());
    assert!(expect.len() > 200_000, "{} rates", expect.len());
    for row in &found {
        let [day, currency, rate, base] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
        assert_eq!((rate.parse().ok(), base), (expect.get(&(day.to_string(), currency.to_string())).map(|r| hundred_millionths(r)), "EUR"), "{row}");
    }
    // Each converted line by hand: amount × crowns per euro ÷ units per euro, half away from zero, on the day that the line names.
    let days: std::collections::BTreeSet<&str> = expect.keys().map(|(day, _)| day.as_str()).collect();
    let mut converted: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows(&store, &schema::SPEND, &["currency", "covered_on", "exchange_rate_on", "net_amount", "spend_net"]) {
        let [currency, covered_on, rate_on, net, spend] = row.split('|').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let minor = |text: &str| text.replace('.', "").parse::<i128>().expect("an amount");
        if currency == "CZK" {
            assert_eq!((rate_on, net), ("", spend), "{row}");
            continue;
        }
        let rate = |currency: &str, day: &str| {
            if currency == "EUR" { Some(100_000_000) } else { expect.get(&(day.to_string(), currency.to_string())).map(|r| hundred_millionths(r)) }
        };
        if rate_on.is_empty() {
            assert_eq!(spend, "", "{row}");
            assert!(days.range::<&str, _>(..=covered_on).next_back().is_none_or(|last| rate(currency, last).is_none()), "{row}: a rate is on file");
            continue;
        }
        assert_eq!(days.range::<&str, _>(..=covered_on).next_back().copied(), Some(rate_on), "{row}: the last day with a rate");
        let (from, to) = (i128::from(rate(currency, rate_on).expect("a rate")), i128::from(rate("CZK", rate_on).expect("a rate")));
        let exact = minor(net) * to;
        let rounded = (exact.abs() * 2 + from) / (from * 2) * exact.signum();
        assert_eq!(minor(spend), rounded, "{row}");
        *converted.entry(currency.to_string()).or_default() += 1;
    }
    assert!(converted.len() >= 8, "{converted:?}");
    eprintln!("{} rates; lines converted: {converted:?}", found.len());
}
