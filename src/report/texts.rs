//! Words that several parts of the report share, each in both languages: codes, column headings, what the page's script says.
//! A sentence that stands in one place is written there, in both languages side by side.

use super::format::Language;

/// One text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Swedish.
    pub sv: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// The text in a language.
    pub const fn of(self, language: Language) -> &'static str {
        match language {
            Language::Sv => self.sv,
            Language::En => self.en,
        }
    }
}

impl Language {
    /// One of two texts: for a sentence that stands in one place.
    pub const fn say(self, sv: &'static str, en: &'static str) -> &'static str {
        Text { sv, en }.of(self)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $($key:literal: $sv:literal / $en:literal;)+) => {
        $(#[$doc])*
        pub const $name: &[(&str, Text)] = &[$(($key, Text { sv: $sv, en: $en }),)+];
    };
}

words! {
    /// Codes of the tables as people read them.
    CODES:
    "compliant": "På avtal" / "On contract";
    "deviating": "På avtal, med avvikelse" / "On contract, with a deviation";
    "off_contract": "Utanför avtal" / "Off contract";
    "ambiguous": "Flera avtal passar" / "Several contracts fit";
    "undetermined": "Går inte att bedöma" / "Cannot be judged";
    "not_addressable": "Inte påverkbart" / "Not addressable";
    "M1": "M1 Inget avtal täcker köpet" / "M1 No contract covers it";
    "M2": "M2 Avtal finns med annan leverantör" / "M2 Another supplier holds the contract";
    "M3": "M3 Utanför avtalets omfattning" / "M3 Outside the contract’s scope";
    "M4": "M4 Före avtalsstart eller efter avtalsslut" / "M4 Before the start or after the end";
    "M5": "M5 Enheten är inte avropsberättigad" / "M5 The unit may not call off";
    "M6": "M6 Över takvolymen" / "M6 Above the ceiling";
    "M7": "M7 Pris över avtalat pris" / "M7 Price above the agreed price";
    "M8": "M8 Rangordning eller förnyad konkurrensutsättning förbigången" / "M8 Ranking or renewed competition bypassed";
    "M9": "M9 Underlag saknas" / "M9 Evidence is missing";
    "below_documentation": "under gränsen för dokumentation" / "below the documentation limit";
    "documentation_to_limit": "från dokumentationsgränsen till direktupphandlingsgränsen" / "from the documentation limit to the direct award limit";
    "limit_to_eu": "över direktupphandlingsgränsen" / "above the direct award limit";
    "eu_and_above": "över EU:s tröskelvärde" / "above the EU threshold";
    "no_limit_on_file": "ingen gräns inlagd" / "no limit on file";
    "all": "alla" / "all";
    "rolling_12": "tolv månader i följd" / "twelve months running";
    "calendar_year": "kalenderår" / "calendar year";
    "documentation_duty": "Ska dokumenteras" / "Must be documented";
    "over_limit": "Över gränsen" / "Above the limit";
    "over_eu": "Över EU:s tröskelvärde" / "Above the EU threshold";
    "high": "Hög" / "High";
    "moderate": "Måttlig" / "Moderate";
    "low": "Låg" / "Low";
    "addressable": "Påverkbara inköp" / "Addressable spend";
    "complete": "Fullständig" / "Complete";
    "gaps": "Luckor" / "Gaps";
    "ended": "Slutar före sista månaden" / "Ends before the last month";
    "started_late": "Börjar efter första månaden" / "Starts after the first month";
    "no_lines": "Inga rader" / "No lines";
    "all_same": "Allt lika" / "All the same";
    "date_differs": "Annat datum" / "Another date";
    "supplier_differs": "Annan leverantör" / "Another supplier";
    "number_differs": "Annat fakturanummer" / "Another invoice number";
    "amount_differs": "Annat belopp" / "Another amount";
    "booked_in_parts": "Bokförd i delar" / "Booked in parts";
    "number_series_restarted": "Nummerserien börjar om" / "Number series restarted";
    "coinciding_numbers": "Samma nummer av en slump" / "Coinciding numbers";
    "recurring_fee": "Återkommande avgift" / "Recurring fee";
    "salary": "Löner och personal" / "Salaries and staff";
    "tax": "Skatter och avgifter" / "Taxes and fees";
    "transfer": "Transfereringar" / "Transfers";
    "grant": "Bidrag" / "Grants";
    "internal": "Interna köp" / "Internal purchases";
    "public_body": "Andra offentliga organ" / "Other public bodies";
    "financial": "Finansiella poster" / "Financial items";
    "no_exchange_rate": "Valutakurs saknas" / "No exchange rate on file";
    "single": "En leverantör" / "Single supplier";
    "ranked": "Rangordning" / "Ranked";
    "renewed_competition": "Förnyad konkurrensutsättning" / "Renewed competition";
    "call_off": "Avropsavtal" / "Call-off";
    "unknown": "Okänt" / "Unknown";
    "used": "Används" / "Used";
    "not_used": "Inga avrop" / "No call-offs";
    "too_few_months": "För få månader för att bedöma" / "Too few months to judge";
    "not_live": "Gäller inte" / "Not in force";
    "on_file": "Takvolym inlagd" / "Ceiling on file";
    "no_ceiling_on_file": "Ingen takvolym inlagd" / "No ceiling on file";
    "other_currency": "Annan valuta" / "Other currency";
    "sme": "Små och medelstora företag" / "Small and medium-sized enterprises";
    "micro": "Mikroföretag" / "Micro enterprises";
    "small": "Små företag" / "Small enterprises";
    "medium": "Medelstora företag" / "Medium-sized enterprises";
    "large": "Stora företag" / "Large enterprises";
    "idea_based": "Idéburna aktörer" / "Idea-based organisations";
    "newly_started": "Nystartade företag" / "Newly started companies";
    "local": "Lokala leverantörer" / "Local suppliers";
    "social_enterprise": "Sociala företag" / "Social enterprises";
    "women_owned": "Kvinnoägda företag" / "Women-owned companies";
    "minority_owned": "Minoritetsägda företag" / "Minority-owned companies";
    "sheltered_workshop": "Skyddad verksamhet" / "Sheltered workshops";
    "any": "Minst en av klasserna" / "At least one of the classes";
    "member": "Ingår" / "Member";
    "not_member": "Ingår inte" / "Not a member";
    "line": "Uppgift på raden" / "Stated on the line";
    "rule_vendor": "Regel: leverantör" / "Rule: vendor";
    "rule_account": "Regel: konto" / "Rule: account";
    "rule_text": "Regel: text" / "Rule: text";
    "contract": "Avtal" / "Contract";
    "supplier_majority": "Leverantörens vanligaste kategori" / "The supplier’s usual category";
    "unclassified": "Oklassificerat" / "Unclassified";
    "unclassified_lines": "Oklassificerat" / "Unclassified";
    "invoice_line": "Fakturarader" / "Invoice lines";
    "vendor_record": "Leverantörsregister" / "Vendor master";
    "organisational_unit": "Enheter" / "Units";
    "price_list_item": "Prislista" / "Price list";
    "supplier_register": "Företagsuppgifter" / "Supplier register";
    "spend_category": "Kategoriträd" / "Category tree";
    "category_rule": "Kategoriregler" / "Category rules";
}

words! {
    /// Names that matching gives to what has none.
    NAMES:
    "unknown": "Ej angivet" / "Not stated";
    "unclassified": "Oklassificerat" / "Unclassified";
    "all": "Alla" / "All";
}

words! {
    /// Headings of columns by the name of the column.
    COLUMNS:
    "organisational_unit_name": "Enhet" / "Unit";
    "organisational_unit_id": "Enhetskod" / "Unit code";
    "category_group_name": "Huvudkategori" / "Main category";
    "category_name": "Kategori" / "Category";
    "category_code": "Kategorikod" / "Category code";
    "supplier_name": "Leverantör" / "Supplier";
    "supplier_id": "Leverantörs-id" / "Supplier id";
    "period": "Månad" / "Month";
    "line_count": "Rader" / "Lines";
    "invoice_count": "Fakturor" / "Invoices";
    "supplier_count": "Leverantörer" / "Suppliers";
    "unit_count": "Enheter" / "Units";
    "spend_net": "Belopp" / "Amount";
    "before_spend_net": "Perioden före" / "Period before";
    "change_net": "Förändring" / "Change";
    "change_ratio": "Förändring i procent" / "Change in per cent";
    "price_net": "Pris" / "Price";
    "volume_net": "Antal" / "Quantity";
    "assortment_net": "Sortiment" / "Assortment";
    "supplier_new_net": "Nya leverantörer" / "New suppliers";
    "supplier_lost_net": "Lämnade leverantörer" / "Suppliers left";
    "not_told_net": "Pris eller antal, går inte att skilja åt" / "Price or quantity, cannot be told apart";
    "called_off_net": "Avropat i månaden" / "Called off in the month";
    "spend_ratio": "Andel" / "Share";
    "addressable_spend_net": "Påverkbart" / "Addressable";
    "contract_supplier_spend_net": "Hos avtalsleverantör" / "At contracted suppliers";
    "ladder_1_spend_net": "Inom avtalstiden" / "Within the term";
    "ladder_2_spend_net": "Inom omfattning och enhet" / "Within scope and unit";
    "ladder_3_spend_net": "Till avtalat pris" / "At the agreed price";
    "category_covered_spend_net": "Kategorin täcks av avtal" / "Category covered by contracts";
    "compliant_spend_net": "På avtal" / "On contract";
    "deviating_spend_net": "Med avvikelse" / "With a deviation";
    "off_contract_spend_net": "Utanför avtal" / "Off contract";
    "maverick_spend_net": "Vid sidan av avtal" / "Maverick";
    "ambiguous_spend_net": "Flera avtal passar" / "Several contracts fit";
    "undetermined_spend_net": "Går inte att bedöma" / "Cannot be judged";
    "supplier_compliance_ratio": "Leverantörstrohet" / "Supplier compliance";
    "contract_compliance_ratio": "Avtalstrohet" / "Contract compliance";
    "rolling_contract_compliance_ratio": "Avtalstrohet, 12 månader" / "Contract compliance, 12 months";
    "category_covered_ratio": "Kategorin täcks" / "Category covered";
    "maverick_ratio": "Andel vid sidan av avtal" / "Maverick share";
    "coverage_ratio": "Bedömd andel" / "Share judged";
    "distance_to_best_ratio": "Till bästa enhet" / "To the best unit";
    "reason": "Skäl" / "Reason";
    "band": "Storlek" / "Size";
    "outcome": "Utfall" / "Outcome";
    "exclusion": "Undantag" / "Exclusion";
    "contract_id": "Avtal" / "Contract";
    "contract_title": "Avtalets namn" / "Title";
    "supplier_names": "Leverantörer" / "Suppliers";
    "passed_by_contract_id": "Avtal som skulle ha använts" / "Contract passed by";
    "passed_by_contract_title": "Avtalets namn" / "Its title";
    "passed_by_supplier_names": "Avtalets leverantörer" / "Its suppliers";
    "starts_on": "Start" / "Start";
    "ends_on": "Slut" / "End";
    "extendable_until_on": "Kan förlängas till" / "Extendable until";
    "has_option": "Option finns" / "Has an option";
    "is_live": "Gäller" / "In force";
    "ceiling_status": "Takvolym" / "Ceiling status";
    "ceiling_net": "Takvolym" / "Ceiling";
    "burned_net": "Avropat" / "Called off";
    "remaining_net": "Kvar" / "Remaining";
    "over_ceiling_net": "Över taket" / "Above the ceiling";
    "utilisation_ratio": "Utnyttjat" / "Used";
    "elapsed_ratio": "Andel av avtalstiden" / "Share of the term";
    "time_normalised_ratio": "Takt mot avtalstid" / "Pace against the term";
    "run_out_period": "Tar slut" / "Runs out";
    "passed_period": "Taket nåddes" / "Ceiling reached";
    "is_run_out_before_end": "Slut före avtalets slut" / "Runs out before the end";
    "month_coverage_ratio": "Månader med data" / "Months with data";
    "unit_coverage_ratio": "Enheter med data" / "Units with data";
    "award_form": "Avtalsform" / "Award form";
    "days_to_end": "Dagar kvar" / "Days left";
    "months_to_end": "Månader kvar" / "Months left";
    "trailing_net": "Senaste 12 månaderna" / "Last 12 months";
    "successor_contract_id": "Efterföljare" / "Successor";
    "has_successor": "Efterföljare finns" / "Has a successor";
    "has_owner": "Ansvarig angiven" / "Owner on file";
    "use_status": "Användning" / "Use";
    "loaded_months": "Månader med data" / "Months with data";
    "first_used_on": "Först använt" / "First used";
    "last_used_on": "Senast använt" / "Last used";
    "passed_by_net": "Köpt hos andra" / "Bought from others";
    "use_ratio": "Avtalet följs" / "Followed";
    "after_end_net": "Köpt utanför avtalstiden" / "Bought outside the term";
    "followable_field_count": "Uppgifter av 9" / "Fields of 9";
    "is_followed_up_12m": "Uppföljt senaste året" / "Followed up last year";
    "has_code_of_conduct": "Uppförandekod" / "Code of conduct";
    "has_sustainability_clause": "Hållbarhetsvillkor" / "Sustainability clause";
    "first_covered_on": "Första köp" / "First purchase";
    "last_covered_on": "Senaste köp" / "Last purchase";
    "source_name": "Källa" / "Source";
    "path": "Fil" / "File";
    "kind": "Innehåll" / "Content";
    "row_read_count": "Lästa rader" / "Rows read";
    "row_kept_count": "Behållna" / "Kept";
    "row_rejected_count": "Avvisade" / "Rejected";
    "net_amount_read": "Läst belopp" / "Amount read";
    "net_amount_kept": "Behållet" / "Kept";
    "net_amount_rejected": "Avvisat" / "Rejected";
    "first_period": "Från" / "From";
    "last_period": "Till" / "To";
    "source_line": "Rad" / "Line";
    "column_name": "Kolumn" / "Column";
    "value": "Värde" / "Value";
    "fault": "Fel" / "Fault";
    "remedy": "Åtgärd" / "Remedy";
    "net_amount": "Belopp" / "Amount";
    "supplier_rank": "Rang" / "Rank";
    "cumulative_ratio": "Ackumulerad andel" / "Cumulative share";
    "is_tail": "I svansen" / "In the tail";
    "hhi": "HHI" / "HHI";
    "effective_supplier_count": "Verksamma leverantörer" / "Effective suppliers";
    "top_supplier_name": "Största leverantören" / "Largest supplier";
    "top_1_ratio": "Dess andel" / "Its share";
    "top_5_ratio": "De fem största" / "Five largest";
    "tail_supplier_count": "I svansen" / "In the tail";
    "dependency_band": "Beroende" / "Dependency";
    "class_code": "Klass" / "Class";
    "class_status": "Status" / "Status";
    "supplier_ratio": "Andel leverantörer" / "Share of suppliers";
    "invoice_ratio": "Andel fakturor" / "Share of invoices";
    "contract_spend_net": "Varav på avtal" / "Of it on contract";
    "newly_started_status": "Nystartat företag" / "Newly started";
    "window_kind": "Räknat över" / "Counted over";
    "accumulated_net": "Ackumulerat" / "Accumulated";
    "limit_ratio": "Av gränsen" / "Of the limit";
    "limit_status": "Läge" / "Status";
    "maverick_net": "Varav avtal fanns" / "Of it, contract existed";
    "category_method": "Sätt" / "Method";
    "category_count": "Kategorier" / "Categories";
    "status": "Läge" / "Status";
    "month_count": "Månader med rader" / "Months with lines";
    "loaded_month_count": "Inlästa månader" / "Months loaded";
    "gap_month_count": "Luckor" / "Gaps";
    "lake_net_amount": "Inläst" / "In the lake";
    "decided_net_amount": "Bedömt" / "Decided";
    "control_difference_net": "Mot filens summarad" / "Against its total row";
    "is_reconciled": "Stämmer" / "Reconciles";
    "currency": "Valuta" / "Currency";
    "deviating_line_count": "Avvikande rader" / "Deviating lines";
    "item_id": "Artikel" / "Item";
    "overpaid_net": "Över avtalat pris" / "Above the agreed price";
    "underpaid_net": "Under avtalat pris" / "Below the agreed price";
    "price_deviation_ratio": "Prisavvikelse" / "Price deviation";
    "parameter_code": "Parameter" / "Parameter";
    "parameter_value": "Värde" / "Value";
    "parameter_unit": "Enhet" / "Unit";
    "parameter_source": "Källa" / "Source";
    "covered_on": "Datum" / "Date";
    "invoice_number": "Faktura" / "Invoice";
    "limit_value": "Gräns" / "Limit";
    "freight_net": "Frakt" / "Freight";
    "fee_net": "Avgifter" / "Fees";
    "process_cost_net": "Fakturahantering" / "Invoice handling";
    "price_deviation_net": "Prisavvikelse" / "Price deviation";
    "late_interest_net": "Ränta vid sen betalning" / "Interest on late payment";
    "early_payment_cost_net": "Kapitalkostnad vid tidig betalning" / "Capital cost of early payment";
    "agreed_price_net": "Avtalat pris" / "Agreed price";
    "total_cost_net": "Total kostnad" / "Total cost";
    "total_cost_ratio": "Mot fakturerat" / "Against invoiced";
    "amount_net": "Belopp" / "Amount";
    "test_code": "Likhet" / "Likeness";
    "confidence_band": "Säkerhet" / "Confidence";
    "false_positive_cause": "Kan också bero på" / "May also be";
    "document_on": "Fakturadatum" / "Invoice date";
    "original_document_on": "Första fakturans datum" / "Date of the first";
    "original_invoice_number": "Första fakturan" / "First invoice";
    "voucher_number": "Verifikation" / "Voucher";
    "original_voucher_number": "Första verifikationen" / "First voucher";
    "line_id": "Rad-id" / "Line id";
    "original_line_id": "Första radens id" / "Id of the first line";
    "threshold_code": "Gräns" / "Limit";
    "limit_operator": "Villkor" / "Test";
    "limit_source": "Källa" / "Source";
}

words! {
    /// What the page's script says.
    SCRIPT:
    "yes": "ja" / "yes";
    "no": "nej" / "no";
    "rows": "Rader" / "Rows";
    "rows_of": "Rader för" / "Rows of";
    "count": "visar {n} av {m}" / "showing {n} of {m}";
    "whole": "Visa alla {n}" / "Show all {n}";
    "fewer": "Visa färre" / "Show fewer";
    "copied": "Kopierat" / "Copied";
    "not_copied": "Gick inte att kopiera" / "Could not be copied";
    "close": "Stäng" / "Close";
    "theme_auto": "Utseende: automatiskt" / "Appearance: automatic";
    "theme_light": "Utseende: ljust" / "Appearance: light";
    "theme_dark": "Utseende: mörkt" / "Appearance: dark";
    "rows_found": "{n} rader, {sum}" / "{n} rows, {sum}";
    "rows_cut": "Filen rymmer {n} av {m} rader: de största utanför avtal först. Alla rader finns i Parquetfilerna." / "This file holds {n} of {m} rows, the largest off contract first. Every row is in the Parquet files.";
    "rows_limit": "De {n} största visas." / "The {n} largest are shown.";
    "rows_caption": "Fakturarader, största först" / "Invoice rows, largest first";
    "sql_note": "Frågan bakom siffrorna. Den kan köras som den står, med spendtrace query eller i ett eget verktyg." / "The query behind the figures. It runs as it stands, with spendtrace query or in a tool of your own.";
    "dim_unit": "Enhet" / "Unit";
    "dim_supplier": "Leverantör" / "Supplier";
    "dim_category": "Kategori" / "Category";
    "dim_category_group": "Huvudkategori" / "Main category";
    "dim_outcome": "Utfall" / "Outcome";
    "dim_reason": "Skäl" / "Reason";
    "dim_contract": "Avtal" / "Contract";
    "dim_passed_by": "Avtal som skulle ha använts" / "Contract passed by";
    "dim_period": "Månad" / "Month";
    "dim_exclusion": "Undantag" / "Exclusion";
    "others": "Övriga leverantörer" / "Other suppliers";
    "explore_total": "Urvalet i sin helhet" / "The selection as a whole";
    "measure": "Mått" / "Measure";
    "of_addressable": "Av påverkbart" / "Of addressable";
    "m_spend": "Alla inköp" / "All spend";
    "m_addressable": "Påverkbara inköp" / "Addressable spend";
    "m_compliant": "På avtal" / "On contract";
    "m_compliant_share": "Avtalstrohet" / "Contract compliance";
    "m_deviating": "På avtal, med avvikelse" / "On contract, with a deviation";
    "m_off": "Utanför avtal" / "Off contract";
    "m_undetermined": "Går inte att bedöma" / "Cannot be judged";
    "explore_map": "Ytan är påverkbara inköp per huvudkategori; den fyllda delen följde avtal." / "The area is addressable spend by main category; the filled part followed a contract.";
    "passed_by": "Största köpen vid sidan av avtal" / "Largest purchases that passed a contract by";
    "passed_none": "Inga sådana köp i urvalet bland de rader som filen rymmer." / "No such purchases in the selection among the rows that this file holds.";
    "passed_all_months": "Listan gäller alla månader." / "The list is for all months.";
    "by_m": "Per månad" / "By month";
    "by_u": "Tio största enheterna" / "Ten largest units";
    "by_g": "Tio största huvudkategorierna" / "Ten largest main categories";
    "by_s": "Tio största leverantörerna" / "Ten largest suppliers";
}

/// Headings of the list of purchases that passed a contract by.
pub const PASSED_HEADS: [Text; 6] = [
    Text { sv: "Leverantör", en: "Supplier" },
    Text { sv: "Kategori", en: "Category" },
    Text { sv: "Enhet", en: "Unit" },
    Text { sv: "Belopp", en: "Amount" },
    Text { sv: "Avtal som skulle ha använts", en: "Contract passed by" },
    Text { sv: "Avtalets leverantörer", en: "Its suppliers" },
];

/// Headings of the rows dialog.
pub const ROW_HEADS: [Text; 11] = [
    Text { sv: "Rad-id", en: "Line id" },
    Text { sv: "Datum", en: "Date" },
    Text { sv: "Enhet", en: "Unit" },
    Text { sv: "Leverantör", en: "Supplier" },
    Text { sv: "Kategori", en: "Category" },
    Text { sv: "Faktura", en: "Invoice" },
    Text { sv: "Belopp", en: "Amount" },
    Text { sv: "Utfall", en: "Outcome" },
    Text { sv: "Skäl", en: "Reason" },
    Text { sv: "Avtal", en: "Contract" },
    Text { sv: "Belägg", en: "Evidence" },
];

/// A code as people read it; a code that is not listed is shown as it is.
pub fn code(language: Language, code: &str) -> &str {
    CODES.iter().find(|(key, _)| *key == code).map_or(code, |(_, text)| text.of(language))
}

/// A name of the data as people read it: what stands for nothing on file in their language, anything else as it is.
pub fn name(language: Language, name: &str) -> &str {
    NAMES.iter().find(|(key, _)| *key == name).map_or(name, |(_, text)| text.of(language))
}

/// The heading of a column; its name when no heading is listed.
pub fn column(language: Language, name: &str) -> String {
    COLUMNS.iter().find(|(key, _)| *key == name).map_or_else(|| name.replace('_', " "), |(_, text)| text.of(language).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_word_stands_once_and_in_both_languages() {
        for words in [CODES, NAMES, COLUMNS, SCRIPT] {
            let mut keys = BTreeSet::new();
            for (key, text) in words {
                assert!(keys.insert(key), "{key} is listed twice");
                assert!(!text.sv.is_empty() && !text.en.is_empty(), "{key}");
                let places = |t: &str| t.matches('{').count();
                assert_eq!(places(text.sv), places(text.en), "{key}: the same places in both languages");
            }
        }
    }
}
