//! The eleven flags. Each reads the releases in the order of the input and leaves rows in the order of code, object and id.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::exact::{Fence, Ratio};
use super::release::{Bid, Price, Release, only};
use super::{Code, Coverage, Findings, Flag, Object, Settings};

/// All flags of a set of processes. `rejects` is left empty.
pub(super) fn all(releases: &[Release], settings: &Settings) -> Findings {
    let mut board = Board::default();
    // Cardinal's global exclusions: a cancelled tender is no finding on anyone, nor are the methods that the settings exclude.
    let is_looked_at = |r: &&Release| {
        r.tender_status.as_deref() != Some("cancelled")
            && !r.procurement_method_details.as_ref().is_some_and(|d| settings.excluded_procurement_method_details.contains(d))
    };
    let releases: Vec<&Release> = releases.iter().filter(is_looked_at).collect();
    let mut currency = settings.currency.clone();
    let mut gaps = BTreeMap::new();
    for release in &releases {
        short_period(release, settings, &mut board);
        single_bid(release, settings, &mut board);
        // The first currency that either asks for is the one of the whole input.
        if are_prices_compared(release, settings) {
            if let Some(gap) = price_gap(release, &mut currency) {
                gaps.insert(release.ocid.clone(), gap);
            }
            identical_prices(release, &mut board);
            lowest_disqualified(release, &mut currency, &mut board);
        }
        late_winner(release, &mut board);
        all_others_disqualified(release, settings, &mut board);
    }
    close_prices(&gaps, settings, &mut board);
    unsuccessful_bids(&releases, settings, &mut board);
    disqualified_bids(&releases, settings, &mut board);
    heterogeneous(&releases, settings, &mut board);
    heavy_discounts(&gaps, settings, &mut board);
    board.findings(releases.len() as u64, currency)
}

/// Where flags are noted.
#[derive(Default)]
struct Board {
    rows: BTreeMap<(Code, Object, String), Row>,
    seen: BTreeMap<(Code, Object), Seen>,
}

#[derive(Default)]
struct Row {
    value: Option<f64>,
    process_ids: BTreeSet<String>,
    evidence: String,
}

#[derive(Default)]
struct Seen {
    evaluable_count: u64,
    first_quartile: Option<f64>,
    third_quartile: Option<f64>,
    limit: Option<f64>,
}

impl Board {
    fn see(&mut self, code: Code, object: Object) {
        self.seen.entry((code, object)).or_default().evaluable_count += 1;
    }

    fn flag(&mut self, code: Code, object: Object, id: &str, value: f64, evidence: String) {
        self.rows.insert((code, object, id.to_string()), Row { value: Some(value), process_ids: BTreeSet::new(), evidence });
    }

    /// Names a tenderer because of a process, with Cardinal's value for it, if it has one of its own.
    fn name(&mut self, code: Code, tenderer: &str, value: Option<f64>, process: &str, evidence: &str) {
        let row = self.rows.entry((code, Object::Tenderer, tenderer.to_string())).or_default();
        row.value = value;
        row.process_ids.insert(process.to_string());
        row.evidence = evidence.to_string();
    }

    fn findings(self, process_count: u64, currency: Option<String>) -> Findings {
        let mut flagged: BTreeMap<(Code, Object), u64> = BTreeMap::new();
        for (code, object, _) in self.rows.keys() {
            *flagged.entry((*code, *object)).or_default() += 1;
        }
        let mut seen = self.seen;
        for code in Code::ALL {
            let objects: &[Object] = match code {
                Code::R025 | Code::R048 => &[Object::Tenderer],
                Code::R038 => &[Object::Buyer, Object::ProcuringEntity, Object::Tenderer],
                _ => &[Object::Process],
            };
            for object in objects {
                seen.entry((code, *object)).or_default();
            }
        }
        let coverage = seen.into_iter().map(|((code, object), seen)| Coverage {
            code,
            object,
            evaluable_count: seen.evaluable_count,
            flagged_count: flagged.get(&(code, object)).copied().unwrap_or(0),
            first_quartile: seen.first_quartile,
            third_quartile: seen.third_quartile,
            limit: seen.limit,
        });
        let flags = self.rows.into_iter().map(|((code, object, object_id), row)| Flag {
            code,
            object,
            object_id,
            value: row.value,
            process_ids: row.process_ids.into_iter().collect(),
            evidence: row.evidence,
        });
        Findings { coverage: coverage.collect(), flags: flags.collect(), process_count, currency, rejects: Vec::new() }
    }
}

/// R003: fewer whole days from the start to the end of the tender period than the method's threshold.
fn short_period(release: &Release, settings: &Settings, board: &mut Board) {
    let rule = &settings.r003;
    if !is_of_method(release, &rule.procurement_methods) {
        return;
    }
    let (Some(start_text), Some(end_text)) = (&release.tender_start, &release.tender_end) else { return };
    let (Some(start), Some(end)) = (instant(start_text), instant(end_text)) else { return };
    board.see(Code::R003, Object::Process);
    let days = (end.as_second() - start.as_second()) / SECONDS_OF_DAY;
    let own = release.procurement_method_details.as_ref().and_then(|d| rule.procurement_method_details.get(d));
    let threshold = *own.unwrap_or(&rule.threshold);
    if days < threshold {
        let evidence = format!("{days} whole days from {start_text} to {end_text}; threshold {threshold}");
        board.flag(Code::R003, Object::Process, &release.ocid, 1.0, evidence);
    }
}

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;

/// R018: one tenderer in a competitive procedure.
fn single_bid(release: &Release, settings: &Settings, board: &mut Board) {
    if !is_of_method(release, &settings.r018.procurement_methods) {
        return;
    }
    let Some(count) = release.tenderer_count else { return };
    board.see(Code::R018, Object::Process);
    if count == 1 {
        let method = release.procurement_method.as_deref().unwrap_or("any");
        board.flag(Code::R018, Object::Process, &release.ocid, 1.0, format!("1 tenderer; procurement method {method}"));
    }
}

/// The winning bid and the lowest of the others.
struct Gap {
    ratio: Ratio,
    winner: (String, Price),
    runner_up: (String, Price),
}

impl Gap {
    fn evidence(&self, limit: &Fence) -> String {
        let (winner, runner_up) = (&self.winner, &self.runner_up);
        format!(
            "{} won at {} {}, {} bid {} {}; difference {:.6}, limit {:.6}",
            winner.0,
            winner.1.amount,
            winner.1.currency,
            runner_up.0,
            runner_up.1.amount,
            runner_up.1.currency,
            self.ratio.as_f64(),
            limit.as_f64()
        )
    }
}

/// The difference between the lowest valid bid of the only winner and the lowest valid bid of anyone else, as a share of the
/// winning one; `None` when the lowest bid did not win, since price was then not all that counted, and when the winning bid is
/// nothing, of which there is no share.
fn price_gap(release: &Release, currency: &mut Option<String>) -> Option<Gap> {
    let winner_id = release.only_winner()?;
    let mut winner: Option<(&str, &Price)> = None;
    let mut runner_up: Option<(&str, &Price)> = None;
    for bid in release.bids.iter().filter(|b| b.status.as_deref() == Some("valid")) {
        let (Some(tenderer), Some(price)) = (only(&bid.tenderers), &bid.price) else { continue };
        if !is_of_currency(price, currency) {
            continue;
        }
        let best = if tenderer == winner_id { &mut winner } else { &mut runner_up };
        if best.is_none_or(|(_, lowest)| price.amount < lowest.amount) {
            *best = Some((tenderer, price));
        }
    }
    let (winner, runner_up) = (winner?, runner_up?);
    let (won, next) = (winner.1.amount.units(), runner_up.1.amount.units());
    if won <= 0 || next < won {
        return None;
    }
    let owned = |(id, price): (&str, &Price)| (id.to_string(), price.clone());
    let ratio = Ratio::new((next - won).unsigned_abs(), won.unsigned_abs());
    Some(Gap { ratio, winner: owned(winner), runner_up: owned(runner_up) })
}

/// Quartiles of values, when there are any.
fn quartiles(values: impl Iterator<Item = Ratio>) -> Option<(Fence, Fence)> {
    let mut values: Vec<Ratio> = values.collect();
    values.sort();
    Some((Fence::quantile(&values, 25)?, Fence::quantile(&values, 75)?))
}

/// The fence from the quartiles, or the threshold instead; notes on the board what it is.
fn fence(
    board: &mut Board,
    of: (Code, Object),
    threshold: Option<Ratio>,
    values: impl Iterator<Item = Ratio>,
    make: fn(&Fence, &Fence) -> Fence,
) -> Option<Fence> {
    let quartiles = quartiles(values)?;
    let seen = board.seen.entry(of).or_default();
    let limit = match threshold {
        Some(limit) => Fence::given(limit),
        None => {
            seen.first_quartile = Some(quartiles.0.as_f64());
            seen.third_quartile = Some(quartiles.1.as_f64());
            make(&quartiles.0, &quartiles.1)
        }
    };
    seen.limit = Some(limit.as_f64());
    // Values are never negative. A fence at or below zero would flag whatever is zero: with three quarters of the values at zero,
    // all of those.
    limit.is_positive().then_some(limit)
}

/// R024: the difference is at or below the lower fence.
fn close_prices(gaps: &BTreeMap<String, Gap>, settings: &Settings, board: &mut Board) {
    let of = (Code::R024, Object::Process);
    board.seen.entry(of).or_default().evaluable_count = gaps.len() as u64;
    let Some(limit) = fence(board, of, settings.r024.threshold, gaps.values().map(|g| g.ratio), Fence::lower) else { return };
    for (ocid, gap) in gaps.iter().filter(|(_, g)| limit.of(g.ratio) != Ordering::Greater) {
        board.flag(Code::R024, Object::Process, ocid, gap.ratio.as_f64(), gap.evidence(&limit));
        board.name(Code::R024, &gap.winner.0, None, ocid, "winner or second lowest in these processes");
        board.name(Code::R024, &gap.runner_up.0, None, ocid, "winner or second lowest in these processes");
    }
}

/// R058: the difference is at or above the upper fence.
fn heavy_discounts(gaps: &BTreeMap<String, Gap>, settings: &Settings, board: &mut Board) {
    let of = (Code::R058, Object::Process);
    board.seen.entry(of).or_default().evaluable_count = gaps.len() as u64;
    let Some(limit) = fence(board, of, settings.r058.threshold, gaps.values().map(|g| g.ratio), Fence::upper) else { return };
    for (ocid, gap) in gaps.iter().filter(|(_, g)| limit.of(g.ratio) != Ordering::Less) {
        board.flag(Code::R058, Object::Process, ocid, gap.ratio.as_f64(), gap.evidence(&limit));
        board.name(Code::R058, &gap.winner.0, None, ocid, "winner in these processes");
    }
}

/// Part of a whole, both counts.
#[derive(Default, Clone, Copy)]
struct Share {
    part: u64,
    whole: u64,
}

impl Share {
    fn ratio(self) -> Ratio {
        Ratio::new(u128::from(self.part), u128::from(self.whole))
    }
}

/// R025: a tenderer with as many bids as the top ones wins a share at or below the lower fence.
fn unsuccessful_bids(releases: &[&Release], settings: &Settings, board: &mut Board) {
    let of = (Code::R025, Object::Tenderer);
    let mut wins: BTreeMap<&str, Share> = BTreeMap::new();
    for release in releases {
        let Some(winner) = release.only_winner() else { continue };
        let valid = release.bids.iter().filter(|b| b.status.as_deref() == Some("valid"));
        // Once per process, however many bids.
        for tenderer in valid.filter_map(|b| only(&b.tenderers)).collect::<BTreeSet<_>>() {
            let share = wins.entry(tenderer).or_default();
            share.part += u64::from(tenderer == winner);
            share.whole += 1;
        }
    }
    board.seen.entry(of).or_default().evaluable_count = wins.len() as u64;
    let mut counts: Vec<Ratio> = wins.values().map(|s| Ratio::whole(u128::from(s.whole))).collect();
    counts.sort();
    let Some(top) = Fence::quantile(&counts, settings.r025.percentile) else { return };
    let Some(limit) = fence(board, of, settings.r025.threshold, wins.values().map(|s| s.ratio()), Fence::lower) else { return };
    for (tenderer, share) in wins {
        if top.of(Ratio::whole(u128::from(share.whole))) != Ordering::Less && limit.of(share.ratio()) != Ordering::Greater {
            let evidence = format!(
                "won {} of {} processes with a valid bid; limit {:.6}, a top tenderer from {:.2} processes",
                share.part,
                share.whole,
                limit.as_f64(),
                top.as_f64()
            );
            board.flag(Code::R025, Object::Tenderer, tenderer, share.ratio().as_f64(), evidence);
        }
    }
}

/// R028: submitted bids of different tenderers have the same price. Cardinal compares each bid with the one before it at the same
/// price, and takes bids of equal sets of tenderers for one tenderer's.
fn identical_prices(release: &Release, board: &mut Board) {
    let mut priced_count = 0;
    let mut last_at: BTreeMap<&Price, BTreeSet<&str>> = BTreeMap::new();
    let mut same: BTreeSet<(&Price, &str)> = BTreeSet::new();
    for bid in release.submitted_bids() {
        let ids: BTreeSet<&str> = bid.tenderers.iter().flatten().map(String::as_str).collect();
        let Some(price) = bid.price.as_ref().filter(|_| !ids.is_empty()) else { continue };
        priced_count += 1;
        if let Some(other) = last_at.get(price).filter(|other| **other != ids) {
            same.extend(ids.iter().chain(other).map(|id| (price, *id)));
        }
        last_at.insert(price, ids);
    }
    if priced_count >= 2 {
        board.see(Code::R028, Object::Process);
    }
    if same.is_empty() {
        return;
    }
    let shown: Vec<_> = same.iter().map(|(price, id)| format!("{id} {} {}", price.amount, price.currency)).collect();
    board.flag(Code::R028, Object::Process, &release.ocid, 1.0, format!("same price: {}", shown.join("; ")));
    for (_, id) in &same {
        board.name(Code::R028, id, Some(1.0), &release.ocid, "bid the same price as another in these processes");
    }
}

/// R030: a valid bid of a supplier with an award in force came after the end of the tender period.
fn late_winner(release: &Release, board: &mut Board) {
    let Some(deadline) = &release.tender_end else { return };
    let suppliers: BTreeSet<&str> = release.active_awards().flat_map(|a| a.suppliers.iter().flatten()).map(String::as_str).collect();
    let mut is_evaluable = false;
    let mut late: Vec<(&str, &str)> = Vec::new();
    for bid in release.bids.iter().filter(|b| b.status.as_deref() == Some("valid")) {
        let Some(date) = &bid.date else { continue };
        for id in bid.tenderers.iter().flatten().filter(|id| suppliers.contains(id.as_str())) {
            is_evaluable = true;
            if is_later(date, deadline) {
                late.push((id, date));
            }
        }
    }
    if is_evaluable {
        board.see(Code::R030, Object::Process);
    }
    if late.is_empty() {
        return;
    }
    let shown: Vec<_> = late.iter().map(|(id, date)| format!("{id} {date}")).collect();
    board.flag(Code::R030, Object::Process, &release.ocid, 1.0, format!("deadline {deadline}; winning bid received: {}", shown.join("; ")));
    for (id, _) in late {
        board.name(Code::R030, id, Some(1.0), &release.ocid, "won with a late bid in these processes");
    }
}

/// R035: one tenderer has valid bids and all awards in force, and at least so many others were disqualified.
fn all_others_disqualified(release: &Release, settings: &Settings, board: &mut Board) {
    let Some(awards) = release.active_awards_when_all_final() else { return };
    let tenderers = |status: &str| -> BTreeSet<&str> {
        let of_status = |b: &&Bid| b.status.as_deref() == Some(status);
        release.bids.iter().filter(of_status).flat_map(|b| b.tenderers.iter().flatten()).map(String::as_str).collect()
    };
    let suppliers: BTreeSet<&str> = awards.iter().flat_map(|a| a.suppliers.iter().flatten()).map(String::as_str).collect();
    let valid = tenderers("valid");
    if !valid.is_empty() && !suppliers.is_empty() {
        board.see(Code::R035, Object::Process);
    }
    if valid.len() != 1 || valid != suppliers {
        return;
    }
    let disqualified = tenderers("disqualified");
    let others: Vec<&str> = disqualified.difference(&valid).copied().collect();
    if others.len() >= settings.r035.threshold.max(1) {
        let winner = valid.first().expect("one valid tenderer");
        let evidence = format!("{winner} won, the only valid bidder; disqualified: {}", others.join("; "));
        board.flag(Code::R035, Object::Process, &release.ocid, others.len() as f64, evidence);
        board.name(Code::R035, winner, None, &release.ocid, "won with all others disqualified in these processes");
    }
}

/// R036: the lowest submitted bid is disqualified though an award is in force; among equal bids the first counts.
fn lowest_disqualified(release: &Release, currency: &mut Option<String>, board: &mut Board) {
    if release.active_awards().next().is_none() {
        return;
    }
    let mut lowest: Option<(&Bid, &Price)> = None;
    let mut has_valid = false;
    for bid in release.submitted_bids() {
        let Some(price) = bid.price.as_ref().filter(|p| is_of_currency(p, currency)) else { continue };
        if lowest.is_none_or(|(_, other)| price.amount < other.amount) {
            lowest = Some((bid, price));
        }
        has_valid |= bid.status.as_deref() == Some("valid");
    }
    let Some((bid, price)) = lowest.filter(|_| has_valid) else { return };
    board.see(Code::R036, Object::Process);
    if bid.status.as_deref() == Some("disqualified") {
        let ids: Vec<&str> = bid.tenderers.iter().flatten().map(String::as_str).collect();
        let evidence = format!("lowest bid {} {} of {} is disqualified", price.amount, price.currency, ids.join("; "));
        board.flag(Code::R036, Object::Process, &release.ocid, 1.0, evidence);
    }
}

/// R038: the share of submitted bids that are disqualified is at or above the upper fence, by buyer, procuring entity and tenderer.
fn disqualified_bids(releases: &[&Release], settings: &Settings, board: &mut Board) {
    let rule = &settings.r038;
    let mut shares: BTreeMap<Object, BTreeMap<&str, Share>> = BTreeMap::new();
    for release in releases {
        for bid in release.submitted_bids() {
            let part = u64::from(bid.status.as_deref() == Some("disqualified"));
            let tenderers = bid.tenderers.iter().flatten().map(|id| (Object::Tenderer, id));
            let buyer = release.buyer_id.iter().map(|id| (Object::Buyer, id));
            let entity = release.procuring_entity_id.iter().map(|id| (Object::ProcuringEntity, id));
            for (object, id) in tenderers.chain(buyer).chain(entity) {
                let share = shares.entry(object).or_default().entry(id).or_default();
                share.part += part;
                share.whole += 1;
            }
        }
    }
    for (object, mut shares) in shares {
        let minimum = if object == Object::Tenderer { rule.minimum_submitted_bids } else { rule.minimum_contracting_processes };
        shares.retain(|_, s| s.whole >= minimum);
        let of = (Code::R038, object);
        board.seen.entry(of).or_default().evaluable_count = shares.len() as u64;
        let Some(limit) = fence(board, of, rule.threshold, shares.values().map(|s| s.ratio()), Fence::upper) else { continue };
        for (id, share) in shares.into_iter().filter(|(_, s)| limit.of(s.ratio()) != Ordering::Less) {
            let evidence = format!("{} of {} submitted bids disqualified; limit {:.6}", share.part, share.whole, limit.as_f64());
            board.flag(Code::R038, object, id, share.ratio().as_f64(), evidence);
        }
    }
}

/// R048: the number of item classes that a supplier was awarded is at or above the upper fence.
fn heterogeneous(releases: &[&Release], settings: &Settings, board: &mut Board) {
    let rule = &settings.r048;
    let of = (Code::R048, Object::Tenderer);
    let mut suppliers: BTreeMap<&str, (u64, BTreeSet<String>)> = BTreeMap::new();
    for release in releases {
        let mut seen_here = BTreeSet::new();
        for award in release.active_awards() {
            // With several suppliers it is not told who supplies what.
            let Some(supplier) = only(&award.suppliers).filter(|_| !award.item_classes.is_empty()) else { continue };
            let (process_count, classes) = suppliers.entry(supplier).or_default();
            *process_count += u64::from(seen_here.insert(supplier));
            classes.extend(award.item_classes.iter().map(|c| c.chars().take(rule.digits).collect::<String>()));
        }
    }
    suppliers.retain(|_, (process_count, _)| *process_count >= rule.minimum_contracting_processes);
    board.seen.entry(of).or_default().evaluable_count = suppliers.len() as u64;
    let variety = |classes: &BTreeSet<String>| Ratio::whole(classes.len() as u128);
    let threshold = rule.threshold.map(|t| Ratio::whole(u128::from(t)));
    let Some(limit) = fence(board, of, threshold, suppliers.values().map(|(_, c)| variety(c)), Fence::upper) else { return };
    for (id, (process_count, classes)) in suppliers {
        if limit.of(variety(&classes)) != Ordering::Less {
            let shown: Vec<&str> = classes.iter().map(String::as_str).collect();
            let evidence = format!("{} classes in {process_count} processes, limit {:.2}: {}", classes.len(), limit.as_f64(), shown.join(" "));
            board.flag(Code::R048, Object::Tenderer, id, classes.len() as f64, evidence);
        }
    }
}

fn is_of_method(release: &Release, methods: &BTreeSet<String>) -> bool {
    methods.is_empty() || release.procurement_method.as_ref().is_some_and(|m| methods.contains(m))
}

/// Whether bids compete by price in the release's method: it is among those that compare, when these are listed, else not among
/// those that do not.
fn are_prices_compared(release: &Release, settings: &Settings) -> bool {
    let (include, exclude) = (&settings.price_comparison_procurement_methods, &settings.no_price_comparison_procurement_methods);
    match &release.procurement_method_details {
        Some(details) if include.is_empty() => !exclude.contains(details),
        Some(details) => include.contains(details),
        None => include.is_empty(),
    }
}

/// Whether a price is in the currency of the input, which the first price that is asked about settles when no setting does.
fn is_of_currency(price: &Price, currency: &mut Option<String>) -> bool {
    *currency.get_or_insert_with(|| price.currency.clone()) == price.currency
}

fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// Whether one date is later than another: as instants where both are, else as text, as ISO dates can be.
pub(super) fn is_later(date: &str, other: &str) -> bool {
    match (instant(date), instant(other)) {
        (Some(date), Some(other)) => date > other,
        _ => date > other,
    }
}
