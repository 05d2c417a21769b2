//! Words that several parts of the report share, each in both languages: codes, column headings, what the page's script says.
//! A sentence that stands in one place is written there, in both languages side by side.

use super::format::Language;
use crate::schema::faults::FAULTS;

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
    "month": "månaden" / "month";
    "tertial": "tertialet hittills" / "tertial so far";
    "year_to_date": "året hittills" / "year to date";
    "state": "läget" / "state";
    "missing_fields.organisation_number": "organisationsnummer" / "organisation number";
    "missing_fields.start": "startdatum" / "start date";
    "missing_fields.end": "slutdatum" / "end date";
    "missing_fields.ceiling": "takvolym" / "ceiling";
    "missing_fields.category": "kategori" / "category";
    "missing_fields.unit": "avropsberättigade" / "entitled units";
    "missing_fields.price_list": "prislista" / "price list";
    "missing_fields.code_statement": "uppgift om uppförandekod" / "statement on code of conduct";
    "missing_fields.owner": "ansvarig" / "owner";
    "input_code.category": "Kategori" / "Category";
    "input_code.contract": "Avtalskatalog" / "Contract catalogue";
    "ladder_step.unknown": "Går inte att bedöma" / "Cannot be judged";
    "confidence_band.medium": "Medel" / "Medium";
    "size_hint.large": "Ovanligt stor" / "Unusually large";
    "size_hint.small": "Ovanligt liten" / "Unusually small";
    "procurement_method.open": "Öppet förfarande" / "Open procedure";
    "contract_status.ended": "Avtalet har löpt ut" / "Contract has ended";
    "contract_status.none": "Inget avtal" / "No contract";
    "status.missing": "Saknas" / "Missing";
    "scope_kind.all": "Alla" / "All";
    "scope_kind.unit": "Enhet" / "Unit";
    "level.category": "Kategori" / "Category";
    "level.supplier_category": "Leverantör och kategori" / "Supplier and category";
    "registered": "I register" / "In a register";
    "declared": "Egen uppgift" / "Own statement";
    "legal_form": "Företagsformen" / "Legal form";
    "certified": "Intyg" / "Certificate";
    "nominal": "Nominell" / "Nominal";
    "real": "Real" / "Real";
    "stated": "Angivet" / "Stated";
    "none": "Ingen" / "None";
    "e_invoice": "E-faktura" / "E-invoice";
    "pdf": "Pdf" / "PDF";
    "paper": "Papper" / "Paper";
    "by_order": "Avtalet står på beställningen" / "Contract on the order";
    "chosen": "Valt av flera" / "Chosen among several";
    "explicit": "Avtalet står på raden" / "Contract on the line";
    "unique_scope": "Enda avtal som passar" / "The only contract that fits";
    "out_of_scope": "Utanför omfattningen" / "Out of scope";
    "no_contract": "Inget avtal" / "No contract";
    "not_contractable": "Kan inte avtalas" / "Not contractable";
    "unresolved": "Underlag saknas" / "Evidence is missing";
    "purchase_order": "Beställning" / "Purchase order";
    "process_cost": "Hanteringskostnad" / "Handling cost";
    "award": "Tilldelning" / "Award";
    "bid": "Anbud" / "Bid";
    "tender": "Upphandling" / "Tender";
    "threshold_code.direct_award": "Direktupphandling" / "Direct award";
    "threshold_code.direct_award_welfare": "Direktupphandling, välfärdstjänster" / "Direct award, welfare services";
    "threshold_code.documentation_duty": "Dokumentationsplikt" / "Duty to document";
    "threshold_code.eu_goods_services": "EU: varor och tjänster" / "EU: goods and services";
    "threshold_code.eu_goods_services_state": "EU: varor och tjänster, staten" / "EU: goods and services, state";
    "threshold_code.eu_light": "EU: sociala och andra särskilda tjänster" / "EU: social and other special services";
    "threshold_code.eu_works": "EU: byggentreprenader" / "EU: works";
    "parameter_unit.ratio": "andel" / "ratio";
    "parameter_unit.count": "antal" / "count";
    "parameter_unit.amount": "belopp" / "amount";
    "parameter_unit.days": "dagar" / "days";
    "parameter_unit.months": "månader" / "months";
    "parameter_unit.years": "år" / "years";
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
    "total_differs": "Filens summarad stämmer inte" / "The file’s total row differs";
    "rows_repeated": "Raderna finns i en annan fil också" / "Rows stand in another file too";
    "period_replaced": "Månaden ersatt av en rättelse" / "Month replaced by a correction";
    "last_line_open": "Filen slutar mitt i en rad" / "The file ends within a line";
    "column_name_repeated": "Kolumnnamnet förekommer flera gånger" / "Column name stands more than once";
    "text_encoded_twice": "Namn med dubbelt kodade tecken" / "Names that were encoded twice";
    "text_with_hidden_marks": "Namn med tecken som inte syns" / "Names with marks that cannot be seen";
    "text_of_two_scripts": "Namn med bokstäver ur två alfabet" / "Names with letters of two scripts";
    "document_note": "Dolt eller sammanfogat i dokumentet" / "Hidden or merged in the document";
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
    "voluntary_sector": "Ideella sektorn" / "Voluntary sector";
    "small_by_notice": "Små och medelstora enligt annons" / "Small and medium by the notice";
    "women_owned": "Kvinnoägda företag" / "Women-owned companies";
    "minority_owned": "Minoritetsägda företag" / "Minority-owned companies";
    "sheltered_workshop": "Skyddad verksamhet" / "Sheltered workshops";
    "any": "Minst en av klasserna" / "At least one of the classes";
    "member": "Ingår" / "Member";
    "not_member": "Ingår inte" / "Not a member";
    "link_method.override": "Avgjort av människor" / "Decided by people";
    "link_method.identifier": "Samma nummer" / "Same number";
    "link_method.master": "Enligt leverantörsregistret" / "By the vendor master";
    "link_method.name": "Liknande namn" / "Similar names";
    "link_method.alone": "Inget att koppla till" / "Nothing to link to";
    "line": "Uppgift på raden" / "Stated on the line";
    "rule_vendor": "Regel: leverantör" / "Rule: vendor";
    "rule_account": "Regel: konto" / "Rule: account";
    "rule_text": "Regel: text" / "Rule: text";
    "contract": "Avtal" / "Contract";
    "supplier_majority": "Leverantörens vanligaste kategori" / "The supplier’s usual category";
    "supplier_account": "Leverantörens kategori på kontot" / "The supplier’s category on the account";
    "model": "Radens ord, inlärt" / "Words of the line, learnt";
    "unclassified": "Oklassificerat" / "Unclassified";
    "shared_bank_account": "Samma bankkonto hos flera leverantörer" / "One bank account, several suppliers";
    "one_off": "Ett leverantörsnummer för många mottagare" / "One vendor number for many payees";
    "redacted": "Borttaget namn" / "Name taken out";
    "placeholder": "Namn som inte anger någon" / "Name of nobody";
    "dummy_identifier": "Påhittat organisationsnummer" / "Dummy organisation number";
    "invalid_identifier": "Fel kontrollsiffra" / "Wrong check digit";
    "shared_identifier": "Organisationsnummer vid andras namn" / "Number beside others’ names";
    "shared_name": "Namnet har flera organisationer" / "Name of several organisations";
    "own_identifier": "Eget nummer i stället för organisationsnummer" / "Own number instead of organisation number";
    "unclassified_lines": "Oklassificerat" / "Unclassified";
    "invoice_line": "Fakturarader" / "Invoice lines";
    "vendor_record": "Leverantörsregister" / "Vendor master";
    "organisational_unit": "Enheter" / "Units";
    "price_list_item": "Prislista" / "Price list";
    "supplier_register": "Företagsuppgifter" / "Supplier register";
    "spend_category": "Kategoriträd" / "Category tree";
    "category_rule": "Kategoriregler" / "Category rules";
    "category_attribute": "Bedömning av kategorier" / "Judgements on categories";
    "emission_factor": "Utsläppsfaktorer" / "Emission factors";
    "price_index": "Prisindex och kurser" / "Price indices and rates";
    "tier2_report": "Underleverantörer" / "Second tier";
    "diversity_goal": "Mål för leverantörsmångfald" / "Diversity goals";
    "deviation_report": "Rapporterade avvikelser" / "Reported deviations";
    "direct_award_record": "Dokumenterade direktupphandlingar" / "Documented direct awards";
    "number_cleaned": "Samma nummer utan bokstäver" / "Same number without letters";
    "number_swapped": "Två siffror omkastade" / "Two digits swapped";
    "gross_net": "Samma belopp med moms" / "The same amount with VAT";
    "factor_ten": "Tio eller hundra gånger så stort" / "Ten or a hundred times as large";
    "two_series": "Två nummerserier" / "Two number series";
    "part_delivery": "Delleverans" / "Part delivery";
    "instalments": "Lika delbelopp" / "Equal instalments";
    "several_units": "Flera enheter" / "Several units";
    "part_deliveries": "Delleveranser" / "Part deliveries";
    "alternating_accounts": "Konton som växlar" / "Alternating accounts";
    "shared_account": "Delat konto" / "Shared account";
    "new_bank": "Nytt konto" / "New account";
    "same_group": "Samma koncern" / "The same group";
    "factor_or_agent": "Factoring eller ombud" / "Factoring or an agent";
    "double_record": "Två poster för en leverantör" / "Two records of one supplier";
    "on_contract": "På avtal" / "On contract";
    "round_price": "Runt pris" / "Round price";
    "excluding_vat": "Exklusive moms" / "Excluding VAT";
    "including_vat": "Inklusive moms" / "Including VAT";
    "too_few": "För få för att bedöma" / "Too few to judge";
    "even": "Jämnt" / "Even";
    "bunched": "Anhopning under gränsen" / "Bunched below the limit";
    "close": "Nära" / "Close";
    "acceptable": "Godtagbart" / "Acceptable";
    "marginal": "På gränsen" / "Marginal";
    "nonconforming": "Avviker" / "Does not conform";
    "ledger": "Reskontra" / "Ledger";
    "holiday": "Helgdag" / "Public holiday";
    "saturday": "Lördag" / "Saturday";
    "sunday": "Söndag" / "Sunday";
    "decimal_slip": "Möjligt decimalfel" / "Possible slip of the decimal mark";
    "group": "Avtal inom koncernen" / "Contract within the group";
    "in_force": "Avtal gäller" / "Contract in force";
    "strategic": "Strategisk" / "Strategic";
    "leverage": "Hävstång" / "Leverage";
    "bottleneck": "Flaskhals" / "Bottleneck";
    "non_critical": "Okritisk" / "Non-critical";
    "not_placed": "Inte placerad" / "Not placed";
    "deregistered": "Avregistrerad" / "Deregistered";
    "insolvent": "Insolvent" / "Insolvent";
    "bankruptcy": "Konkurs" / "Bankruptcy";
    "reorganisation": "Rekonstruktion" / "Reorganisation";
    "liquidation": "Likvidation" / "Liquidation";
    "came": "Ny" / "Came";
    "grew": "Ökat" / "Grew";
    "unchanged": "Oförändrat" / "Unchanged";
    "shrank": "Minskat" / "Shrank";
    "left": "Borta" / "Left";
    "reached": "Nått" / "Reached";
    "under_way": "På väg" / "Under way";
    "missed": "Missat" / "Missed";
    "tier_1": "Första ledet" / "First tier";
    "tier_2_direct": "Andra ledet, direkt" / "Second tier, direct";
    "tier_2_indirect": "Andra ledet, indirekt" / "Second tier, indirect";
    "input_output": "Spendbaserat (input-output)" / "By spend (input-output)";
    "life_cycle": "Spendbaserat (livscykel)" / "By spend (life cycle)";
    "covered": "Beräknat" / "Reckoned";
    "no_factor": "Utsläppsfaktor saknas" / "No emission factor";
    "no_index": "Prisindex saknas" / "No price index";
    "no_rate": "Valutakurs saknas" / "No rate of exchange";
    "no_vat": "Moms saknas på raderna" / "VAT is not on the lines";
    "no_quantity": "Mängd saknas" / "No quantity";
    "mixed": "Blandat" / "Mixed";
    "not_judged": "Inte bedömt" / "Not judged";
    "reuse": "Återbruk" / "Reuse";
    "repair": "Reparation" / "Repair";
    "rental": "Hyra" / "Rental";
    "open": "Öppen" / "Open";
    "in_progress": "Pågår" / "In progress";
    "closed": "Avslutad" / "Closed";
    "leakage": "Köp vid sidan av avtal" / "Purchases beside contracts";
    "price_deviation": "Pris över avtalat" / "Price above the agreed";
    "tail": "Samla svansen" / "Consolidate the tail";
    "missing": "Saknas" / "Missing";
    "partial": "Delvis" / "Partial";
    "present": "Finns" / "Present";
    "disability_owned": "Ägda av personer med funktionsnedsättning" / "Disability-owned companies";
    "bank_account": "Betalkonto" / "Bank account";
    "vat_amount": "Moms" / "VAT";
    "booked_on": "Bokföringsdatum" / "Booking date";
    "invoice_number": "Fakturanummer" / "Invoice number";
    "item_and_quantity": "Artikel och mängd" / "Item and quantity";
    "due_and_payment_date": "Förfallo- och betalningsdag" / "Due and payment date";
    "supplier_register_category": "Företagsuppgifter: vad de erbjuder" / "Supplier register: what they offer";
    "supplier_register_country": "Företagsuppgifter: land" / "Supplier register: country";
    "supplier_register_status": "Företagsuppgifter: insolvens och avregistrering" / "Supplier register: insolvency and deregistration";
    "acquisition": "Anskaffning" / "Acquisition";
    "delivery": "Leverans" / "Delivery";
    "energy": "Energi" / "Energy";
    "other_use": "Annan drift" / "Other use";
    "maintenance": "Underhåll" / "Maintenance";
    "replacement": "Utbyte" / "Replacement";
    "administration": "Administration" / "Administration";
    "end_of_life": "Avveckling" / "End of life";
    "residual_value": "Restvärde" / "Residual value";
    "emission": "Utsläpp" / "Emission";
    "unmapped": "Ej fördelat" / "Unmapped";
    "base": "Kalkylen själv" / "The calculation itself";
    "rate": "Ränta" / "Rate";
    "life": "Livslängd" / "Life";
    "energy_price": "Energipris" / "Price of energy";
    "carbon_price": "Koldioxidpris" / "Carbon price";
    "process": "Upphandling" / "Procurement";
    "buyer": "Köpare" / "Buyer";
    "procuring_entity": "Upphandlare" / "Procuring entity";
    "tenderer": "Anbudsgivare" / "Tenderer";
    "selective": "Selektivt" / "Selective";
    "limited": "Förhandlat" / "Limited";
    "direct": "Direkt" / "Direct";
    "restricted": "Selektivt" / "Restricted";
    "neg-w-call": "Förhandlat med annons" / "Negotiated with call";
    "neg-wo-call": "Förhandlat utan annons" / "Negotiated without call";
    "comp-dial": "Konkurrenspräglad dialog" / "Competitive dialogue";
    "R003": "R003 Kort anbudstid" / "R003 Short submission period";
    "R018": "R018 Ett enda anbud" / "R018 Single bid received";
    "R024": "R024 Näst lägsta anbudet mycket nära vinnaren" / "R024 Second lowest bid very close to the winner";
    "R025": "R025 Många anbud, nästan inga vinster" / "R025 Many bids, hardly any wins";
    "R028": "R028 Lika priser från olika anbudsgivare" / "R028 Identical prices from different tenderers";
    "R030": "R030 Vinnande anbud efter anbudstidens slut" / "R030 Winning bid received after the deadline";
    "R035": "R035 Alla utom vinnaren uteslutna" / "R035 All except the winner disqualified";
    "R036": "R036 Lägsta anbudet uteslutet" / "R036 Lowest bid disqualified";
    "R038": "R038 Stor andel uteslutna anbud" / "R038 Large share of bids disqualified";
    "R048": "R048 Leverantör av mycket olika slag" / "R048 Supplier of very different things";
    "R058": "R058 Vinnaren mycket billigare än näst lägsta" / "R058 Winner far below the second lowest";
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
    "not_told_net": "Pris eller antal (oklart)" / "Price or quantity (unclear)";
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
    "excepted_spend_net": "Därav godkända undantag" / "Of it, approved exceptions";
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
    "finding": "Iakttagelse" / "Finding";
    "subject": "Gäller" / "Concerns";
    "vendor_record_count": "Leverantörsposter" / "Vendor records";
    "review_rank": "Nr" / "No.";
    "buyer_id": "Köparens nummer" / "Buyer’s number";
    "vendor_id": "Leverantörsnummer" / "Vendor number";
    "organisation_number": "Organisationsnummer" / "Organisation number";
    "invoice_on": "Fakturadatum" / "Invoice date";
    "booked_on": "Bokförd" / "Booked";
    "delivered_on": "Levererad" / "Delivered";
    "paid_on": "Betald" / "Paid";
    "line_text": "Radens text" / "Text of the line";
    "line_kind": "Slag av rad" / "Kind of line";
    "invoiced_quantity": "Antal" / "Quantity";
    "unit_price": "Pris per enhet" / "Unit price";
    "vat_amount": "Moms" / "VAT";
    "contract_reference": "Angivet avtal" / "Stated contract";
    "order_reference": "Angiven beställning" / "Stated order";
    "account_name": "Kontots namn" / "Account name";
    "rule": "Regel att fylla i" / "Rule to fill in";
    "supplier_group_name": "Koncern" / "Group";
    "group_rank": "Nr" / "No.";
    "largest_supplier_spend_net": "Varav största bolaget" / "Of it, largest company";
    "category_count": "Kategorier" / "Categories";
    "status": "Läge" / "Status";
    "month_count": "Månader med rader" / "Months with lines";
    "loaded_month_count": "Inlästa månader" / "Months loaded";
    "gap_month_count": "Luckor" / "Gaps";
    "lake_net_amount": "Inläst" / "In the lake";
    "decided_net_amount": "Bedömt" / "Decided";
    "row_replaced_count": "Ersatta" / "Replaced";
    "row_repeated_count": "Finns även i annan fil" / "Also in another file";
    "other_path": "Den andra filen" / "The other file";
    "row_count": "Rader" / "Rows";
    "detail": "Exempel" / "Example";
    "ledger_net_amount": "Huvudboken" / "Ledger";
    "line_net_amount": "Inlästa rader" / "Lines read";
    "difference_net": "Skillnad" / "Difference";
    "is_compared": "Jämförs" / "Compared";
    "exchange_rate_day": "Kursens dag" / "Day of the rate";
    "rate_source": "Kursens källa" / "Source of the rate";
    "base_rate": "Kurs, radens valuta" / "Rate, line’s currency";
    "target_rate": "Kurs, redovisningsvalutan" / "Rate, reporting currency";
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
    "above_count": "Över gränsen" / "Above the limit";
    "above_net": "Belopp över" / "Amount above";
    "above_supplier_count": "Leverantörer över" / "Suppliers above";
    "account_count": "Konton" / "Accounts";
    "account_spend_net": "Belopp till kontot" / "Amount to the account";
    "active_month_count": "Månader sedan första köp" / "Months since the first purchase";
    "alert_kind": "Flagga" / "Warning";
    "alert_on": "Dag" / "Day";
    "all_line_ratio": "Andel hos alla enheter" / "Share over all units";
    "all_round_ratio": "Andel hos alla" / "Share over all";
    "all_unit_count": "Enheter i allt" / "Units in all";
    "amount_coverage_ratio": "Känt belopp" / "Amount known";
    "assumption_source": "Antagandets källa" / "Source of the assumption";
    "attribute_source": "Bedömningens källa" / "Source of the judgement";
    "bank_account": "Betalkonto" / "Bank account";
    "base_net": "Underlag" / "Base";
    "below_count": "Strax under gränsen" / "Just below the limit";
    "below_net": "Belopp under" / "Amount below";
    "below_supplier_count": "Leverantörer under" / "Suppliers below";
    "change_kind": "Slag av förändring" / "Kind of change";
    "circular_tag": "Cirkulärt sätt" / "Circular tag";
    "clause_ratio": "Andel med hållbarhetsvillkor" / "Share with sustainability clauses";
    "closed_count": "Avslutade" / "Closed";
    "cluster_z": "Standardfel från jämnt" / "Standard errors from even";
    "code_ratio": "Andel med uppförandekod" / "Share with the code of conduct";
    "contract_ratio": "Andel på avtal" / "Share on contract";
    "contract_status": "Avtal" / "Contract";
    "country_count": "Länder" / "Countries";
    "counted_net": "Belopp" / "Amount";
    "counted_ratio": "Andel" / "Share";
    "covered_spend_net": "Beräknat för" / "Reckoned for";
    "critical_category_count": "Kritiska kategorier" / "Critical categories";
    "density_ratio": "Under per över" / "Below per above";
    "detected_count": "Upptäckta fakturor" / "Invoices detected";
    "detected_net": "Upptäckt belopp" / "Amount detected";
    "deviation_id": "Avvikelse" / "Deviation";
    "deviation_net": "Belopp" / "Amount";
    "direct_award_limit": "Direktupphandlingsgräns" / "Direct award limit";
    "documentation_limit": "Dokumentationsgräns" / "Documentation limit";
    "domestic_spend_net": "Inom landet" / "At home";
    "dominated_category_count": "Dominerade kategorier" / "Dominated categories";
    "dominated_spend_net": "Belopp i dem" / "Amount in them";
    "due_on": "Senast" / "Due";
    "evidence": "Belägg" / "Evidence";
    "evidence_tier": "Beläggets styrka" / "Strength of the evidence";
    "example_names": "Exempel" / "Examples";
    "expected_ratio": "Väntad andel" / "Expected share";
    "factor_kg": "Faktor, kg" / "Factor, kg";
    "factor_source": "Faktorns källa" / "Source of the factor";
    "factor_unit": "Per" / "Per";
    "first_3_net": "Första tre månaderna" / "First three months";
    "first_digits": "Första siffror" / "First digits";
    "first_line_id": "Första rad" / "First line";
    "first_on": "Första dag" / "First day";
    "followable_ratio": "Ifyllt" / "Filled in";
    "followed_up_on": "Senast uppföljt" / "Last followed up";
    "foreign_ratio": "Andel utland" / "Share abroad";
    "foreign_spend_net": "Utomlands" / "Abroad";
    "foreign_supplier_count": "Leverantörer utomlands" / "Suppliers abroad";
    "goal_ratio": "Mål" / "Goal";
    "goal_source": "Beslut" / "Decision";
    "goal_status": "Läge" / "Status";
    "group_count": "Koncerner" / "Groups";
    "growth_ratio": "Senaste mot första" / "Latest against first";
    "has_second_source": "Andra avtalsleverantör" / "Second contracted supplier";
    "highest_net": "Högsta tolv månader" / "Highest twelve months";
    "highest_price": "Högsta pris" / "Highest price";
    "highest_unit_id": "Enhet med högsta pris" / "Unit with the highest price";
    "history": "Historik" / "History";
    "impact_score": "Resultatpåverkan" / "Profit impact";
    "input_code": "Underlag" / "Input";
    "insolvency_status": "Insolvens" / "Insolvency";
    "is_critical": "Kritisk" / "Critical";
    "is_documented": "Dokumenterad" / "Documented";
    "is_judged": "Kan bedömas" / "Can be judged";
    "is_over_limit": "Över gränsen" / "Above the limit";
    "is_over_now": "Över gränsen nu" / "Above the limit now";
    "is_register_loaded": "Register finns" / "Register loaded";
    "is_standing_out": "Sticker ut" / "Stands out";
    "is_unused": "Används inte" / "Not used";
    "kg_co2e": "Kg CO2e" / "Kg CO2e";
    "kg_per_spend": "Kg per krona" / "Kg per krona";
    "largest_invoice_net": "Största faktura" / "Largest invoice";
    "largest_net": "Största" / "Largest";
    "last_3_net": "Senaste tre månaderna" / "Last three months";
    "last_on": "Sista dag" / "Last day";
    "lever_code": "Spak" / "Lever";
    "line_after_count": "Rader efter" / "Lines after";
    "line_ratio": "Andel av raderna" / "Share of lines";
    "live_contract_count": "Gällande avtal" / "Contracts in force";
    "live_supplier_count": "Avtalsleverantörer" / "Contracted suppliers";
    "lowest_price": "Lägsta pris" / "Lowest price";
    "lowest_unit_id": "Enhet med lägsta pris" / "Unit with the lowest price";
    "mad": "Medelavvikelse" / "Mean deviation";
    "member_ratio": "Andel" / "Share";
    "member_spend_net": "Belopp i klassen" / "Amount in the class";
    "method_code": "Metod" / "Method";
    "missing_fields": "Saknas" / "Missing";
    "missing_net": "Saknade kronor" / "Kronor missing";
    "months_to_due": "Månader till målet" / "Months to the goal";
    "needed_by": "Behövs för" / "Needed by";
    "observed_ratio": "Andel" / "Share observed";
    "account_code": "Konto" / "Account";
    "actual_net": "Utfall" / "Actual";
    "agreed_net": "Enligt avtalat pris" / "At the agreed price";
    "alert_level": "Varningsnivå" / "Alert level";
    "all_spend_net": "Alla inköp" / "All spend";
    "alternation_count": "Växlingar" / "Alternations";
    "alternation_ratio": "Andel växlingar" / "Share of alternations";
    "approved_on": "Godkänt" / "Approved on";
    "award_net": "Tilldelat värde" / "Value awarded";
    "awarded_on": "Tilldelad" / "Awarded on";
    "before_first_period": "Före: från" / "Before: from";
    "before_last_period": "Före: till" / "Before: to";
    "before_month_count": "Före: månader med rader" / "Before: months with lines";
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
    "change_source": "Ändringens källa" / "Source of the change";
    "change_text": "Ändrat antagande" / "Changed assumption";
    "channel": "Fakturaväg" / "Channel";
    "channel_coverage_ratio": "Fakturaväg känd" / "Channel known";
    "channel_known_invoice_count": "Fakturor med känd väg" / "Invoices of known channel";
    "channel_ratio": "Andel av fakturorna" / "Share of invoices";
    "clause_spend_net": "Belopp med hållbarhetsvillkor" / "Amount with sustainability clauses";
    "clause_unknown_spend_net": "Hållbarhetsvillkor ej angivet" / "Clauses not stated";
    "closes_on": "Sista anbudsdag" / "Closes on";
    "code_spend_net": "Belopp med uppförandekod" / "Amount with code of conduct";
    "code_unknown_spend_net": "Uppförandekod ej angiven" / "Code not stated";
    "compared_spend_net": "Jämfört med prislista" / "Compared with a price list";
    "competitive_count": "Konkurrensutsatta" / "Competitive";
    "completeness_ratio": "Fullständighet" / "Completeness";
    "component_code": "Kostnadsdel" / "Component";
    "component_number": "Nummer" / "Number";
    "confidence": "Säkerhet" / "Confidence";
    "contract_ids": "Avtal" / "Contracts";
    "control_total": "Filens summarad" / "Total row of the file";
    "credit_net": "Krediterat" / "Credited";
    "credit_ratio": "Andel krediterat" / "Share credited";
    "cumulative_net": "Ackumulerat" / "Cumulative";
    "dated_line_count": "Rader med datum" / "Lines with dates";
    "dated_ratio": "Andel med datum" / "Share with dates";
    "dated_spend_net": "Belopp med datum" / "Amount with dates";
    "day_count": "Dagar emellan" / "Days between";
    "decided_line_count": "Bedömda rader" / "Lines decided";
    "deviation_rank": "Rang" / "Rank";
    "discount_rate": "Kalkylränta" / "Discount rate";
    "distinct_amount_count": "Olika belopp" / "Distinct amounts";
    "due_amount": "Belopp att betala" / "Amount due";
    "elapsed_months": "Månader som gått" / "Months elapsed";
    "emission_kg": "Utsläpp, kg CO2e" / "Emissions, kg CO2e";
    "end_period": "Slutmånad" / "End month";
    "entitled_unit_count": "Avropsberättigade enheter" / "Entitled units";
    "equivalent_annual_cost": "Årskostnad" / "Equivalent annual cost";
    "estimated_net": "Uppskattat värde" / "Estimated value";
    "eu_limit_value": "EU:s tröskelvärde" / "EU threshold";
    "evaluable_count": "Kunde bedömas" / "Could be judged";
    "exception_id": "Undantag" / "Exception";
    "exception_status": "Undantagets läge" / "Status of the exception";
    "excluded_count": "Undantagna" / "Excluded";
    "excluded_net": "Undantaget belopp" / "Amount excluded";
    "expires_on": "Gäller till" / "Expires on";
    "external_cost": "Extern kostnad" / "External cost";
    "factor_code": "Faktor" / "Factor";
    "file_name": "Fil" / "File";
    "first_quartile": "Undre kvartil" / "Lower quartile";
    "flag_code": "Flagga" / "Flag";
    "flag_limit": "Flaggans gräns" / "Limit of the flag";
    "flag_value": "Värde" / "Value";
    "flagged_count": "Flaggade" / "Flagged";
    "framework_contract_id": "Ramavtal" / "Framework";
    "gap_ratio": "Avstånd till näst lägsta" / "Gap to the second lowest";
    "has_category": "Kategori angiven" / "Category on file";
    "has_ceiling": "Takvolym angiven" / "Ceiling on file";
    "has_code_statement": "Uppförandekod angiven" / "Code of conduct stated";
    "has_end": "Slutdatum angivet" / "End on file";
    "has_organisation_number": "Organisationsnummer angivet" / "Organisation number on file";
    "has_price_list": "Prislista finns" / "Has a price list";
    "has_start": "Startdatum angivet" / "Start on file";
    "has_unit": "Enheter angivna" / "Units on file";
    "highest_bid_net": "Högsta anbud" / "Highest bid";
    "history_month_count": "Månader med historik" / "Months of history";
    "internal_cost": "Intern kostnad" / "Internal cost";
    "is_comparable": "Jämförbar" / "Comparable";
    "is_competitive": "Konkurrensutsatt" / "Competitive";
    "is_complete": "Fullständig" / "Complete";
    "is_cost_known": "Kostnad känd" / "Cost known";
    "is_distant_winner": "Vinnaren långt under" / "Winner far below";
    "is_external": "Extern" / "External";
    "is_group": "Koncern" / "Group";
    "is_in_register": "Finns i registret" / "In the register";
    "is_low_variation": "Liten spridning" / "Low variation";
    "is_new": "Ny" / "New";
    "is_screened": "Granskad" / "Screened";
    "is_single_bid": "Ett enda anbud" / "Single bid";
    "is_winner_changed": "Annan vinnare" / "Winner changes";
    "judged_category_count": "Bedömda kategorier" / "Categories judged";
    "known_count": "Kända" / "Known";
    "ladder_step": "Steg i trappan" / "Step of the ladder";
    "lake_line_count": "Inlästa rader" / "Lines in the lake";
    "late_spend_net": "Betalt för sent" / "Paid late";
    "level": "Nivå" / "Level";
    "life_cycle_cost": "Livscykelkostnad" / "Life-cycle cost";
    "life_cycle_rank": "Rang efter livscykelkostnad" / "Rank by life-cycle cost";
    "life_years": "Livslängd, år" / "Life, years";
    "line_number": "Radnummer" / "Line number";
    "lot_id": "Delområde" / "Lot";
    "lowest_bid_net": "Lägsta anbud" / "Lowest bid";
    "mapping": "Mappning" / "Mapping";
    "match_class": "Sätt att avgöra" / "Way of deciding";
    "message": "Meddelande" / "Message";
    "missing_month_count": "Månader som saknas" / "Months missing";
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
    "off_contract_net": "Utanför avtal" / "Off contract";
    "oldest_open_on": "Äldsta öppna" / "Oldest open";
    "open_count": "Öppna" / "Open";
    "open_days": "Dagar öppen" / "Days open";
    "paid_net": "Betalat" / "Paid";
    "penalty_max": "Högsta avgift" / "Largest penalty";
    "penalty_min": "Lägsta avgift" / "Smallest penalty";
    "present_count": "Finns på" / "Present on";
    "previous_account": "Tidigare konto" / "Previous account";
    "previous_last_on": "Senast använt" / "Last used before";
    "previous_net": "Tolv månader dessförinnan" / "Twelve months before";
    "previous_ratio": "Andel året före" / "Share the year before";
    "price_change": "Prisomräkning" / "Price change";
    "price_sensitivity": "Priskänslighet" / "Price sensitivity";
    "price_year": "Prisår" / "Price year";
    "prime_spend_net": "Inköp hos dem" / "Spend with them";
    "quadrant": "Ruta" / "Quadrant";
    "quantity": "Mängd" / "Quantity";
    "record_count": "Dokument" / "Records";
    "register_count": "I register" / "In registers";
    "registered_on": "Registrerad" / "Registered";
    "relative_size": "Gånger så stor" / "Times as large";
    "reported_count": "Rapporterade" / "Reported";
    "reported_net": "Rapporterat belopp" / "Amount reported";
    "reported_on": "Rapporterad" / "Reported";
    "reported_ratio": "Rapporterade per upptäckt" / "Reported per detected";
    "rest_day_kind": "Dag" / "Day";
    "risk_level": "Risknivå" / "Risk level";
    "risk_score": "Försörjningsrisk" / "Supply risk";
    "round_count": "Runda fakturor" / "Round invoices";
    "round_ratio": "Andel runda" / "Share of round ones";
    "round_spend_net": "Belopp på runda" / "Amount of round ones";
    "saving_net": "Möjlig besparing" / "Possible saving";
    "saving_ratio": "Antagande" / "Assumption";
    "scope_kind": "Omfång" / "Scope";
    "scope_name": "Namn" / "Name";
    "second_net": "Näst största" / "Second largest";
    "single_category_count": "Kategorier utan annan leverantör" / "Categories without another supplier";
    "size_hint": "Tecken" / "Hint";
    "smallest_net": "Minsta" / "Smallest";
    "spend_after_net": "Köpt därefter" / "Bought afterwards";
    "spread_net": "Skillnad i kronor" / "Difference in kronor";
    "spread_ratio": "Skillnad" / "Difference";
    "status_code": "Status" / "Status";
    "status_on": "Statusdag" / "Status day";
    "switching_effort": "Bytesinsats" / "Switching effort";
    "tier_code": "Led" / "Tier";
    "times_usual": "Gånger vanligt" / "Times the usual";
    "top_country": "Största land" / "Largest country";
    "top_unit_id": "Största enhet" / "Largest unit";
    "top_unit_ratio": "Dess andel" / "Its share";
    "total_count": "Rader i allt" / "Lines in all";
    "total_spend_net": "Inköp i allt" / "Spend in all";
    "unit_of_measure": "Måttenhet" / "Unit of measure";
    "unknown_spend_net": "Okänt" / "Unknown";
    "used_count": "Anlitade" / "Used";
    "valid_to_on": "Gäller till" / "Valid until";
    "vat_basis": "Moms" / "VAT";
    "vendor_name": "Leverantör enligt anmälan" / "Supplier as reported";
    "window_net": "Summa" / "Sum";
    "year_number": "År" / "Year";
    "z": "Standardfel" / "Standard errors";
    "order_cost_net": "Beställningar" / "Placing of orders";
    "payment_term_cost_net": "Betalningsvillkor" / "Payment terms";
    "lost_discount_net": "Förlorad kassarabatt" / "Lost discounts";
    "carbon_cost_net": "Koldioxidkostnad" / "Cost of carbon";
    "procurement_name": "Upphandling" / "Procurement";
    "procurement_id": "Upphandling" / "Procurement";
    "price_rank": "Rang efter pris" / "Rank by price";
    "tender_count": "Upphandlingar" / "Tenders";
    "single_bid_count": "Ett anbud" / "Single bid";
    "single_bid_ratio": "Andel med ett anbud" / "Single-bid share";
    "winner_count": "Vinnare" / "Winners";
    "process_id": "Upphandling" / "Procurement";
    "tender_title": "Benämning" / "Title";
    "procurement_method": "Förfarande" / "Procedure";
    "published_on": "Annonserad" / "Published";
    "other_bidder_name": "Den andra" / "The other";
    "shared_tender_count": "Gemensamma upphandlingar" / "Shared tenders";
    "other_bidder_win_count": "Den andras vinster" / "Wins of the other";
    "second_bid_net": "Näst lägsta" / "Second lowest";
    "variation_ratio": "Spridning" / "Variation";
    "relative_distance": "Relativt avstånd" / "Relative distance";
    "process_ids": "Upphandlingar" / "Procurements";
    "order_count": "Beställningar" / "Orders";
    "original_amount_net": "Första fakturans belopp" / "Amount of the first";
    "original_supplier_id": "Första fakturans leverantör" / "Supplier of the first";
    "original_unit_id": "Första fakturans enhet" / "Unit of the first";
    "other_bidder_count": "Andra anbudsgivare" / "Other bidders";
    "other_bidder_key": "Den andres id" / "Id of the other";
    "outcome_order": "Ordning" / "Order";
    "over_limit_net": "Över gränsen" / "Above the limit";
    "owner_role": "Ansvarig roll" / "Role of the owner";
    "pair_win_ratio": "Vunnet av paret" / "Won by the pair";
    "payment_coverage_ratio": "Betaldagar kända" / "Payment dates known";
    "present_value": "Nuvärde" / "Present value";
    "price_coverage_ratio": "Pris kunde jämföras" / "Price could be compared";
    "process_cost_ratio": "Hanteringskostnad av beloppet" / "Handling cost of the amount";
    "process_count": "Upphandlingar" / "Tenders";
    "rate_kind": "Slag av ränta" / "Kind of rate";
    "reason_order": "Ordning" / "Order";
    "reference_cost": "Jämförelsekostnad" / "Reference cost";
    "reference_years": "Jämförelsetid, år" / "Reference years";
    "rejected_ratio": "Andel avvisat" / "Share rejected";
    "report_count": "Redovisningar" / "Reports";
    "reported_net_ratio": "Andel av beloppet rapporterad" / "Share of the amount reported";
    "risk_input_count": "Kända riskunderlag" / "Risk inputs known";
    "rolling_addressable_spend_net": "Påverkbart, 12 månader" / "Addressable, 12 months";
    "rolling_compliant_spend_net": "På avtal, 12 månader" / "On contract, 12 months";
    "rolling_month_count": "Månader i summan" / "Months in the sum";
    "round_gross_count": "Jämna med moms" / "Round with VAT";
    "round_net_count": "Jämna utan moms" / "Round without VAT";
    "run_out_months": "Månader kvar i takten" / "Months left at the pace";
    "scenario_number": "Scenario" / "Scenario";
    "scope_id": "Urval" / "Scope";
    "scope_line_count": "Rader i urvalet" / "Lines in the scope";
    "sharing_supplier_count": "Leverantörer på kontot" / "Suppliers on the account";
    "signed_on": "Tecknat" / "Signed on";
    "similar_count": "Liknande" / "Similar";
    "small_invoice_count": "Små fakturor" / "Small invoices";
    "small_invoice_ratio": "Andel små fakturor" / "Share of small invoices";
    "source_file_id": "Fil" / "File";
    "status_count": "Statusar" / "Statuses";
    "step_order": "Ordning" / "Order";
    "successor_count": "Efterföljare" / "Successors";
    "supplier_group_id": "Koncern" / "Group";
    "term_coverage_ratio": "Betalningsvillkor kända" / "Terms known";
    "term_months": "Avtalstid, månader" / "Term, months";
    "term_spend_net": "Belopp med betalningsvillkor" / "Amount with payment terms";
    "test_order": "Ordning" / "Order";
    "third_quartile": "Övre kvartil" / "Upper quartile";
    "third_win_count": "Vunna av tredje part" / "Won by a third";
    "top_1_spend_net": "Största leverantörens belopp" / "Amount of the largest supplier";
    "top_below_count": "Flest under gränsen" / "Most below the limit";
    "top_supplier_id": "Största leverantören" / "Largest supplier";
    "total_invoice_count": "Fakturor i allt" / "Invoices in all";
    "total_supplier_count": "Leverantörer i allt" / "Suppliers in all";
    "trailing_month_count": "Månader i takten" / "Months of the pace";
    "uncounted_count": "Räknas inte" / "Not counted";
    "unit_addressable_spend_net": "Enhetens påverkbara" / "Addressable of the unit";
    "unit_cost_net": "Kostnad per styck" / "Cost of one";
    "vat_known_ratio": "Moms känd" / "VAT known";
    "width_ratio": "Bandets bredd" / "Width of the band";
    "win_count": "Vunna" / "Won";
    "win_ratio": "Andel vunna" / "Share won";
    "window_count": "I fönstret" / "In the window";
    "base_currency": "Från valuta" / "From currency";
    "best_difference": "Skillnad mot bästa enhet" / "Difference from the best unit";
    "best_value": "Bästa enhet" / "Best unit";
    "controlled_source_name": "Jämförd källa" / "Source compared";
    "coverage_min": "Lägsta bedömda andel" / "Least share judged";
    "denominator": "Nämnare" / "Denominator";
    "figure_code": "Nyckeltal" / "Key figure";
    "is_coverage_enough": "Tillräckligt bedömt" / "Judged enough";
    "is_target_met": "Målet nått" / "Target met";
    "last_year_change": "Skillnad mot året före" / "Change on the year before";
    "last_year_value": "Året före" / "Year before";
    "net_amount_repeated": "Belopp på upprepade rader" / "Amount of repeated rows";
    "net_amount_replaced": "Belopp ersatt av rättelser" / "Amount replaced by corrections";
    "numerator": "Täljare" / "Numerator";
    "other_source_file_id": "Den andra filen" / "The other file";
    "period_kind": "Slag av period" / "Kind of period";
    "period_order": "Ordning" / "Order";
    "previous_change": "Skillnad mot perioden före" / "Change on the period before";
    "previous_first_period": "Perioden före börjar" / "Period before starts";
    "previous_value": "Perioden före" / "Period before";
    "target_currency": "Till valuta" / "To currency";
    "target_gap": "Avstånd till målet" / "Distance to target";
    "target_on": "Målet ska nås" / "Target due";
    "target_value": "Mål" / "Target";
    "unit_rank": "Plats bland enheterna" / "Rank among units";
    "whole_difference": "Skillnad mot helheten" / "Difference from the whole";
    "whole_value": "Alla enheter" / "All units";
    "contract_compliance": "Avtalstrohet" / "Contract compliance";
    "supplier_compliance": "Leverantörstrohet" / "Supplier compliance";
    "maverick_share": "Vid sidan av avtal" / "Maverick share";
    "judged_share": "Bedömd andel" / "Share judged";
    "e_invoice_share": "Elektroniska fakturor" / "Electronic invoices";
    "added_cost": "Kostnad utöver avtalat pris" / "Cost on top of the agreed price";
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
    "first": "Visa de {n} första" / "Show the first {n}";
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
    "explore_map_plain": "Ytan är påverkbara inköp per huvudkategori." / "The area is addressable spend by main category.";
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

/// The key of a code in [`CODES`]: a code that means something else in one column has an entry of its own, `column.code`.
pub fn qualified(column: &str, code: &str) -> String {
    let own = format!("{column}.{code}");
    if CODES.iter().any(|(key, _)| *key == own) { own } else { code.to_string() }
}

/// What is wrong with a rejected record, and what to do, as keys of codes: `fault.<code>` and `remedy.<code>`.
pub fn faults() -> impl Iterator<Item = (String, Text)> {
    FAULTS
        .iter()
        .flat_map(|f| [(format!("fault.{}", f.code), Text { sv: f.sv, en: f.en }), (format!("remedy.{}", f.code), Text { sv: f.remedy_sv, en: f.remedy })])
}

/// A code as people read it; a code that is not listed is shown as it is.
pub fn code(language: Language, code: &str) -> &str {
    if let Some((_, text)) = CODES.iter().find(|(key, _)| *key == code) {
        return text.of(language);
    }
    match code.split_once('.') {
        Some(("fault" | "remedy", _)) => faults().find(|(key, _)| key == code).map_or(code, |(_, text)| text.of(language)),
        _ => code,
    }
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
