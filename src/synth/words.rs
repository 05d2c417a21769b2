//! The words that the region is made of. All names are invented; the tree and the accounts are our own, in the spirit of
//! the trees and charts that Swedish regions share.

/// Name of the region.
pub const REGION: &str = "Region Granmark";

/// A group of the tree with its leaves.
type Group = (&'static str, &'static [&'static str]);

/// The category tree: top category, then groups with their leaves.
pub const TREE: &[(&str, &[Group])] = &[
    (
        "Läkemedel och vaccin",
        &[
            ("Läkemedel för slutenvård", &["Antibiotika", "Cytostatika", "Infusionslösningar", "Anestesiläkemedel", "Blodprodukter"]),
            ("Vaccin", &["Influensavaccin", "Barnvaccin", "Resevaccin"]),
            ("Näring", &["Sondnäring", "Kosttillägg", "Parenteral näring"]),
            ("Apotekstjänster", &["Dosdispensering", "Extemporetillverkning", "Vätskevagnar"]),
        ],
    ),
    (
        "Sjukvårdsmaterial",
        &[
            ("Handskar och skydd", &["Undersökningshandskar", "Operationshandskar", "Skyddsrockar", "Munskydd"]),
            ("Sår och förband", &["Kompresser", "Förband", "Suturer", "Kompressionsbindor"]),
            ("Injektion och infusion", &["Kanyler", "Sprutor", "Infusionsaggregat", "Centrala infarter"]),
            ("Inkontinens och stomi", &["Inkontinensskydd", "Katetrar", "Stomimaterial"]),
            ("Operation", &["Operationslakan", "Operationsset", "Diatermimaterial", "Häftapparater"]),
        ],
    ),
    (
        "Implantat och ortopedi",
        &[
            ("Implantat", &["Höftproteser", "Knäproteser", "Pacemakrar", "Linser", "Stentar"]),
            ("Ortopedtekniska produkter", &["Ortoser", "Proteser", "Skoinlägg"]),
        ],
    ),
    (
        "Medicinteknik",
        &[
            ("Bildgivande utrustning", &["Röntgenutrustning", "Ultraljud", "Magnetkameror"]),
            ("Övervakning", &["Patientmonitorer", "Telemetri", "Infusionspumpar"]),
            ("Andning och dialys", &["Ventilatorer", "Dialysmaskiner", "Syrgaskoncentratorer"]),
            ("Service av medicinteknik", &["Serviceavtal bilddiagnostik", "Kalibrering", "Reservdelar medicinteknik"]),
        ],
    ),
    (
        "Laboratorium och diagnostik",
        &[
            ("Reagens", &["Kemireagens", "Mikrobiologiska medier", "Molekylära tester", "Patologireagens"]),
            ("Laboratorieutrustning", &["Analysinstrument", "Centrifuger", "Mikroskop"]),
            ("Laboratorietjänster", &["Externa analyser", "Provtransporter"]),
        ],
    ),
    (
        "Hjälpmedel",
        &[
            ("Förflyttning", &["Rullstolar", "Rollatorer", "Personlyftar"]),
            ("Kommunikation", &["Hörapparater", "Talhjälpmedel", "Synhjälpmedel"]),
            ("Hem och hygien", &["Sängar hemsjukvård", "Duschstolar", "Trycksårsmadrasser"]),
        ],
    ),
    (
        "Tandvård",
        &[
            ("Dentalmaterial", &["Fyllnadsmaterial", "Dentala implantat", "Engångsmaterial tandvård"]),
            ("Tandteknik", &["Tandtekniska arbeten", "Protetik"]),
            ("Dentalutrustning", &["Behandlingsstolar", "Dentalröntgen"]),
        ],
    ),
    (
        "Livsmedel och måltider",
        &[
            ("Livsmedel", &["Kolonialvaror", "Mejeri", "Kött och chark", "Fisk", "Frukt och grönt", "Bröd"]),
            ("Måltidstjänster", &["Patientmåltider", "Konferensmat", "Varuautomater"]),
            ("Köksutrustning", &["Storköksmaskiner", "Porslin"]),
        ],
    ),
    (
        "It och telekom",
        &[
            ("Hårdvara", &["Datorer", "Skärmar", "Servrar", "Skrivare", "Mobiltelefoner"]),
            ("Programvara", &["Journalsystem", "Ekonomisystem", "Kontorsprogram", "Säkerhetsprogram"]),
            ("It-tjänster", &["It-konsulter", "Drift", "Molntjänster", "It-support"]),
            ("Telekom", &["Mobilabonnemang", "Datakommunikation", "Växeltjänster"]),
        ],
    ),
    (
        "Fastighet och bygg",
        &[
            ("Byggentreprenad", &["Ombyggnad", "Nybyggnad", "Rivning"]),
            ("Installation", &["El", "Rör", "Ventilation", "Hissar", "Larm och lås"]),
            ("Fastighetsdrift", &["Måleri", "Golv", "Mark och trädgård", "Snöröjning", "Fönsterputs"]),
            ("Energi", &["Elkraft", "Fjärrvärme", "Medicinska gaser"]),
            ("Lokaler", &["Lokalhyra", "Parkering"]),
        ],
    ),
    (
        "Transport och resor",
        &[
            ("Sjuktransporter", &["Ambulanser", "Liggande transporter", "Sjukresor"]),
            ("Godstransport", &["Bud", "Styckegods", "Flytt"]),
            ("Fordon", &["Personbilar", "Fordonsservice", "Drivmedel", "Däck"]),
            ("Resor", &["Hotell", "Tågresor", "Flygresor"]),
            ("Kollektivtrafik", &["Busstrafik", "Tågtrafik", "Biljettsystem", "Ersättningstrafik"]),
        ],
    ),
    (
        "Bemanning och konsulter",
        &[
            ("Vårdbemanning", &["Hyrläkare", "Hyrsjuksköterskor", "Hyrpsykologer"]),
            ("Konsulter", &["Organisationskonsulter", "Revision", "Juridik", "Arkitekter", "Projektledning"]),
            ("Språk", &["Kontakttolkning", "Översättning", "Teckenspråkstolkning"]),
            ("Rekrytering och utbildning", &["Rekrytering", "Ledarutbildning", "Vårdutbildning", "E-lärande"]),
        ],
    ),
    (
        "Kontor, möbler och textil",
        &[
            ("Kontor", &["Kontorsmaterial", "Papper", "Tryckeri", "Post"]),
            ("Möbler", &["Kontorsmöbler", "Vårdmöbler", "Lampor"]),
            ("Textil", &["Tvätt", "Arbetskläder", "Sängtextil"]),
            ("Städ och hygien", &["Lokalvård", "Städmaterial", "Hygienprodukter", "Avfall", "Farligt avfall"]),
        ],
    ),
    (
        "Information och kultur",
        &[
            ("Information", &["Annonser", "Reklambyrå", "Webbproduktion", "Film och foto"]),
            ("Kultur", &["Scenproduktion", "Konst", "Böcker", "Museiteknik"]),
            ("Säkerhet", &["Bevakning", "Passersystem", "Brandskydd"]),
            ("Köpt vård", &["Specialistvård köpt", "Psykiatri köpt", "Rehabilitering köpt", "Hälsoundersökningar"]),
        ],
    ),
];

/// Departments (förvaltningar) of the main administration, biggest first.
pub const DEPARTMENTS: &[&str] = &[
    "Förvaltning Sjukhus Väst",
    "Förvaltning Sjukhus Öst",
    "Förvaltning Primärvård",
    "Förvaltning Psykiatri",
    "Förvaltning Service",
    "Förvaltning Folktandvård",
    "Förvaltning Laboratoriemedicin",
    "Förvaltning Habilitering och hjälpmedel",
    "Förvaltning Sjukhus Norr",
    "Förvaltning Sjukhus Söder",
    "Förvaltning Ambulans",
    "Förvaltning Läkemedel",
    "Förvaltning Bild och funktion",
    "Förvaltning Rehabilitering",
    "Förvaltning Barn och kvinna",
    "Förvaltning Digitalisering",
    "Förvaltning Inköp och logistik",
    "Förvaltning Forskning",
    "Förvaltning Närsjukvård Inland",
    "Förvaltning Närsjukvård Kust",
    "Förvaltning Måltid",
    "Förvaltning Cancervård",
    "Förvaltning Ögon och öron",
    "Förvaltning Akutvård",
    "Förvaltning Patientsäkerhet",
    "Förvaltning Utbildning",
    "Förvaltning Arkiv",
    "Förvaltning Miljö",
    "Förvaltning Krisberedskap",
    "Regionkontoret",
];

/// Units below a department.
pub const UNITS: &[&str] = &["Administration", "Mottagning", "Avdelning 1", "Avdelning 2", "Operation", "Akut", "Dagvård", "Förråd"];

/// Units of the transport company, of culture and of property: the administrations with ledgers of their own.
pub const TRANSPORT_UNITS: &[&str] = &["Trafikledning", "Biljett", "Serviceresor", "Depå"];
/// Units of the culture administration.
pub const CULTURE_UNITS: &[&str] = &["Kultur och bildning", "Regionteatern", "Regionmuseet", "Folkhögskolan Granliden"];
/// Units of the property administration.
pub const PROPERTY_UNITS: &[&str] = &["Fastighet Väst", "Fastighet Öst", "Fastighet Projekt"];

/// First parts of invented company names.
pub const STEMS: &[&str] = &[
    "Björk", "Gran", "Tran", "Lind", "Vass", "Norr", "Klöv", "Söder", "Fur", "Ström", "Brant", "Fjäll", "Skog", "Lärk", "Säv", "Holm", "Vild", "Ask", "Mjöl",
    "Rönn", "Alm", "Hass", "Sten", "Grus", "Silv", "Järn", "Klint", "Kvarn", "Myr", "Tall", "Korp", "Snö", "Humle", "Törn", "Havr", "Glim", "Ljung", "Mår",
    "Ejd", "Ros",
];
/// Second parts of invented company names.
pub const ENDINGS: &[&str] = &[
    "unda", "olmen", "arpa", "ista", "elo", "amora", "egard", "ivik", "ånge", "ebro", "ully", "anta", "ekil", "osta", "inge", "erna", "iby", "ava", "etna",
    "ördal",
];
/// What companies say that they do, by top category of the tree.
pub const TRADES: &[&[&str]] = &[
    &["Läkemedel", "Farma", "Vaccin", "Apotek", "Nutrition"],
    &["Medicin", "Vårdmaterial", "Sårvård", "Engång", "Hygien"],
    &["Ortopedi", "Implantat", "Protes", "Optik"],
    &["Medicinteknik", "Vårdteknik", "Mätteknik", "Bilddiagnostik"],
    &["Laboratorium", "Diagnostik", "Kemi", "Analys"],
    &["Hjälpmedel", "Rehab", "Hörsel", "Rörelse"],
    &["Dental", "Tandteknik", "Tandmaterial"],
    &["Livsmedel", "Grossist", "Storkök", "Måltid", "Mejeri"],
    &["Data", "System", "Nät", "Telefoni", "Programvara", "Robotik"],
    &["Bygg", "Elteknik", "Rör", "Måleri", "Golv", "Ventilation", "Fastighet", "Energi", "Trädgård"],
    &["Transport", "Logistik", "Fordon", "Resor", "Buss", "Flytt"],
    &["Bemanning", "Konsult", "Språk", "Juridik", "Revision", "Utbildning", "Arkitektur"],
    &["Kontor", "Möbler", "Textil", "Städ", "Tryck", "Återvinning"],
    &["Media", "Reklam", "Scen", "Säkerhet", "Larm", "Vård"],
];
/// Words that set companies of one family apart.
pub const FAMILY: &[&str] = &["Syd", "Norr", "Väst", "Öst", "Mitt", "Nordic", "Sverige", "Gruppen", "Partner", "Service"];
/// Places: vendors' post towns. Invented.
pub const PLACES: &[&str] = &["Granhamn", "Tallköping", "Björkestad", "Norrnäset", "Klövsjöby", "Mårtensvik", "Rosenfors", "Säveby"];
/// Streets.
pub const STREETS: &[&str] = &["Industrigatan", "Hamnvägen", "Storgatan", "Kvarnvägen", "Verkstadsgatan", "Ringvägen"];
/// Functions that own contracts.
pub const OWNERS: &[&str] = &["Inköp vård", "Inköp it", "Inköp fastighet", "Inköp tjänster", "Inköp livsmedel", "Upphandlingsenheten"];
/// Nouns of items on price lists.
pub const ITEMS: &[&str] = &["Standard", "Liten", "Stor", "Steril", "Extra", "Bas", "Plus", "Engång", "Set", "Refill", "Kit", "Premium"];
