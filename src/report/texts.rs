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
    "above_count": "Över gränsen, antal" / "Above the limit, count";
    "above_net": "Över gränsen" / "Above the limit";
    "above_supplier_count": "Leverantörer över gränsen" / "Suppliers above the limit";
    "account_code": "Konto" / "Account";
    "account_count": "Konton" / "Accounts";
    "account_name": "Kontots namn" / "Account name";
    "account_spend_net": "Betalt till kontot" / "Paid to the account";
    "active_month_count": "Månader med köp" / "Months with purchases";
    "actual_net": "Utfall" / "Actual";
    "agreed_net": "Enligt avtalat pris" / "At the agreed price";
    "alert_kind": "Varning" / "Alert";
    "alert_level": "Varningsnivå" / "Alert level";
    "alert_on": "Varning från" / "Alert from";
    "all_line_ratio": "Andel av alla rader" / "Share of all lines";
    "all_round_ratio": "Jämna belopp i allt" / "Round amounts in all";
    "all_spend_net": "Alla inköp" / "All spend";
    "all_unit_count": "Enheter i allt" / "Units in all";
    "alternation_count": "Växlingar" / "Alternations";
    "alternation_ratio": "Andel växlingar" / "Share of alternations";
    "amount_coverage_ratio": "Belopp kända" / "Amounts known";
    "approved_on": "Godkänt" / "Approved on";
    "assumption_source": "Antagandets källa" / "Source of the assumption";
    "attribute_source": "Bedömningens källa" / "Source of the judgement";
    "award_net": "Tilldelat värde" / "Value awarded";
    "awarded_on": "Tilldelad" / "Awarded on";
    "bank_account": "Betalkonto" / "Payment account";
    "base_net": "Räknas på" / "Base";
    "before_first_period": "Före: från" / "Before: from";
    "before_last_period": "Före: till" / "Before: to";
    "before_month_count": "Före: månader med rader" / "Before: months with lines";
    "below_count": "Under gränsen, antal" / "Below the limit, count";
    "below_net": "Under gränsen" / "Below the limit";
    "below_supplier_count": "Leverantörer under gränsen" / "Suppliers below the limit";
    "bid_count": "Anbud" / "Bids";
    "bid_id": "Anbud" / "Bid";
    "bidder_count": "Anbudsgivare" / "Bidders";
    "bidder_count_basis": "Hur anbudsgivarna räknats" / "How bidders were counted";
    "bidder_key": "Anbudsgivarens id" / "Bidder id";
    "bidder_name": "Anbudsgivare" / "Bidder";
    "bidder_win_count": "Vunna av den ena" / "Won by the one";
    "bids_per_tender": "Anbud per upphandling" / "Bids per tender";
    "buyer_name": "Upphandlande myndighet" / "Contracting authority";
    "calculated_net": "Kalkylerat" / "Calculated";
    "carbon_price_per_kg": "Koldioxidpris per kg" / "Carbon price per kg";
    "carbon_price_source": "Koldioxidprisets källa" / "Source of the carbon price";
    "category_codes": "Kategorikoder" / "Category codes";
    "category_division": "Varugrupp" / "Division";
    "category_group_code": "Huvudkategorins kod" / "Main category code";
    "change_kind": "Förändring" / "Change";
    "change_source": "Ändringens källa" / "Source of the change";
    "change_text": "Ändrat antagande" / "Changed assumption";
    "channel": "Fakturaväg" / "Channel";
    "channel_coverage_ratio": "Fakturaväg känd" / "Channel known";
    "channel_known_invoice_count": "Fakturor med känd väg" / "Invoices of known channel";
    "channel_ratio": "Andel av fakturorna" / "Share of invoices";
    "circular_tag": "Cirkulär form" / "Circular form";
    "clause_ratio": "Med hållbarhetsvillkor" / "With sustainability clauses";
    "clause_spend_net": "Belopp med hållbarhetsvillkor" / "Amount with sustainability clauses";
    "clause_unknown_spend_net": "Hållbarhetsvillkor ej angivet" / "Clauses not stated";
    "closed_count": "Avslutade" / "Closed";
    "closes_on": "Sista anbudsdag" / "Closes on";
    "cluster_z": "Avvikelse (z)" / "Deviation (z)";
    "code_ratio": "Med uppförandekod" / "With code of conduct";
    "code_spend_net": "Belopp med uppförandekod" / "Amount with code of conduct";
    "code_unknown_spend_net": "Uppförandekod ej angiven" / "Code not stated";
    "compared_spend_net": "Jämfört med prislista" / "Compared with a price list";
    "competitive_count": "Konkurrensutsatta" / "Competitive";
    "completeness_ratio": "Fullständighet" / "Completeness";
    "component_code": "Kostnadsdel" / "Component";
    "component_number": "Nummer" / "Number";
    "confidence": "Säkerhet" / "Confidence";
    "contract_ids": "Avtal" / "Contracts";
    "contract_ratio": "Andel på avtal" / "Share on contract";
    "contract_status": "Avtalsläge" / "Contract status";
    "control_total": "Filens summarad" / "Total row of the file";
    "counted_net": "Räknas" / "Counted";
    "counted_ratio": "Andel som räknas" / "Share counted";
    "country_count": "Länder" / "Countries";
    "covered_spend_net": "Belopp med faktor" / "Amount with a factor";
    "credit_net": "Krediterat" / "Credited";
    "credit_ratio": "Andel krediterat" / "Share credited";
    "critical_category_count": "Kritiska kategorier" / "Critical categories";
    "cumulative_net": "Ackumulerat" / "Cumulative";
    "dated_line_count": "Rader med datum" / "Lines with dates";
    "dated_ratio": "Andel med datum" / "Share with dates";
    "dated_spend_net": "Belopp med datum" / "Amount with dates";
    "day_count": "Dagar emellan" / "Days between";
    "decided_line_count": "Bedömda rader" / "Lines decided";
    "density_ratio": "Täthet under mot över" / "Density below against above";
    "detected_count": "Upptäckta" / "Detected";
    "detected_net": "Upptäckt belopp" / "Amount detected";
    "deviation_id": "Avvikelse" / "Deviation";
    "deviation_net": "Avvikelsens belopp" / "Amount of the deviation";
    "deviation_rank": "Rang" / "Rank";
    "difference_net": "Skillnad" / "Difference";
    "direct_award_limit": "Direktupphandlingsgräns" / "Direct award limit";
    "discount_rate": "Kalkylränta" / "Discount rate";
    "distinct_amount_count": "Olika belopp" / "Distinct amounts";
    "documentation_limit": "Dokumentationsgräns" / "Documentation limit";
    "domestic_spend_net": "Från inhemska leverantörer" / "From domestic suppliers";
    "dominated_category_count": "Kategorier som domineras" / "Categories dominated";
    "dominated_spend_net": "Belopp i dem" / "Amount in them";
    "due_amount": "Belopp att betala" / "Amount due";
    "due_on": "Senast" / "Due on";
    "elapsed_months": "Månader som gått" / "Months elapsed";
    "emission_kg": "Utsläpp, kg CO2e" / "Emissions, kg CO2e";
    "end_period": "Slutmånad" / "End month";
    "entitled_unit_count": "Avropsberättigade enheter" / "Entitled units";
    "equivalent_annual_cost": "Årskostnad" / "Equivalent annual cost";
    "estimated_net": "Uppskattat värde" / "Estimated value";
    "eu_limit_value": "EU:s tröskelvärde" / "EU threshold";
    "evaluable_count": "Kunde bedömas" / "Could be judged";
    "evidence": "Belägg" / "Evidence";
    "evidence_tier": "Beläggets styrka" / "Strength of evidence";
    "example_names": "Exempel" / "Examples";
    "excepted_spend_net": "Godkända undantag" / "Approved exceptions";
    "exception_id": "Undantag" / "Exception";
    "exception_status": "Undantagets läge" / "Status of the exception";
    "excluded_count": "Undantagna" / "Excluded";
    "excluded_net": "Undantaget belopp" / "Amount excluded";
    "expected_ratio": "Förväntad andel" / "Expected share";
    "expires_on": "Gäller till" / "Expires on";
    "external_cost": "Extern kostnad" / "External cost";
    "factor_code": "Faktor" / "Factor";
    "factor_kg": "Faktor, kg per enhet" / "Factor, kg per unit";
    "factor_source": "Faktorns källa" / "Source of the factor";
    "factor_unit": "Faktorns enhet" / "Unit of the factor";
    "file_name": "Fil" / "File";
    "finding": "Iakttagelse" / "Finding";
    "first_3_net": "Första tre månaderna" / "First three months";
    "first_digits": "Första siffrorna" / "First digits";
    "first_line_id": "Första radens id" / "Id of the first line";
    "first_on": "Från" / "From";
    "first_quartile": "Undre kvartil" / "Lower quartile";
    "flag_code": "Flagga" / "Flag";
    "flag_limit": "Flaggans gräns" / "Limit of the flag";
    "flag_value": "Värde" / "Value";
    "flagged_count": "Flaggade" / "Flagged";
    "followable_ratio": "Går att följa upp" / "Can be followed up";
    "followed_up_on": "Uppföljt" / "Followed up on";
    "foreign_ratio": "Andel utländskt" / "Foreign share";
    "foreign_spend_net": "Från utländska leverantörer" / "From foreign suppliers";
    "foreign_supplier_count": "Utländska leverantörer" / "Foreign suppliers";
    "framework_contract_id": "Ramavtal" / "Framework";
    "gap_ratio": "Avstånd till näst lägsta" / "Gap to the second lowest";
    "goal_ratio": "Mål" / "Goal";
    "goal_source": "Beslut" / "Decision";
    "goal_status": "Läge mot målet" / "Status against the goal";
    "group_count": "Koncerner" / "Groups";
    "group_rank": "Rang" / "Rank";
    "growth_ratio": "Tillväxt" / "Growth";
    "has_category": "Kategori angiven" / "Category on file";
    "has_ceiling": "Takvolym angiven" / "Ceiling on file";
    "has_code_statement": "Uppförandekod angiven" / "Code of conduct stated";
    "has_end": "Slutdatum angivet" / "End on file";
    "has_organisation_number": "Organisationsnummer angivet" / "Organisation number on file";
    "has_price_list": "Prislista finns" / "Has a price list";
    "has_second_source": "Andra leverantör finns" / "Has a second source";
    "has_start": "Startdatum angivet" / "Start on file";
    "has_unit": "Enheter angivna" / "Units on file";
    "highest_bid_net": "Högsta anbud" / "Highest bid";
    "highest_net": "Högsta belopp" / "Highest amount";
    "highest_price": "Högsta pris" / "Highest price";
    "highest_unit_id": "Enhet med högsta pris" / "Unit with the highest price";
    "history": "Historik" / "History";
    "history_month_count": "Månader med historik" / "Months of history";
    "impact_score": "Ekonomisk betydelse" / "Importance";
    "input_code": "Underlag" / "Input";
    "insolvency_status": "Insolvens" / "Insolvency";
    "internal_cost": "Intern kostnad" / "Internal cost";
    "is_comparable": "Jämförbar" / "Comparable";
    "is_compared": "Jämförd" / "Compared";
    "is_competitive": "Konkurrensutsatt" / "Competitive";
    "is_complete": "Fullständig" / "Complete";
    "is_cost_known": "Kostnad känd" / "Cost known";
    "is_critical": "Kritisk" / "Critical";
    "is_distant_winner": "Vinnaren långt under" / "Winner far below";
    "is_documented": "Dokumenterad" / "Documented";
    "is_external": "Extern" / "External";
    "is_group": "Koncern" / "Group";
    "is_in_register": "Finns i registret" / "In the register";
    "is_judged": "Kan bedömas" / "Can be judged";
    "is_low_variation": "Liten spridning" / "Low variation";
    "is_new": "Ny" / "New";
    "is_over_limit": "Över gränsen" / "Above the limit";
    "is_over_now": "Över gränsen nu" / "Above the limit now";
    "is_register_loaded": "Register inläst" / "Register loaded";
    "is_screened": "Granskad" / "Screened";
    "is_single_bid": "Ett enda anbud" / "Single bid";
    "is_standing_out": "Sticker ut" / "Stands out";
    "is_unused": "Oanvänd" / "Unused";
    "is_winner_changed": "Annan vinnare" / "Winner changes";
    "judged_category_count": "Bedömda kategorier" / "Categories judged";
    "kg_co2e": "Utsläpp, kg CO2e" / "Emissions, kg CO2e";
    "kg_per_spend": "Kg per krona" / "Kg per krona";
    "known_count": "Kända" / "Known";
    "ladder_step": "Steg i trappan" / "Step of the ladder";
    "lake_line_count": "Inlästa rader" / "Lines in the lake";
    "largest_invoice_net": "Största faktura" / "Largest invoice";
    "largest_net": "Största belopp" / "Largest amount";
    "largest_supplier_spend_net": "Största leverantörens belopp" / "Amount of the largest supplier";
    "last_3_net": "Senaste tre månaderna" / "Last three months";
    "last_on": "Till" / "To";
    "late_spend_net": "Betalt för sent" / "Paid late";
    "level": "Nivå" / "Level";
    "lever_code": "Åtgärd" / "Lever";
    "life_cycle_cost": "Livscykelkostnad" / "Life-cycle cost";
    "life_cycle_rank": "Rang efter livscykelkostnad" / "Rank by life-cycle cost";
    "life_years": "Livslängd, år" / "Life, years";
    "line_after_count": "Rader därefter" / "Lines after";
    "line_number": "Radnummer" / "Line number";
    "line_ratio": "Andel av raderna" / "Share of lines";
    "live_contract_count": "Gällande avtal" / "Contracts in force";
    "live_supplier_count": "Leverantörer på dem" / "Suppliers on them";
    "lot_id": "Delområde" / "Lot";
    "lowest_bid_net": "Lägsta anbud" / "Lowest bid";
    "lowest_price": "Lägsta pris" / "Lowest price";
    "lowest_unit_id": "Enhet med lägsta pris" / "Unit with the lowest price";
    "mad": "Medelavvikelse (MAD)" / "Mean deviation (MAD)";
    "mapping": "Mappning" / "Mapping";
    "match_class": "Sätt att avgöra" / "Way of deciding";
    "member_ratio": "Andel i klassen" / "Share in the class";
    "member_spend_net": "Belopp i klassen" / "Amount in the class";
    "message": "Meddelande" / "Message";
    "method_code": "Metod" / "Method";
    "missing_fields": "Uppgifter som saknas" / "Fields missing";
    "missing_month_count": "Månader som saknas" / "Months missing";
    "missing_net": "Saknas till målet" / "Missing to the goal";
    "months_to_due": "Månader till målet" / "Months to the goal";
    "needed_by": "Behövs av" / "Needed by";
    "new_bidder_count": "Nya anbudsgivare" / "New bidders";
    "new_bidder_ratio": "Andel nya anbudsgivare" / "Share of new bidders";
    "new_winner_count": "Nya vinnare" / "New winners";
    "new_winner_ratio": "Andel nya vinnare" / "Share of new winners";
    "no_clause_spend_net": "Belopp utan hållbarhetsvillkor" / "Amount without clauses";
    "no_code_spend_net": "Belopp utan uppförandekod" / "Amount without code of conduct";
    "no_rate_line_count": "Rader utan kurs" / "Lines without a rate";
    "not_member_spend_net": "Belopp utanför klassen" / "Amount outside the class";
    "object_id": "Objekt" / "Object";
    "object_kind": "Slag av objekt" / "Kind of object";
    "observed_ratio": "Faktisk andel" / "Observed share";
    "off_contract_net": "Utanför avtal" / "Off contract";
    "oldest_open_on": "Äldsta öppna" / "Oldest open";
    "open_count": "Öppna" / "Open";
    "open_days": "Dagar öppen" / "Days open";
    "order_cost_net": "Beställningskostnad" / "Cost of ordering";
    "order_count": "Beställningar" / "Orders";
    "original_amount_net": "Första fakturans belopp" / "Amount of the first";
    "original_supplier_id": "Första fakturans leverantör" / "Supplier of the first";
    "original_unit_id": "Första fakturans enhet" / "Unit of the first";
    "other_bidder_count": "Andra anbudsgivare" / "Other bidders";
    "other_bidder_key": "Den andres id" / "Id of the other";
    "other_bidder_name": "Den andra anbudsgivaren" / "The other bidder";
    "other_bidder_win_count": "Vunna av den andra" / "Won by the other";
    "outcome_order": "Ordning" / "Order";
    "over_limit_net": "Över gränsen" / "Above the limit";
    "owner_role": "Ansvarig roll" / "Role of the owner";
    "paid_net": "Betalt" / "Paid";
    "pair_win_ratio": "Vunnet av paret" / "Won by the pair";
    "payment_coverage_ratio": "Betaldagar kända" / "Payment dates known";
    "payment_term_cost_net": "Kostnad för betalningsvillkor" / "Cost of payment terms";
    "penalty_max": "Avgift högst" / "Penalty at most";
    "penalty_min": "Avgift minst" / "Penalty at least";
    "present_count": "Finns på" / "Present on";
    "present_value": "Nuvärde" / "Present value";
    "previous_account": "Tidigare konto" / "Previous account";
    "previous_last_on": "Senast på tidigare konto" / "Last on the previous account";
    "previous_net": "Perioden före" / "Period before";
    "previous_ratio": "Andel perioden före" / "Share of the period before";
    "price_change": "Prisomräkning" / "Price adjustment";
    "price_coverage_ratio": "Pris kunde jämföras" / "Price could be compared";
    "price_rank": "Rang efter pris" / "Rank by price";
    "price_sensitivity": "Priskänslighet" / "Price sensitivity";
    "price_year": "Prisår" / "Price year";
    "prime_spend_net": "Köpt av leverantören" / "Bought from the supplier";
    "process_cost_ratio": "Hanteringskostnad av beloppet" / "Handling cost of the amount";
    "process_count": "Upphandlingar" / "Tenders";
    "process_id": "Upphandling" / "Tender";
    "process_ids": "Upphandlingar" / "Tenders";
    "procurement_id": "Upphandling" / "Procurement";
    "procurement_method": "Förfarande" / "Procedure";
    "procurement_name": "Upphandlingens namn" / "Name of the procurement";
    "published_on": "Annonserad" / "Published on";
    "quadrant": "Ruta i matrisen" / "Quadrant";
    "quantity": "Antal" / "Quantity";
    "rate_kind": "Slag av ränta" / "Kind of rate";
    "rate_source": "Räntans källa" / "Source of the rate";
    "reason_order": "Ordning" / "Order";
    "record_count": "Dokumenterade" / "Documented";
    "reference_cost": "Jämförelsekostnad" / "Reference cost";
    "reference_years": "Jämförelsetid, år" / "Reference years";
    "register_count": "I registret" / "In the register";
    "registered_on": "Registrerat" / "Registered on";
    "rejected_ratio": "Andel avvisat" / "Share rejected";
    "relative_distance": "Relativt avstånd" / "Relative distance";
    "relative_size": "Relativ storlek" / "Relative size";
    "report_count": "Redovisningar" / "Reports";
    "reported_count": "Rapporterade" / "Reported";
    "reported_net": "Rapporterat belopp" / "Amount reported";
    "reported_net_ratio": "Andel av beloppet rapporterad" / "Share of the amount reported";
    "reported_on": "Rapporterad" / "Reported on";
    "reported_ratio": "Andel rapporterade" / "Share reported";
    "rest_day_kind": "Vilodag" / "Rest day";
    "review_rank": "Rang" / "Rank";
    "risk_input_count": "Kända riskunderlag" / "Risk inputs known";
    "risk_level": "Risknivå" / "Risk level";
    "risk_score": "Försörjningsrisk" / "Supply risk";
    "rolling_addressable_spend_net": "Påverkbart, 12 månader" / "Addressable, 12 months";
    "rolling_compliant_spend_net": "På avtal, 12 månader" / "On contract, 12 months";
    "rolling_month_count": "Månader i summan" / "Months in the sum";
    "round_count": "Jämna belopp" / "Round amounts";
    "round_gross_count": "Jämna med moms" / "Round with VAT";
    "round_net_count": "Jämna utan moms" / "Round without VAT";
    "round_ratio": "Andel jämna" / "Share of round";
    "round_spend_net": "Jämna belopp i kronor" / "Sum of round amounts";
    "rule": "Regel" / "Rule";
    "run_out_months": "Månader kvar i takten" / "Months left at the pace";
    "saving_net": "Möjlig besparing" / "Possible saving";
    "saving_ratio": "Antagen andel" / "Assumed share";
    "scenario_number": "Scenario" / "Scenario";
    "scope_id": "Urval" / "Scope";
    "scope_kind": "Slag av urval" / "Kind of scope";
    "scope_line_count": "Rader i urvalet" / "Lines in the scope";
    "scope_name": "Urval" / "Scope";
    "second_bid_net": "Näst lägsta anbud" / "Second bid";
    "second_net": "Näst störst" / "Second largest";
    "shared_tender_count": "Gemensamma upphandlingar" / "Tenders in common";
    "sharing_supplier_count": "Leverantörer på kontot" / "Suppliers on the account";
    "signed_on": "Tecknat" / "Signed on";
    "similar_count": "Liknande" / "Similar";
    "single_bid_count": "Med ett anbud" / "With one bid";
    "single_bid_ratio": "Andel med ett anbud" / "Share with one bid";
    "single_category_count": "Kategorier som ensam leverantör" / "Categories as only supplier";
    "size_hint": "Storlek" / "Size";
    "small_invoice_count": "Små fakturor" / "Small invoices";
    "small_invoice_ratio": "Andel små fakturor" / "Share of small invoices";
    "smallest_net": "Minsta belopp" / "Smallest amount";
    "source_file_id": "Fil" / "File";
    "spend_after_net": "Köpt därefter" / "Bought after";
    "spread_net": "Prisskillnad i kronor" / "Price spread in kronor";
    "spread_ratio": "Prisspridning" / "Price spread";
    "status_code": "Läge" / "Status";
    "status_count": "Statusar" / "Statuses";
    "status_on": "Läge från" / "Status from";
    "step_order": "Ordning" / "Order";
    "subject": "Gäller" / "Subject";
    "successor_count": "Efterföljare" / "Successors";
    "supplier_group_id": "Koncern" / "Group";
    "supplier_group_name": "Koncern" / "Group";
    "switching_effort": "Bytessvårighet" / "Effort to switch";
    "tender_count": "Upphandlingar" / "Tenders";
    "tender_title": "Upphandling" / "Tender";
    "term_coverage_ratio": "Betalningsvillkor kända" / "Terms known";
    "term_months": "Avtalstid, månader" / "Term, months";
    "term_spend_net": "Belopp med betalningsvillkor" / "Amount with payment terms";
    "test_order": "Ordning" / "Order";
    "third_quartile": "Övre kvartil" / "Upper quartile";
    "third_win_count": "Vunna av tredje part" / "Won by a third";
    "tier_code": "Led" / "Tier";
    "times_usual": "Gånger det vanliga" / "Times the usual";
    "top_1_spend_net": "Största leverantörens belopp" / "Amount of the largest supplier";
    "top_below_count": "Flest under gränsen" / "Most below the limit";
    "top_country": "Vanligaste land" / "Commonest country";
    "top_supplier_id": "Största leverantören" / "Largest supplier";
    "top_unit_id": "Största enhet" / "Largest unit";
    "top_unit_ratio": "Dess andel" / "Its share";
    "total_count": "I allt" / "In all";
    "total_invoice_count": "Fakturor i allt" / "Invoices in all";
    "total_spend_net": "Belopp i allt" / "Amount in all";
    "total_supplier_count": "Leverantörer i allt" / "Suppliers in all";
    "trailing_month_count": "Månader i takten" / "Months of the pace";
    "uncounted_count": "Räknas inte" / "Not counted";
    "unit_addressable_spend_net": "Enhetens påverkbara" / "Addressable of the unit";
    "unit_cost_net": "Kostnad per styck" / "Cost of one";
    "unit_of_measure": "Måttenhet" / "Unit of measure";
    "unknown_spend_net": "Okänt belopp" / "Unknown amount";
    "used_count": "Används" / "Used";
    "valid_to_on": "Gäller till" / "Valid until";
    "variation_ratio": "Spridning" / "Variation";
    "vat_basis": "Moms" / "VAT";
    "vat_known_ratio": "Moms känd" / "VAT known";
    "vendor_name": "Leverantör" / "Supplier";
    "vendor_record_count": "Leverantörsposter" / "Vendor records";
    "width_ratio": "Bandets bredd" / "Width of the band";
    "win_count": "Vunna" / "Won";
    "win_ratio": "Andel vunna" / "Share won";
    "window_count": "I fönstret" / "In the window";
    "window_net": "Belopp i fönstret" / "Amount in the window";
    "winner_count": "Vinnare" / "Winners";
    "year_number": "År" / "Year";
    "z": "z-värde" / "z value";
    "band_order": "Ordning" / "Order";
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
