//! The files beside the ledgers: contract catalogues, vendor master, units, price list, register, category tree and rules, the
//! settings, and the truth about vendors and suppliers.

use std::fmt::Write as _;
use std::path::Path;

use super::layout::mapping;
use super::procurement;
use super::rng::{Rng, mix, round_up};
use super::words::*;
use super::world::*;
use super::{Layout, Options};
use crate::error::{Error, Result};
use crate::model::Date;

/// Writes all files beside the invoices; returns the truth about their faulty records.
pub fn write(options: &Options, world: &World, burnt: &[i64], ledgers: usize) -> Result<String> {
    let mut rejects = String::new();
    for (path, text) in [
        ("spendtrace.toml", settings(options, world, ledgers)),
        ("privacy.key", privacy_key(options)),
        ("contracts/kommers.csv", kommers(options, world, burnt, &mut rejects)),
        ("contracts/e-avrop.csv", e_avrop(world)),
        ("contracts/goteborg.csv", goteborg(world)),
        ("register/vendors.csv", vendor_master(world)),
        ("register/units.csv", units(world)),
        ("register/prices.csv", prices(options, world, &mut rejects)),
        ("register/suppliers.csv", register(options, world, &mut rejects)),
        ("register/categories.csv", categories(world)),
        ("register/category-rules.csv", rules(world)),
    ] {
        put(&options.out.join(path), &text)?;
    }
    let (releases, planted) = procurement::tenders(options, world);
    put(&options.out.join("tenders/releases.jsonl"), &releases)?;
    if options.has_truth {
        put(&options.out.join("truth/tenders.csv"), &planted)?;
    }
    let calculation = procurement::calculation(options, world, burnt);
    if !calculation.is_empty() {
        put(&options.out.join("lcc/utrustning.toml"), &calculation)?;
    }
    Ok(rejects)
}

fn put(path: &Path, text: &str) -> Result<()> {
    let folder = path.parent().expect("files lie in a folder");
    std::fs::create_dir_all(folder).map_err(|e| Error::io("make the folder", folder, &e))?;
    std::fs::write(path, text).map_err(|e| Error::io("write", path, &e))
}

/// The key of the hashes that stand for personal numbers. A real workspace draws its own; here every number is made up, and
/// a key that follows from the seed gives the same hashes on every machine.
fn privacy_key(options: &Options) -> String {
    let word = |part: u64| format!("{:016x}", mix(options.seed ^ mix(part)));
    format!("{}{}{}{}\n", word(1), word(2), word(3), word(4))
}

fn settings(options: &Options, world: &World, ledgers: usize) -> String {
    let own: Vec<String> = std::iter::once(&world.own_number)
        .chain(world.role(Role::Own).iter().map(|s| &world.suppliers[*s as usize].number))
        .map(|n| format!("\"{n}\""))
        .collect();
    let mut text = format!(
        "# A made-up region: every name, number and purchase is invented.\nname = \"{REGION}\"\nown_organisation_numbers = [{}]\nexcluded_accounts = [\"40=salary\", \"41=tax\"]\nlocal_municipalities = [\"9901\", \"9902\", \"9903\"]\n",
        own.join(", ")
    );
    let mut source = |name: &str, path: &str, mapping: &str| {
        let _ = write!(text, "\n[[source]]\nname = \"{name}\"\npath = \"{path}\"\nmapping = \"{mapping}\"\n");
    };
    for (i, ledger) in LEDGERS.iter().enumerate().take(ledgers) {
        let path = match (options.layout, i) {
            (Layout::Single, _) => "raindance/lines.csv",
            (_, 0) => "raindance/*.csv",
            (_, 1) => "unit4/*.txt",
            (_, 2) => "kultur/*.csv",
            _ => "fastighet/*.csv",
        };
        source(LEDGER_NAMES[i], path, mapping(*ledger));
    }
    for (name, path, mapping) in [
        ("kommers", "contracts/kommers.csv", "kommers-avtal"),
        ("e-avrop", "contracts/e-avrop.csv", "e-avrop-avtal"),
        ("katalog", "contracts/goteborg.csv", "goteborg-avtal"),
        ("vendors", "register/vendors.csv", "vendor-master"),
        ("units", "register/units.csv", "units"),
        ("prices", "register/prices.csv", "price-list"),
        ("suppliers", "register/suppliers.csv", "supplier-register"),
        ("categories", "register/categories.csv", "category-tree"),
        ("category-rules", "register/category-rules.csv", "category-rules"),
        ("tenders", "tenders/*.jsonl", "notice-tender"),
        ("awards", "tenders/*.jsonl", "notice-award"),
        ("bids", "tenders/*.jsonl", "notice-bid"),
    ] {
        source(name, path, mapping);
    }
    text
}

/// Names of the invoice sources.
pub const LEDGER_NAMES: [&str; 4] = ["raindance", "unit4", "kultur", "fastighet"];

/// Kronor with digit groups, as the catalogue prints them.
fn kronor(minor: i64) -> String {
    let digits = (minor / 100).to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(c);
    }
    let _ = write!(text, ",{:02}", minor % 100);
    text
}

fn comma(minor: i64) -> String {
    format!("{},{:02}", minor / 100, minor % 100)
}

fn form(form: &str) -> &'static str {
    match form {
        "single" => "Enskilt avtal",
        "ranked" => "Rangordning",
        "renewed_competition" => "Förnyad konkurrensutsättning",
        "call_off" => "Avrop",
        _ => "",
    }
}

fn entitled(world: &World, contract: &Contract) -> String {
    match contract.entitled {
        Entitled::All => "*".into(),
        Entitled::NotStated => String::new(),
        Entitled::Part(..) => {
            let codes: Vec<&str> =
                (0..world.units.len() as u16).filter(|u| world.entitles(&contract.entitled, *u)).map(|u| world.units[usize::from(u)].code.as_str()).collect();
            codes.join("|")
        }
    }
}

fn kommers(options: &Options, world: &World, burnt: &[i64], rejects: &mut String) -> String {
    let mut text = String::from(
        "\u{feff}Avtalsnr;Avtalsbenämning;Ramavtalsnr;Delområde;Leverantör;Organisationsnr;Rangordning;Avtalsform;Avtalsstart;Avtalsslut;Förlängning t.o.m.;Takvolym;Gräns förnyad konkurrensutsättning;Kategorier;Avropsberättigade;Valuta;Avtalsansvarig funktion;Senast uppföljd;Uppförandekod;Hållbarhetsvillkor\n",
    );
    let day = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
    let mut record = 0;
    let mut first_row = String::new();
    for (i, contract) in world.contracts.iter().enumerate().filter(|(_, c)| c.catalogue == Catalogue::Kommers) {
        let h = mix(world.seed ^ mix(i as u64 + 900));
        // Ceilings that are not planned lie above what is bought, where they are on file at all.
        let ceiling = contract.ceiling.or_else(|| {
            let is_on_file = contract.framework == NONE && h % 10 < 7;
            is_on_file.then(|| round_up((burnt[i] / 100 * (110 + (h >> 8) as i64 % 150)).max(20_000_000), 10_000_000))
        });
        for lot in &contract.lots {
            for (supplier, rank) in &lot.holders {
                let supplier = &world.suppliers[*supplier as usize];
                let yes = |n: u64| if (h >> n).is_multiple_of(4) { "Nej" } else { "Ja" };
                let followed = (h >> 24).is_multiple_of(3).then(|| world.last_day().plus_days(-((h >> 32) as i32 & 0x3ff)));
                let mut row = String::new();
                let _ = writeln!(
                    row,
                    "{};{};{};{};{};{};{};{};{};{};{};{};{};{};{};SEK;{};{};{};{}",
                    contract.id,
                    contract.title,
                    if contract.framework == NONE { "" } else { &world.contracts[contract.framework as usize].id },
                    lot.id,
                    supplier.name,
                    if contract.has_numbers { hyphened(&supplier.number) } else { String::new() },
                    if *rank == 0 { String::new() } else { rank.to_string() },
                    form(contract.form),
                    contract.starts,
                    contract.ends,
                    day(contract.extendable),
                    ceiling.map(kronor).unwrap_or_default(),
                    contract.limit.map(kronor).unwrap_or_default(),
                    lot.scope.join("|"),
                    entitled(world, contract),
                    if (h >> 40).is_multiple_of(9) { "" } else { OWNERS[h as usize % OWNERS.len()] },
                    day(followed),
                    yes(44),
                    yes(48),
                );
                if first_row.is_empty() {
                    first_row.clone_from(&row);
                }
                text.push_str(&row);
                record += 1;
            }
        }
    }
    if options.has_faults {
        let fields: Vec<&str> = first_row.trim_end().split(';').collect();
        for (column, value, code) in [
            (9, "2027-13-01", "date_not_date"),
            (11, "tio miljoner", "amount_not_number"),
            (4, "", "value_missing"),
            (6, "1,5", "number_not_whole"),
            (7, "Muntligt", "value_not_known"),
        ] {
            let mut fields: Vec<String> = fields.iter().map(|f| (*f).to_string()).collect();
            // A contract of its own, so that nothing hangs on the row.
            record += 1;
            fields[0] = format!("RG-FEL-{column}");
            fields[column] = value.to_string();
            let _ = writeln!(text, "{}", fields.join(";"));
            let name = ["", "", "", "", "Leverantör", "", "Rangordning", "Avtalsform", "", "Avtalsslut", "", "Takvolym"][column];
            let _ = writeln!(rejects, "contracts/kommers.csv,{record},{},{name},\"{value}\",{code},", record + 1);
        }
    }
    text
}

fn e_avrop(world: &World) -> String {
    let mut text = String::from(
        "Statistik avtal\nUttag av samtliga avtal\n\nOrganisation;Diarie;Kategori;Varugrupp;Fr.o.m.;T.o.m.;Leverantör;Orgnr;Avtalsform;Avtalstecknare\n",
    );
    for unscoped in &world.unscoped {
        let contract = &world.contracts[unscoped.contract as usize];
        if contract.catalogue == Catalogue::EAvrop {
            let leaf = &world.leaves[usize::from(unscoped.leaf)];
            let supplier = &world.suppliers[unscoped.supplier as usize];
            let _ = writeln!(
                text,
                "{REGION};{};Varor och tjänster;{};{};{};{};{};Ramavtal;{}",
                contract.id,
                leaf.name,
                contract.starts,
                contract.ends,
                supplier.name,
                hyphened(&supplier.number),
                OWNERS[unscoped.leaf as usize % OWNERS.len()]
            );
        }
    }
    text
}

fn goteborg(world: &World) -> String {
    let mut text = String::from(
        "Avtalsnummer_Original,Leverantörsnamn_Original,Leverantör_Organisationsnummer_Original,Beställningsgrupp,Delområden,Startdatum_Avtal,Slutdatum_Avtal,Rangordning\n",
    );
    for unscoped in &world.unscoped {
        let contract = &world.contracts[unscoped.contract as usize];
        if contract.catalogue == Catalogue::Goteborg {
            let supplier = &world.suppliers[unscoped.supplier as usize];
            let _ = writeln!(text, "{},{},{},,,{},{},", contract.id, supplier.name, hyphened(&supplier.number), contract.starts, contract.ends);
        }
    }
    text
}

fn vendor_master(world: &World) -> String {
    let mut text = String::from("Leverantörsnr;Leverantör;Organisationsnr;Momsregnr;Bankgiro;Plusgiro;IBAN;LEI;Gatuadress;Postnr;Ort;Land\n");
    for supplier in &world.suppliers {
        for (i, vendor) in world.vendors[supplier.records[0].start as usize..supplier.records[0].end as usize].iter().enumerate() {
            if vendor.variant == "one_off" || vendor.variant == "redacted" {
                continue;
            }
            let h = mix(u64::from(vendor.supplier) + 3);
            // Half of the records state the VAT number too; it proves the same as the organisation number.
            let vat =
                if vendor.is_proved && supplier.legal != Legal::SoleTrader && h.is_multiple_of(2) { format!("SE{}01", supplier.number) } else { String::new() };
            let _ = writeln!(
                text,
                "{};{};{};{vat};{};;;;{} {};{:05};{};{}",
                vendor.id,
                vendor.name,
                vendor.number,
                vendor.bankgiro,
                STREETS[h as usize % STREETS.len()],
                1 + (h >> 8) % 90,
                // Postcodes of this range are not in use.
                99_000 + (h >> 16) % 900,
                PLACES[(h >> 24) as usize % PLACES.len()],
                if supplier.legal == Legal::Foreign { ["DE", "GB", "DK", "FI"][i % 4] } else { "SE" },
            );
        }
    }
    text
}

fn units(world: &World) -> String {
    let mut text = String::from("Enhet;Benämning;Överordnad\n");
    for unit in &world.units {
        let _ = writeln!(text, "{};{};{}", unit.code, unit.name, unit.parent);
    }
    text
}

fn prices(options: &Options, world: &World, rejects: &mut String) -> String {
    let mut text = String::from("Avtalsnr;Leverantör;Organisationsnr;Artikelnr;Artikel;Kategori;Enhet;Pris;Valuta;Fr.o.m.;T.o.m.\n");
    let mut record = 0;
    for contract in &world.contracts {
        let (supplier, _) = contract.lots[0].holders[0];
        let supplier = &world.suppliers[supplier as usize];
        for item in &world.items[contract.items.start as usize..contract.items.end as usize] {
            for (price, from, to) in [(item.price, contract.starts, Some(world.prices_change.plus_days(-1))), (item.price_after, world.prices_change, None)] {
                let _ = writeln!(
                    text,
                    "{};{};{};{};{};{};{};{};SEK;{from};{}",
                    contract.id,
                    supplier.name,
                    hyphened(&supplier.number),
                    item.id,
                    item.name,
                    contract.lots[0].scope[0],
                    item.unit,
                    comma(price),
                    to.map(|t| t.to_string()).unwrap_or_default()
                );
                record += 1;
            }
        }
    }
    if options.has_faults {
        let contract = &world.contracts[0];
        let _ = writeln!(text, "{};;;A1;Standard 1;;ST;enligt offert;SEK;;", contract.id);
        let _ = writeln!(rejects, "register/prices.csv,{},{},Pris,\"enligt offert\",amount_not_number,", record + 1, record + 2);
    }
    text
}

/// Size class, headcount, turnover and balance sheet in euro of a supplier; empty where the register does not know.
fn size(world: &World, supplier: usize) -> (&'static str, [String; 3]) {
    let mut rng = Rng::at(&[world.seed, 30, supplier as u64]);
    let known = |class, count: i64, turnover: i64, balance: i64| (class, [count.to_string(), (turnover * 1_000).to_string(), (balance * 1_000).to_string()]);
    match rng.below(100) {
        0..35 => known("micro", rng.between(1, 9), rng.between(50, 2_000), rng.between(20, 2_000)),
        35..60 => known("small", rng.between(10, 49), rng.between(900, 9_900), rng.between(300, 9_900)),
        60..75 => known("medium", rng.between(50, 249), rng.between(6_000, 49_000), rng.between(2_000, 42_000)),
        75..88 => known("large", rng.between(250, 4_000), rng.between(51_000, 900_000), rng.between(44_000, 700_000)),
        // Few people and much money: large, since both measures of money pass the medium bounds.
        88..90 => known("large", rng.between(5, 40), rng.between(60_000, 90_000), rng.between(50_000, 80_000)),
        _ => ("unknown", [String::new(), String::new(), String::new()]),
    }
}

fn register(options: &Options, world: &World, rejects: &mut String) -> String {
    let mut text = String::from(
        "Organisationsnr;Namn;Registrerad;Avregistrerad;Anställda;Omsättning EUR;Balansomslutning EUR;Idéburen registrerad;Idéburen egen uppgift;Kommun;Moderbolag;Certifierade klasser;Uppgift per\n",
    );
    let mut record = 0;
    for (i, supplier) in world.suppliers.iter().enumerate() {
        if supplier.number.is_empty() || !is_registered(world, i) {
            continue;
        }
        let h = mix(world.seed ^ mix(i as u64 + 4_000));
        let (_, [count, turnover, balance]) = size(world, i);
        // One in twelve began within the three years that count as new.
        let age = if h.is_multiple_of(12) { 100 + (h >> 8) % 700 } else { 1_500 + (h >> 8) % 12_000 };
        let gone = if (h >> 20).is_multiple_of(90) { world.last_day().plus_days(-((h >> 28) as i32 & 0xff)).to_string() } else { String::new() };
        let is_association = matches!(supplier.legal, Legal::Association | Legal::Cooperative);
        let idea = match (is_association, (h >> 32) % 10) {
            (true, 0..4) => ("Ja", "Ja"),
            (true, 4..7) => ("Nej", "Ja"),
            (true, _) => ("", ""),
            (false, 0..7) => ("Nej", "Nej"),
            (false, _) => ("", ""),
        };
        let place = if (h >> 40) % 10 < 3 { 9_901 + (h >> 44) % 3 } else { 9_910 + (h >> 44) % 30 };
        let parent = if supplier.parent == NONE { String::new() } else { hyphened(&world.suppliers[supplier.parent as usize].number) };
        let classes = match (h >> 52) % 40 {
            0 => "social_enterprise",
            1 => "women_owned",
            2 => "social_enterprise|women_owned",
            _ => "",
        };
        let _ = writeln!(
            text,
            "{};{};{};{gone};{count};{turnover};{balance};{};{};{place};{parent};{classes};{}",
            hyphened(&supplier.number),
            supplier.name,
            world.first_day().plus_days(-(age as i32)),
            idea.0,
            idea.1,
            world.first_day().plus_days(-1),
        );
        record += 1;
    }
    if options.has_faults {
        let _ = writeln!(text, "559000-0001;Okänd AB;2001-01-01;;tolv;;;;;9901;;;");
        let _ = writeln!(rejects, "register/suppliers.csv,{},{},Anställda,\"tolv\",number_not_whole,", record + 1, record + 2);
    }
    text
}

/// Whether a supplier is in the register: nine in ten are.
fn is_registered(world: &World, supplier: usize) -> bool {
    !mix(world.seed ^ mix(supplier as u64 + 7_000)).is_multiple_of(10)
}

fn categories(world: &World) -> String {
    let mut text = String::from("Kategori;Benämning;Överordnad\n");
    for (i, (top, groups)) in TREE.iter().enumerate() {
        let _ = writeln!(text, "{};{top};", 10 + i);
        for (j, (group, _)) in groups.iter().enumerate() {
            let code = format!("{}{:02}", 10 + i, j + 1);
            let _ = writeln!(text, "{code};{group};{}", 10 + i);
            for leaf in world.leaves.iter().filter(|l| l.group == code) {
                let _ = writeln!(text, "{};{};{code}", leaf.code, leaf.name);
            }
        }
    }
    text
}

fn rules(world: &World) -> String {
    let mut text = String::from("Konto;Leverantör;Text;Kategori;Undantag\n");
    for leaf in world.leaves.iter().filter(|l| l.has_own_account) {
        let _ = writeln!(text, "{};;;{};", world.accounts[usize::from(leaf.account)].code, leaf.code);
    }
    text.push_str("741;;;;grant\n751;;;;transfer\n84;;;;financial\n");
    for supplier in world.role(Role::Public) {
        let _ = writeln!(text, ";{};;;public_body", hyphened(&world.suppliers[*supplier as usize].number));
    }
    text
}

/// The truth about vendor records that occur on lines: source, record, supplier.
pub fn vendor_truth(world: &World, seen: &[bool], ledgers: usize) -> String {
    let mut text = String::from("source,vendor_id,vendor_name,organisation_number,supplier,variant,is_proved\n");
    for supplier in &world.suppliers {
        for (ledger, source) in LEDGER_NAMES.iter().enumerate().take(ledgers) {
            for v in supplier.records[ledger].clone().filter(|v| seen[*v as usize]) {
                let vendor = &world.vendors[v as usize];
                let _ = writeln!(
                    text,
                    "{source},{},\"{}\",{},S{},{},{}",
                    vendor.id,
                    vendor.name,
                    vendor.number,
                    vendor.supplier,
                    vendor.variant,
                    u8::from(vendor.is_proved)
                );
            }
        }
    }
    text
}

/// The truth about suppliers that occur on lines.
pub fn supplier_truth(world: &World, seen: &[bool]) -> String {
    let mut text = String::from("supplier,name,organisation_number,size_class\n");
    for (i, supplier) in world.suppliers.iter().enumerate() {
        if supplier.records.iter().any(|r| r.clone().any(|v| seen[v as usize])) {
            let class = if supplier.number.is_empty() || !is_registered(world, i) { "unknown" } else { size(world, i).0 };
            let _ = writeln!(text, "S{i},{},{},{class}", supplier.name, supplier.number);
        }
    }
    text
}
