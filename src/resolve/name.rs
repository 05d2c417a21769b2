//! What a vendor's name says, apart from how it is written: its own words, the legal form, another name it trades under,
//! and whether it names anybody at all.
//!
//! Word lists are data: `data/reference/{legal_forms,name_phrases,name_abbreviations,placeholder_names}.csv`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::assets;

/// Why a name names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blank {
    /// Typed to fill the field.
    Placeholder,
    /// A private person's name that was taken out: thousands of people, not one supplier.
    Redacted,
    /// A record that serves for many payees.
    OneOff,
}

impl Blank {
    /// The word in the column `finding`.
    pub const fn word(self) -> &'static str {
        match self {
            Blank::Placeholder => "placeholder",
            Blank::Redacted => "redacted",
            Blank::OneOff => "one_off",
        }
    }
}

/// A legal form as written in names.
#[derive(Debug, PartialEq, Eq)]
pub struct LegalForm {
    /// Country of the form; empty when many use the word.
    pub country: &'static str,
    /// The form: AB, LTD, GMBH …
    pub kind: &'static str,
    /// What kind of organisation it makes: company, partnership, cooperative, nonprofit, foundation, branch, sole_trader.
    pub class: &'static str,
}

/// What stands between two names in one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The second is another name of the first.
    TradingAs,
    /// The second is an earlier or later name of the first.
    Formerly,
    /// The second only takes the post.
    CareOf,
    /// One of them is a factoring company that takes the payment; the other sold the goods.
    Factored,
}

/// A name, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// The distinctive words: folded to ASCII lower case, abbreviations written out, legal form and noise taken off.
    pub words: Vec<String>,
    /// Words of the other name in the field, when it has one of the same organisation.
    pub other_words: Vec<String>,
    /// How the two belong together.
    pub relation: Option<Relation>,
    /// How many of the words, at the end, stood after the legal form: a place more often than a name.
    pub tail: usize,
    /// The legal form.
    pub form: Option<&'static LegalForm>,
    /// Set when it names nobody.
    pub blank: Option<Blank>,
}

impl Name {
    /// The words with single spaces: equal keys are equal names.
    pub fn key(&self) -> String {
        self.words.join(" ")
    }

    /// The class of the legal form; empty when none is written.
    pub fn class(&self) -> &'static str {
        self.form.map_or("", |f| f.class)
    }

    /// The legal form; empty when none is written.
    pub fn kind(&self) -> &'static str {
        self.form.map_or("", |f| f.kind)
    }
}

/// Letters and digits folded to lower-case ASCII; other characters as they are.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
        } else {
            folded.extend(any_ascii::any_ascii_char(c).chars().map(|a| a.to_ascii_lowercase()));
        }
    }
    folded
}

/// Reads a name.
pub fn parse(text: &str) -> Name {
    short_and_long(text).unwrap_or_else(|| parse_one(text))
}

/// `YBA - Yorkshire Business in the Arts`, `DEFIBSHOP - IMPERATIVE TRAINING LTD`, `S1042 - Smith Ltd`: a word before a dash that is the initials of what follows,
/// a trading name before the name of a company, or a code, which names nobody. Any other word may be a part of the name, as in `BT - Openreach`.
fn short_and_long(text: &str) -> Option<Name> {
    let (short, long) = text.split_once(" - ")?;
    let (short, long) = (short.trim(), long.trim());
    if short.is_empty() || short.contains(char::is_whitespace) || !long.contains(char::is_whitespace) {
        return None;
    }
    let folded = fold(short);
    let code: String = folded.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = parse_one(long);
    if code.len() < 2 || name.blank.is_some() || !name.other_words.is_empty() {
        return None;
    }
    // 3M and A1 are names.
    if code.len() >= 4 && code.bytes().filter(u8::is_ascii_digit).count() >= 2 {
        return Some(name);
    }
    let spelled = fold(long);
    let initials = |is_short_word_in: bool| {
        let words = spelled.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty() && (is_short_word_in || w.len() > 3));
        words.filter_map(|w| w.chars().next()).collect::<String>()
    };
    let is_acronym = code.len() >= 3 && (initials(true) == code || initials(false) == code);
    (is_acronym || name.form.is_some()).then(|| Name { other_words: vec![code], relation: Some(Relation::TradingAs), ..name })
}

fn parse_one(text: &str) -> Name {
    let words = Words::shared();
    let mut tokens = tokens(text, words);
    if let Some(blank) = words.blank(&tokens) {
        return Name { words: tokens, blank: Some(blank), ..Name::default() };
    }
    let (mut other, mut relation) = (Vec::new(), None);
    if let Some((at, length, kind)) = words.split_point(&tokens) {
        let second = tokens.split_off(at + length);
        tokens.truncate(at);
        relation = Some(match kind {
            Phrase::TradingAs => Relation::TradingAs,
            Phrase::Formerly => Relation::Formerly,
            Phrase::CareOf => Relation::CareOf,
            _ => Relation::Factored,
        });
        match kind {
            Phrase::TradingAs | Phrase::Formerly => other = second,
            // The factor is paid; who sold is the other one.
            Phrase::FactoredFor => tokens = second,
            _ => {}
        }
    }
    let (tokens, form, tail) = words.without_form(words.without_noise(tokens));
    let (other, other_form, _) = words.without_form(words.without_noise(other));
    let blank = tokens.is_empty().then_some(Blank::Placeholder);
    let count = tokens.len();
    let own = words.expanded(tokens);
    // A word said twice is one word; of what stood after the form at least one word must be left before it.
    let tail = tail.saturating_sub(count.saturating_sub(own.len())).min(own.len().saturating_sub(1));
    Name { words: own, other_words: words.expanded(other), relation, tail, form: form.or(other_form), blank }
}

/// Splits a name into tokens: initials joined (`A.B.C.` and `H & M` are one word each), connectives dropped.
fn tokens(text: &str, words: &Words) -> Vec<String> {
    let mut folded = fold(text);
    if folded.contains("&amp") {
        folded = folded.replace("&amp;", "&");
    }
    let mut tokens: Vec<String> = Vec::with_capacity(8);
    for raw in folded.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '&' | '+' | '\'' | '`'))) {
        if raw.is_empty() {
            continue;
        }
        if raw.contains('/') && words.is_whole(raw) {
            tokens.push(raw.to_string());
            continue;
        }
        for part in raw.split('/') {
            push_part(part, &mut tokens);
        }
    }
    join_initials(&mut tokens);
    tokens.retain(|t| t != "&" && words.phrase_of_one(t) != Some(Phrase::Connective));
    if tokens.len() > 1 && words.phrase_of_one(&tokens[0]) == Some(Phrase::Article) {
        tokens.remove(0);
    }
    tokens
}

fn push_part(part: &str, tokens: &mut Vec<String>) {
    let mut rest = part;
    while let Some(at) = rest.find(['&', '+']) {
        push_dotted(&rest[..at], tokens);
        tokens.push("&".to_string());
        rest = &rest[at + 1..];
    }
    push_dotted(rest, tokens);
}

fn push_dotted(part: &str, tokens: &mut Vec<String>) {
    // children's and childrens are one word.
    let clean = |t: &str| t.chars().filter(|c| !matches!(c, '\'' | '`')).collect::<String>();
    if part.contains('.') {
        let pieces: Vec<&str> = part.split('.').filter(|p| !p.is_empty()).collect();
        if pieces.len() > 1 && pieces.iter().all(|p| p.len() == 1) {
            tokens.push(pieces.concat());
            return;
        }
        tokens.extend(pieces.into_iter().map(clean).filter(|t| !t.is_empty()));
    } else {
        let token = clean(part);
        if !token.is_empty() {
            tokens.push(token);
        }
    }
}

/// `a b c` → `abc`, `h & m` → `hm`. Digits stay apart.
fn join_initials(tokens: &mut Vec<String>) {
    let is_initial = |t: &String| t.len() == 1 && t.as_bytes()[0].is_ascii_lowercase();
    let mut joined: Vec<String> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if !is_initial(&tokens[at]) {
            joined.push(std::mem::take(&mut tokens[at]));
            at += 1;
            continue;
        }
        let mut run = tokens[at].clone();
        at += 1;
        loop {
            if at < tokens.len() && is_initial(&tokens[at]) {
                run.push_str(&tokens[at]);
                at += 1;
            } else if at + 1 < tokens.len() && tokens[at] == "&" && is_initial(&tokens[at + 1]) {
                run.push_str(&tokens[at + 1]);
                at += 2;
            } else {
                break;
            }
        }
        joined.push(run);
    }
    *tokens = joined;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phrase {
    TradingAs,
    Formerly,
    CareOf,
    FactoredFor,
    FactoredTo,
    Noise,
    Connective,
    Article,
    FactorWord,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Start,
    End,
    Edge,
    Any,
}

/// Tokens of a listed phrase.
type Phrasing = Vec<&'static str>;
/// Entries by first token.
type Index<T> = FxHashMap<&'static str, Vec<T>>;

/// The word lists, indexed by first token, longest first.
struct Words {
    forms: Index<(Phrasing, LegalForm, Position)>,
    phrases: Index<(Phrasing, Phrase)>,
    blanks: Index<(Phrasing, Blank, bool)>,
    abbreviations: FxHashMap<&'static str, &'static str>,
}

/// Tokens of the longest form or phrase.
const PHRASE_TOKENS_MAX: usize = 6;

impl Words {
    fn shared() -> &'static Words {
        static WORDS: OnceLock<Words> = OnceLock::new();
        WORDS.get_or_init(Words::load)
    }

    fn load() -> Words {
        let mut words = Words { forms: FxHashMap::default(), phrases: FxHashMap::default(), blanks: FxHashMap::default(), abbreviations: FxHashMap::default() };
        for [form, country, kind, class, position] in rows("data/reference/legal_forms.csv") {
            let tokens: Vec<_> = form.split(' ').collect();
            let position = match position {
                "start" => Position::Start,
                "end" => Position::End,
                "edge" => Position::Edge,
                "any" => Position::Any,
                other => panic!("legal_forms.csv: no position {other}"),
            };
            words.forms.entry(tokens[0]).or_default().push((tokens, LegalForm { country, kind, class }, position));
        }
        for [phrase, kind] in rows("data/reference/name_phrases.csv") {
            let kind = match kind {
                "trading_as" => Phrase::TradingAs,
                "formerly" => Phrase::Formerly,
                "care_of" => Phrase::CareOf,
                "factored_for" => Phrase::FactoredFor,
                "factored_to" => Phrase::FactoredTo,
                "noise" => Phrase::Noise,
                "connective" => Phrase::Connective,
                "article" => Phrase::Article,
                "factor_word" => Phrase::FactorWord,
                other => panic!("name_phrases.csv: no kind {other}"),
            };
            let tokens: Vec<_> = phrase.split(' ').collect();
            words.phrases.entry(tokens[0]).or_default().push((tokens, kind));
        }
        for [phrase, finding, place] in rows("data/reference/placeholder_names.csv") {
            let blank = [Blank::Placeholder, Blank::Redacted, Blank::OneOff].into_iter().find(|b| b.word() == finding);
            let blank = blank.unwrap_or_else(|| panic!("placeholder_names.csv: no finding {finding}"));
            let tokens: Vec<_> = phrase.split(' ').collect();
            words.blanks.entry(tokens[0]).or_default().push((tokens, blank, place == "whole"));
        }
        words.abbreviations = rows("data/reference/name_abbreviations.csv").map(|[written, means]| (written, means)).collect();
        words.forms.values_mut().for_each(|v| v.sort_by_key(|(t, ..)| std::cmp::Reverse(t.len())));
        words.phrases.values_mut().for_each(|v| v.sort_by_key(|(t, _)| std::cmp::Reverse(t.len())));
        words.blanks.values_mut().for_each(|v| v.sort_by_key(|(t, ..)| std::cmp::Reverse(t.len())));
        words
    }

    /// Whether a word with a slash is a form or a phrase as a whole.
    fn is_whole(&self, word: &str) -> bool {
        self.forms.contains_key(word) || self.phrases.contains_key(word)
    }

    fn phrase_of_one(&self, token: &str) -> Option<Phrase> {
        self.phrases.get(token)?.iter().find(|(t, _)| t.len() == 1).map(|(_, kind)| *kind)
    }

    fn phrase_at(&self, tokens: &[String]) -> Option<(usize, Phrase)> {
        self.phrases.get(tokens.first()?.as_str())?.iter().find(|(t, _)| starts_with(tokens, t)).map(|(t, kind)| (t.len(), *kind))
    }

    fn blank(&self, tokens: &[String]) -> Option<Blank> {
        if tokens.is_empty() {
            return Some(Blank::Placeholder);
        }
        (0..tokens.len()).find_map(|at| {
            let found = self.blanks.get(tokens[at].as_str())?;
            found.iter().find(|(t, _, whole)| starts_with(&tokens[at..], t) && (!whole || t.len() == tokens.len())).map(|(_, blank, _)| *blank)
        })
    }

    /// Where a phrase stands between two names: (position, tokens of the phrase, kind).
    fn split_point(&self, tokens: &[String]) -> Option<(usize, usize, Phrase)> {
        (1..tokens.len()).find_map(|at| {
            let (length, kind) = self.phrase_at(&tokens[at..])?;
            let is_between = at + length < tokens.len();
            let splits = match kind {
                Phrase::TradingAs | Phrase::Formerly | Phrase::CareOf | Phrase::FactoredTo => true,
                // "re" is a word of many names; only after a factor's does it mean "for".
                Phrase::FactoredFor => tokens[..at].iter().any(|t| self.phrase_of_one(t) == Some(Phrase::FactorWord)),
                _ => false,
            };
            (is_between && splits).then_some((at, length, kind))
        })
    }

    /// Without noise at either end; a name of noise only is kept.
    fn without_noise(&self, tokens: Vec<String>) -> Vec<String> {
        let mut range = 0..tokens.len();
        loop {
            let before = range.clone();
            if let Some((length, Phrase::Noise)) = self.phrase_at(&tokens[range.clone()])
                && length < range.len()
            {
                range.start += length;
            }
            for length in (1..=PHRASE_TOKENS_MAX).rev() {
                if length < range.len() && matches!(self.phrase_at(&tokens[range.end - length..range.end]), Some((n, Phrase::Noise)) if n == length) {
                    range.end -= length;
                    break;
                }
            }
            if range == before {
                return if range.len() == tokens.len() { tokens } else { tokens[range].to_vec() };
            }
        }
    }

    /// Without legal forms; the last one tells the form, and how many words stood after one in the middle. A name of forms
    /// only is kept.
    fn without_form(&'static self, mut tokens: Vec<String>) -> (Vec<String>, Option<&'static LegalForm>, usize) {
        let (mut form, mut tail) = (None, 0);
        while let Some((length, found)) = (1..=PHRASE_TOKENS_MAX.min(tokens.len().saturating_sub(1))).rev().find_map(|length| {
            let found = self.form_at(&tokens[tokens.len() - length..], length, |p| p != Position::Start)?;
            Some((length, found))
        }) {
            tokens.truncate(tokens.len() - length);
            form = form.or(Some(found));
        }
        while let Some((length, found)) = (1..=PHRASE_TOKENS_MAX.min(tokens.len().saturating_sub(1))).rev().find_map(|length| {
            let found = self.form_at(&tokens[..length], length, |p| p != Position::End)?;
            Some((length, found))
        }) {
            tokens.drain(..length);
            form = form.or(Some(found));
        }
        // In the middle only words that are nothing else: "Bygg AB Norr".
        let mut at = 1;
        while at + 1 < tokens.len() {
            let longest = (1..=PHRASE_TOKENS_MAX.min(tokens.len() - at)).rev();
            match longest.into_iter().find_map(|n| self.form_at(&tokens[at..at + n], n, |p| p == Position::Any).map(|f| (n, f))) {
                Some((length, found)) => {
                    tokens.drain(at..at + length);
                    form = form.or(Some(found));
                    tail = tokens.len() - at;
                }
                None => at += 1,
            }
        }
        (tokens, form, tail)
    }

    fn form_at(&'static self, tokens: &[String], length: usize, fits: impl Fn(Position) -> bool) -> Option<&'static LegalForm> {
        let (.., form, _) = self.forms.get(tokens[0].as_str())?.iter().find(|(t, _, p)| t.len() == length && fits(*p) && starts_with(tokens, t))?;
        Some(form)
    }

    fn expanded(&self, tokens: Vec<String>) -> Vec<String> {
        let mut words: Vec<String> = Vec::with_capacity(tokens.len());
        for token in tokens {
            let Some(means) = self.abbreviations.get(token.as_str()) else {
                if !words.contains(&token) {
                    words.push(token);
                }
                continue;
            };
            for word in means.split(' ').filter(|w| !words.iter().any(|known| known == w)).map(str::to_string).collect::<Vec<_>>() {
                words.push(word);
            }
        }
        words
    }
}

fn starts_with(tokens: &[String], phrase: &[&str]) -> bool {
    tokens.len() >= phrase.len() && tokens.iter().zip(phrase).all(|(t, p)| t == p)
}

/// Rows of an embedded list with `;` between fields, without its header.
pub(super) fn rows<const N: usize>(path: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let text = assets::text(path).unwrap_or_else(|| panic!("{path} is embedded"));
    text.lines().skip(1).filter(|line| !line.is_empty()).map(move |line| {
        let fields: Vec<&str> = line.split(';').collect();
        fields.try_into().unwrap_or_else(|_| panic!("{path}: {N} fields in: {line}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read() {
        for (text, words, form) in [
            ("Bravida Sverige AB", "bravida sverige", "AB"),
            ("BRAVIDA SVERIGE AKTIEBOLAG (publ)", "bravida sverige", "AB"),
            ("AB Volvo", "volvo", "AB"),
            ("A.B. Svensk Bilprovning", "svenska bilprovning", "AB"),
            ("Åhléns  Bygg & Måleri HB", "ahlens bygg maleri", "HB"),
            ("H & M Hennes & Mauritz AB", "hm hennes mauritz", "AB"),
            ("The Children's Society Ltd.", "childrens society", "LTD"),
            ("Müller GmbH & Co. KG", "muller", "GMBHKG"),
            ("* AKZO NOBEL N.V.", "akzo nobel", "NV"),
            ("Dansk Industri A/S", "dansk industri", "AS"),
            ("Bygg AB Norr", "bygg norr", "AB"),
            ("Ekonomisk Förening Kooperativet", "kooperativet", "EK"),
            ("ООО Ромашка", "romashka", "OOO"),
            ("Städ i Norr AB (EJ ANVÄND)", "stad i norr", "AB"),
            ("AB", "ab", ""),
            ("Univ. of Lund", "university of lund", ""),
            ("L.B. of Harrow", "london borough of harrow", ""),
            ("St.James Hospital", "st james hospital", ""),
            ("Marks &amp; Spencer plc", "marks spencer", "PLC"),
        ] {
            let name = parse(text);
            assert_eq!((name.key().as_str(), name.kind()), (words, form), "{text}");
        }
    }

    #[test]
    fn two_names_in_one_field_come_apart() {
        for (text, words, other, relation) in [
            ("Smith Trading Ltd t/a The Coffee Shop", "smith trading", "the coffee shop", Some(Relation::TradingAs)),
            ("Nya Bolaget AB f.d. Gamla Bolaget AB", "nya bolaget", "gamla bolaget", Some(Relation::Formerly)),
            ("Norrbygg AB c/o Redovisning AB", "norrbygg", "", Some(Relation::CareOf)),
            ("Bibby Factors Yorkshire Ltd re Acme Roofing", "acme roofing", "", Some(Relation::Factored)),
            ("Swiss Re Europe", "swiss re europe", "", None),
            ("YBA - Yorkshire Business In The Arts", "yorkshire business in the arts", "yba", Some(Relation::TradingAs)),
            ("DEFIBSHOP - IMPERATIVE TRAINING LTD", "imperative training", "defibshop", Some(Relation::TradingAs)),
            ("S1042 - Smith Trading", "smith trading", "", None),
            ("BT - Calderdale PRU ONLY", "bt calderdale pru only", "", None),
        ] {
            let name = parse(text);
            assert_eq!((name.key().as_str(), name.other_words.join(" ").as_str(), name.relation), (words, other, relation), "{text}");
        }
    }

    #[test]
    fn names_of_nobody_are_noticed() {
        for (text, blank) in [
            ("[innehåller personuppgifter]", Some(Blank::Redacted)),
            ("REDACTED PERSONAL DATA", Some(Blank::Redacted)),
            ("REDCATED PERSONAL DATA", Some(Blank::Redacted)),
            ("Sekretessmarkerad", Some(Blank::Redacted)),
            ("Diverse leverantörer", Some(Blank::Placeholder)),
            ("Engångsleverantör 2", Some(Blank::OneOff)),
            ("***", Some(Blank::Placeholder)),
            ("", Some(Blank::Placeholder)),
            ("Various Artists Ltd", None),
            ("Test Valley Council", None),
        ] {
            assert_eq!(parse(text).blank, blank, "{text}");
        }
    }
}
