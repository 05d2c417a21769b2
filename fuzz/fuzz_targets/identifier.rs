//! Identifiers: no text makes a check panic, and no personal number that is recognised is left in a masked text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use spendtrace_fuzz::ingest::mapping::PersonalNumbers;
use spendtrace_fuzz::ingest::privacy::Privacy;
use spendtrace_fuzz::model::identifier::{Scheme, organisation_of_vat, parse, personal_number_ranges};

fuzz_target!(|text: &str| {
    for scheme in Scheme::ALL {
        let verdict = parse(*scheme, text);
        let again = parse(*scheme, &verdict.normalised);
        assert!(!verdict.is_valid() || again.is_valid(), "{scheme:?}: {text:?} is valid and {:?} is not", verdict.normalised);
    }
    let _ = organisation_of_vat(text);
    for range in personal_number_ranges(text) {
        assert!(text.get(range).is_some(), "a range within the text");
    }
    let privacy = Privacy::new([7; 32], PersonalNumbers::Se);
    let masked = privacy.mask(text);
    assert!(personal_number_ranges(&masked).is_empty(), "{text:?} is masked as {masked:?}");
    let _ = (privacy.identifier(text), privacy.organisation_number(text));
});
