//! What stages say of their decisions in words: each sentence declared once, in English as tables store it, and in Swedish.
//!
//! A stored text is sentences separated by `; `, each with values in its gaps and perhaps with how sure it is behind it:
//! `name equals "Alfa AB" (0.98)`.

use std::fmt::Display;

/// A sentence with gaps for values, the same ones in the same order in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saying {
    en: &'static str,
    sv: &'static str,
}

/// Where a value stands.
const GAP: &str = "{}";

/// Between sentences.
const SEPARATOR: &str = "; ";

macro_rules! sayings {
    ($($name:ident $en:literal $sv:literal,)+) => {
        $(#[doc = $en] pub const $name: Saying = Saying { en: $en, sv: $sv };)+

        const ALL: &[Saying] = &[$($name),+];
    };
}

sayings! {
    // Who a supplier is.
    NUMBER "number {}, check digits right" "nummer {}, kontrollsiffran stämmer",
    NUMBER_OF_MASTER "number {}, check digits right (vendor master or vendor number)" "nummer {}, kontrollsiffran stämmer (leverantörsregister eller leverantörsnummer)",
    SOLE_TRADER "sole trader's number" "enskild näringsidkares nummer",
    SOLE_TRADER_OF_MASTER "sole trader's number (vendor master or vendor number)" "enskild näringsidkares nummer (leverantörsregister eller leverantörsnummer)",
    OVERRIDE "override line {}" "rättelse, rad {}",
    OVERRIDE_NOTED "override line {} ({})" "rättelse, rad {} ({})",
    OVERRIDE_NAME "override line {}: the name is {}" "rättelse, rad {}: namnet är {}",
    SAME_LEI "same LEI {}" "samma LEI-kod {}",
    SAME_VAT_NUMBER "same VAT number {}" "samma momsregistreringsnummer {}",
    SAME_NUMBER "same number {}" "samma nummer {}",
    SAME_NUMBER_OTHER_NAME "same number {}, under another name" "samma nummer {}, under annat namn",
    SAME_OWN_NUMBER "same own number {}" "samma eget nummer {}",
    SAME_OWN_NUMBER_OTHER_NAME "same own number {}, under another name" "samma eget nummer {}, under annat namn",
    SAME_VENDOR_NUMBER "same vendor number {} in {}" "samma leverantörsnummer {} i {}",
    SAME_VENDOR_NUMBER_OTHER_NAME "same vendor number {} in {}, under another name" "samma leverantörsnummer {} i {}, under annat namn",
    SAME_NAME "name equals \"{}\"" "samma namn som ”{}”",
    CUT_NAME "its source cuts names at {} letters, and \"{}\" alone begins so" "källan kortar namn till {} tecken, och bara ”{}” börjar så",
    SAME_ACCOUNT "same bank account {} and a like name, \"{}\"" "samma bankkonto {} och ett likt namn, ”{}”",
    ALIKE "names alike {}: \"{}\" and \"{}\" differ in {} / {}" "lika namn {}: ”{}” och ”{}” skiljer sig i {} / {}",
    ALIKE_FORMS "names alike {}: \"{}\" and \"{}\" differ in {} / {}, legal forms {} and {}" "lika namn {}: ”{}” och ”{}” skiljer sig i {} / {}, bolagsform {} och {}",
    FACTORED "the name holds a factor and a seller: the seller counts" "namnet anger ett factoringbolag och en säljare: säljaren räknas",
    TRADING_AS "the name holds a trading name" "namnet anger en bifirma",
    FORMERLY "the name holds an earlier name" "namnet anger ett tidigare namn",
    DUMMY_NUMBER "the number is a dummy" "numret är påhittat",
    INVALID_NUMBER "the number fails its check digit" "numrets kontrollsiffra stämmer inte",
    SHARED_NUMBER "the number stands beside other organisations' names, so it proves nothing here" "numret står vid andra organisationers namn och bevisar därför inget här",
    OWN_NUMBERS "the source has numbers of its own where organisation numbers should stand" "källan har egna nummer där organisationsnummer borde stå",
    SEVERAL_HOLD_NAME "several organisations hold the name, and one of them a contract" "flera organisationer bär namnet, och en av dem har ett avtal",
    NAMES_NOBODY "the name names nobody ({})" "namnet pekar inte ut någon ({})",
    FIRST_OF_NAME "first of its name" "den första med sitt namn",
    NO_OTHER "no other record is it" "ingen annan post är samma leverantör",
    WHAT_IF "what if" "tänkt fall",
    // Who a supplier may be.
    NAME_OF_SEVERAL "the name \"{}\" is held by {} organisations: {}" "namnet ”{}” bärs av {} organisationer: {}",
    CUT_NAME_OF_SEVERAL "\"{}\" is cut at {} letters, and {} suppliers' names begin so" "”{}” är kortat till {} tecken, och {} leverantörers namn börjar så",
    ACCOUNT_OF_UNLIKE "same bank account {}, unlike names: a factor, a group or a new name" "samma bankkonto {}, olika namn: ett factoringbolag, en koncern eller ett nytt namn",
    ALIKE_RIVAL "names alike {}: \"{}\" and \"{}\" differ in {} / {}, but as like \"{}\"" "lika namn {}: ”{}” och ”{}” skiljer sig i {} / {}, men lika likt ”{}”",
    ALIKE_FORMS_RIVAL "names alike {}: \"{}\" and \"{}\" differ in {} / {}, legal forms {} and {}, but as like \"{}\"" "lika namn {}: ”{}” och ”{}” skiljer sig i {} / {}, bolagsform {} och {}, men lika likt ”{}”",
    // What was bought.
    STATED "stated on the line: {}" "står på raden: {}",
    STATED_OUTSIDE_TREE "stated on the line: {}, not in the category tree" "står på raden: {}, finns inte i kategoriträdet",
    RULE "rule, line {}" "regel, rad {}",
    EXCLUDED_BY_RULE "excluded by rule, line {}" "undantagen enligt regel, rad {}",
    EXCLUDED_ACCOUNT "excluded account {}" "undantaget konto {}",
    ONE_CATEGORY "the one category of contract {}" "den enda kategorin i avtal {}",
    MAJORITY "{} of {} lines of the supplier" "{} av {} rader från leverantören",
    MAJORITY_ON_ACCOUNT "{} of {} lines of the supplier on the account" "{} av {} rader från leverantören på kontot",
    LEARNT "words like those of lines with this category: right in {} % of such answers, learnt from {} kinds of lines" "ord som i rader med denna kategori: {} % av sådana svar är rätt, lärt av {} slags rader",
    NOTHING_TELLS "nothing tells" "inget visar kategorin",
}

impl Saying {
    /// The sentence as tables store it, with values in its gaps.
    ///
    /// # Panics
    /// When there are not as many values as gaps.
    pub fn with<const N: usize>(self, values: [&dyn Display; N]) -> String {
        fill(self.en, values.map(|v| v.to_string()))
    }

    /// Whether a stored text holds this sentence, one without gaps.
    pub fn is_in(self, text: &str) -> bool {
        text.split(SEPARATOR).any(|sentence| sentence == self.en)
    }

    /// Letters that are not in gaps: of two sayings that fit, the one with more of them was meant.
    fn letters(self) -> usize {
        self.en.len() - GAP.len() * self.en.matches(GAP).count()
    }

    /// The values in the gaps of a sentence; `None` when it is another one.
    fn values(self, sentence: &str) -> Option<Vec<&str>> {
        let (first, others) = self.en.split_once(GAP).map_or((self.en, None), |(first, others)| (first, Some(others)));
        let mut rest = sentence.strip_prefix(first)?;
        let mut values = Vec::new();
        let Some(others) = others else { return rest.is_empty().then_some(values) };
        let mut parts = others.split(GAP).peekable();
        while let Some(part) = parts.next() {
            let end = if parts.peek().is_some() { rest.find(part)? } else { rest.strip_suffix(part)?.len() };
            values.push(&rest[..end]);
            rest = &rest[end + part.len()..];
        }
        Some(values)
    }
}

fn fill(sentence: &str, values: impl IntoIterator<Item = String, IntoIter: ExactSizeIterator>) -> String {
    let mut values = values.into_iter();
    assert_eq!(values.len(), sentence.matches(GAP).count(), "{sentence}");
    let mut parts = sentence.split(GAP);
    let mut text = parts.next().unwrap_or_default().to_string();
    for part in parts {
        text.extend(values.next());
        text.push_str(part);
    }
    text
}

/// A stored text in Swedish. What is no declared sentence stays as it is.
pub fn in_swedish(text: &str) -> String {
    let pieces: Vec<&str> = text.split(SEPARATOR).collect();
    let (mut sentences, mut at) = (Vec::new(), 0);
    while at < pieces.len() {
        // A name or a note may hold what separates sentences: then a bracket is left open, as it is in a name that was cut off.
        let find = |fits: fn(&str) -> bool| (at + 1..=pieces.len()).find_map(|to| Some((sentence_in_swedish(&pieces[at..to].join(SEPARATOR), fits)?, to)));
        let found = find(|value| value.matches('(').count() == value.matches(')').count()).or_else(|| find(|_| true));
        let (sentence, to) = found.unwrap_or_else(|| (pieces[at].to_string(), at + 1));
        sentences.push(sentence);
        at = to;
    }
    sentences.join(SEPARATOR)
}

fn sentence_in_swedish(text: &str, fits: fn(&str) -> bool) -> Option<String> {
    let scored = text.strip_suffix(')').and_then(|t| t.rsplit_once(" (")).filter(|(_, score)| is_score(score));
    let (sentence, score) = scored.map_or((text, None), |(sentence, score)| (sentence, Some(score)));
    let found = ALL.iter().filter_map(|saying| Some((saying, saying.values(sentence)?))).filter(|(_, values)| values.iter().all(|v| fits(v)));
    let (saying, values) = found.max_by_key(|(saying, _)| saying.letters())?;
    let comma = |value: &str| if is_score(value) { value.replace('.', ",") } else { value.to_string() };
    let mut said = fill(saying.sv, values.into_iter().map(comma));
    if let Some(score) = score {
        said.push_str(&format!(" ({})", comma(score)));
    }
    Some(said)
}

/// `0.98`.
fn is_score(text: &str) -> bool {
    matches!(text.as_bytes(), [whole, b'.', tenth, hundredth] if [whole, tenth, hundredth].iter().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_saying_is_found_again_by_its_values() {
        for saying in ALL {
            let gaps = saying.en.matches(GAP).count();
            assert_eq!(saying.sv.matches(GAP).count(), gaps, "{}", saying.en);
            let values: Vec<String> = (0..gaps).map(|i| format!("v{i}")).collect();
            let (en, sv) = (fill(saying.en, values.clone()), fill(saying.sv, values));
            assert_eq!(in_swedish(&en), sv);
            assert_eq!(in_swedish(&format!("{en} (0.97)")), format!("{sv} (0,97)"));
            assert_eq!(in_swedish(&format!("{en}; {en}; not declared")), format!("{sv}; {sv}; not declared"));
        }
    }

    #[test]
    fn names_may_hold_what_sentences_are_made_of() {
        for (en, sv) in [
            ("name equals \"A; B (0.98)\" (0.90); the number is a dummy", "samma namn som ”A; B (0.98)” (0,90); numret är påhittat"),
            (
                "names alike 0.81: \"A and B\" and \"A / B\" differ in and / –, but as like \"A\"",
                "lika namn 0,81: ”A and B” och ”A / B” skiljer sig i and / –, men lika likt ”A”",
            ),
            ("override line 3 (see; the file) (1.00)", "rättelse, rad 3 (see; the file) (1,00)"),
            ("name equals \"Acme (U\" (0.98); the number is a dummy", "samma namn som ”Acme (U” (0,98); numret är påhittat"),
            ("", ""),
            ("no; saying", "no; saying"),
        ] {
            assert_eq!(in_swedish(en), sv);
        }
        assert!(FACTORED.is_in("name equals \"A\" (0.98); the name holds a factor and a seller: the seller counts"));
        assert!(!FACTORED.is_in("the name holds a trading name"));
    }

    #[test]
    #[should_panic(expected = "name equals")]
    fn a_gap_without_a_value_is_a_fault() {
        SAME_NAME.with([]);
    }
}
