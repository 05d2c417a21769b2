//! Why a line was decided as it was: codes, declared once with their text in Swedish and English.
//!
//! The column `matched.spend.evidence` holds them strongest first, separated by `;`, a value after a colon: `CAT_IN;POST_END:45`.

use std::fmt;

macro_rules! codes {
    ($($name:ident $code:literal $sv:literal $en:literal,)+) => {
        /// One piece of evidence. What each says is in [`CODES`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Code {
            $(#[doc = $en] $name,)+
        }

        /// Every code with its text in Swedish and in English; `{}` stands for the value after the colon (`PRICE_OVER` holds tenths of a per cent).
        pub const CODES: &[CodeText] = &[$(CodeText { code: Code::$name, name: $code, sv: $sv, en: $en },)+];
    };
}

/// A code and what it says.
#[derive(Debug, Clone, Copy)]
pub struct CodeText {
    /// The code.
    pub code: Code,
    /// As it stands in the column `evidence`.
    pub name: &'static str,
    /// In Swedish.
    pub sv: &'static str,
    /// In English.
    pub en: &'static str,
}

codes! {
    RefExact "REF_EXACT" "Raden anger avtalets nummer." "The line states the contract's number.",
    RefNormalised "REF_NORMALISED" "Raden anger avtalets nummer, skrivet på annat sätt." "The line states the contract's number, written in another way.",
    RefInText "REF_TEXT" "Radens text nämner avtalets nummer." "The line's text names the contract's number.",
    OrderRef "ORDER_REF" "Radens ordernummer är ett avtal eller avrop som leverantören har." "The line's order number is a contract or call-off that the supplier holds.",
    OrderContract "ORDER_CONTRACT" "Radens beställning är gjord på avtalet." "The line's purchase order was made under the contract.",
    OrderNoContract "ORDER_NO_CONTRACT" "Beställningen finns, men anger inget avtal." "The purchase order is on file, but names no contract.",
    OrderedInTerm "ORDERED_IN_TERM" "{} dagar efter avtalets sista dag, men beställt under löptiden." "{} days after the contract's last day, but ordered within its term.",
    CallOffTail "CALL_OFF_TAIL" "Ramavtalet har löpt ut, men avropet gäller." "The framework has ended, but the call-off is in force.",
    CaseRef "CASE_REF" "Raden anger diarienumret för avtalets ärende." "The line states the number of the contract's case.",
    RefConflict "REF_CONFLICT" "Raden anger ett avtal som leverantören inte har." "The line states a contract that the supplier does not hold.",
    CreditLinked "CREDIT_LINKED" "Krediten följer raden den krediterar." "The credit follows the line that it credits.",
    CreditLoose "CREDIT_LOOSE" "Krediten prövas för sig: den krediterade raden hittades inte." "The credit was tested by itself: the line it credits was not found.",
    SupplierUnresolved "SUPPLIER_UNRESOLVED" "Det går inte att avgöra vem leverantören är." "Who the supplier is cannot be told.",
    ViaFactor "VIA_FACTOR" "Betalningen går till ett factoringbolag; säljaren är en annan." "The payment goes to a factor; the seller is another.",
    ViaParent "VIA_PARENT" "Avtalet är tecknat med leverantörens moderbolag." "The contract is with the supplier's parent company.",
    GroupHolds "GROUP_HOLDS" "Det avtalet har ett bolag i samma koncern." "A company of the same group holds that contract.",
    NoContract "SUPPLIER_NO_CONTRACT" "Leverantören har inget avtal i katalogen." "The supplier holds no contract in the catalogue.",
    OtherContract "OTHER_CONTRACT" "En annan leverantörs avtal täcker inköpet." "Another supplier's contract covers the purchase.",
    Ambiguous "AMBIGUOUS" "{} avtal täcker raden och inget skiljer dem åt." "{} contracts cover the line and nothing tells them apart.",
    ChosenSpecific "CHOSEN_SPECIFIC" "Av flera avtal har detta den närmaste kategorin." "Of several contracts this one has the nearest category.",
    ChosenPriceList "CHOSEN_PRICE_LIST" "Av flera avtal har detta artikeln i prislistan." "Of several contracts this one has the item on its price list.",
    ChosenCallOff "CHOSEN_CALL_OFF" "Avropet går före sitt ramavtal." "The call-off goes before its framework.",
    ChosenInstalment "CHOSEN_INSTALMENT" "Av flera avtal är det här beloppet en delbetalning." "Of several contracts this is the one with such an instalment.",
    ChosenPractice "CHOSEN_PRACTICE" "Av flera avtal har detta använts för likadana rader: {} stycken." "Of several contracts this one was used for lines of the same kind: {} of them.",
    Retroactive "RETROACTIVE" "Avtalet undertecknades {} dagar efter inköpet." "The contract was signed {} days after the purchase.",
    PreStart "PRE_START" "{} dagar före avtalets första dag." "{} days before the contract's first day.",
    PostEnd "POST_END" "{} dagar efter avtalets sista dag." "{} days after the contract's last day.",
    PostEndGrace "POST_END_GRACE" "{} dagar efter avtalets sista dag, men leveransdatum saknas." "{} days after the contract's last day, but the delivery date is not known.",
    DateUnknown "DATE_UNKNOWN" "Raden har inget datum." "The line has no date.",
    CatIn "CAT_IN" "Kategorin ingår i avtalet." "The category is in the contract's scope.",
    CatOut "CAT_OUT" "Kategorin ingår inte i avtalet." "The category is outside the contract's scope.",
    CatUnknown "CAT_UNKNOWN" "Radens kategori är okänd." "The line's category is not known.",
    ScopeNotStated "SCOPE_NOT_STATED" "Katalogen säger inte vilka kategorier avtalet omfattar." "The catalogue does not state the contract's categories.",
    UnitIn "UNIT_IN" "Enheten får avropa." "The unit may call off.",
    UnitOut "UNIT_OUT" "Enheten får inte avropa." "The unit may not call off.",
    UnitNotStated "UNIT_NOT_STATED" "Katalogen säger inte vilka enheter som får avropa." "The catalogue does not state which units may call off.",
    UnitUnknown "UNIT_UNKNOWN" "Raden har ingen enhet." "The line has no unit.",
    PriceOk "PRICE_OK" "Priset följer prislistan." "The price follows the price list.",
    PriceOver "PRICE_OVER" "Priset är {} procent över prislistan." "The price is {} per cent above the price list.",
    PriceUnknown "PRICE_UNKNOWN" "Priset går inte att jämföra." "The price cannot be compared.",
    CeilingOver "CEILING_OVER" "Takvolymen är passerad." "The ceiling has been passed.",
    NoCeilingOnFile "NO_CEILING_ON_FILE" "Ingen takvolym finns angiven." "No ceiling is on file.",
    RankBypassed "RANK_BYPASSED" "Leverantör med rang {} användes utan avropsreferens." "The supplier of rank {} was used without a call-off reference.",
    CompetitionLimit "COMPETITION_LIMIT" "Fakturan når gränsen för förnyad konkurrensutsättning." "The invoice reaches the limit for renewed competition.",
    Excluded "EXCLUDED" "Raden är inget inköp som avtal kan täcka." "The line is no purchase that a contract could cover.",
    NoExchangeRate "NO_EXCHANGE_RATE" "Växelkurs saknas." "No exchange rate is on file.",
}

impl Code {
    /// The declaration of this code.
    pub fn text(self) -> &'static CodeText {
        &CODES[self as usize]
    }

    /// The declaration of a code as it stands in the column `evidence`, with the value after its colon.
    pub fn parse(text: &str) -> Option<(&'static CodeText, Option<&str>)> {
        let (name, value) = text.split_once(':').map_or((text, None), |(n, v)| (n, Some(v)));
        CODES.iter().find(|c| c.name == name).map(|c| (c, value))
    }
}

/// Largest number of codes on one line. Each test gives at most one code, so that no line needs more.
const CODES_MAX: usize = 16;

/// The codes of one decision, strongest first. Small and copied, since every line has one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    codes: [(Code, i32); CODES_MAX],
    len: u8,
}

/// The value of a code that has none.
const NO_VALUE: i32 = i32::MIN;

impl Default for Evidence {
    fn default() -> Evidence {
        Evidence { codes: [(Code::Excluded, NO_VALUE); CODES_MAX], len: 0 }
    }
}

impl Evidence {
    /// Adds a code below those already there.
    pub fn add(&mut self, code: Code) {
        self.push(code, NO_VALUE);
    }

    /// Adds a code with a value.
    pub fn add_value(&mut self, code: Code, value: i32) {
        self.push(code, value);
    }

    /// Puts a code above all others.
    pub fn put_first(&mut self, code: Code) {
        self.add(code);
        self.codes[..usize::from(self.len)].rotate_right(1);
    }

    /// Puts a code with a value above all others.
    pub fn put_first_value(&mut self, code: Code, value: i32) {
        self.add_value(code, value);
        self.codes[..usize::from(self.len)].rotate_right(1);
    }

    fn push(&mut self, code: Code, value: i32) {
        assert!(usize::from(self.len) < CODES_MAX, "a line has at most {CODES_MAX} codes");
        self.codes[usize::from(self.len)] = (code, value);
        self.len += 1;
    }

    /// The codes, strongest first, with their value if any.
    pub fn iter(&self) -> impl Iterator<Item = (Code, Option<i32>)> {
        self.codes[..usize::from(self.len)].iter().map(|&(code, value)| (code, (value != NO_VALUE).then_some(value)))
    }

    /// Whether a code is among them.
    pub fn has(&self, code: Code) -> bool {
        self.iter().any(|(c, _)| c == code)
    }

    /// Appends the column's text to `out`.
    pub fn write(&self, out: &mut impl fmt::Write) -> fmt::Result {
        for (i, (code, value)) in self.iter().enumerate() {
            if i > 0 {
                out.write_char(';')?;
            }
            out.write_str(code.text().name)?;
            if let Some(value) = value {
                write!(out, ":{value}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f)
    }
}

/// A reason code of `matched.spend.reason` with its text, in the order of priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReasonText {
    /// M1 to M9.
    pub name: &'static str,
    /// In Swedish.
    pub sv: &'static str,
    /// In English.
    pub en: &'static str,
}

/// The reasons in order of priority: one primary reason per line.
pub const REASONS: &[ReasonText] = &[
    ReasonText { name: "M9", sv: "Går inte att avgöra: uppgifter saknas.", en: "Cannot be determined: data are missing." },
    ReasonText { name: "M2", sv: "En annan leverantör har avtal för detta.", en: "Another supplier holds a contract for this." },
    ReasonText { name: "M5", sv: "Enheten får inte avropa från avtalet.", en: "The unit may not call off from the contract." },
    ReasonText { name: "M4", sv: "Utanför avtalets löptid.", en: "Outside the contract's term." },
    ReasonText { name: "M3", sv: "Leverantören har avtal, men inte för detta.", en: "The supplier holds a contract, but not for this." },
    ReasonText { name: "M1", sv: "Inget avtal täcker kategorin.", en: "No contract covers the category." },
    ReasonText { name: "M6", sv: "Takvolymen är passerad.", en: "The ceiling has been passed." },
    ReasonText { name: "M8", sv: "Rangordning eller förnyad konkurrensutsättning kringgicks.", en: "Rank order or renewed competition was bypassed." },
    ReasonText { name: "M7", sv: "Priset är högre än det avtalade.", en: "The price is above the agreed one." },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_round_trip() {
        let mut names: Vec<_> = CODES.iter().map(|c| c.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len());
        for declared in CODES {
            assert_eq!(declared.code.text().name, declared.name);
            assert_eq!(declared.sv.contains("{}"), declared.en.contains("{}"), "{}", declared.name);
            assert_eq!(Code::parse(declared.name).unwrap().0.name, declared.name);
        }
        assert_eq!(Code::parse("POST_END:45").unwrap().1, Some("45"));
    }

    #[test]
    fn evidence_keeps_order_and_values() {
        let mut evidence = Evidence::default();
        evidence.add(Code::CatIn);
        evidence.add_value(Code::PostEnd, 45);
        evidence.put_first(Code::CreditLinked);
        assert_eq!(evidence.to_string(), "CREDIT_LINKED;CAT_IN;POST_END:45");
    }
}
