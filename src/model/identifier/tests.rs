use super::*;

#[test]
fn samples_have_their_status() {
    let mut seen = std::collections::BTreeSet::new();
    for line in include_str!("../../../data/reference/identifier_samples.csv").lines().skip(1) {
        let [code, written, status, normalised] = line.split(';').collect::<Vec<_>>()[..] else { panic!("four fields: {line}") };
        let scheme = *Scheme::ALL.iter().find(|s| s.code() == code).unwrap_or_else(|| panic!("no scheme {code}"));
        let expect = match status {
            "valid" => Status::Valid,
            "invalid_check" => Status::InvalidCheck,
            "dummy" => Status::Dummy,
            "person" => Status::Person,
            "malformed" => Status::Malformed,
            other => panic!("no status {other}"),
        };
        assert_eq!(parse(scheme, written), Verdict::new(normalised, expect), "{line}");
        seen.insert((scheme, expect));
    }
    for scheme in Scheme::ALL {
        assert!(seen.contains(&(*scheme, Status::Valid)), "{} has no valid sample", scheme.code());
    }
}

/// Appends the Luhn check digit.
fn with_check(digits: &str) -> String {
    (0..10).map(|d| format!("{digits}{d}")).find(|n| luhn(n)).unwrap()
}

#[test]
fn every_person_is_recognised_and_no_organisation_is() {
    let mut seed = 7u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for _ in 0..100_000 {
        let day = 1 + random(28) + 60 * random(2);
        let person = with_check(&format!("{:02}{:02}{day:02}{:03}", random(100), 1 + random(12), random(1000)));
        for written in [person.clone(), format!("{}-{}", &person[..6], &person[6..]), format!("19{person}"), format!("20{}+{}", &person[..6], &person[6..])] {
            assert_eq!(parse(Scheme::SeOrganisation, &written), Verdict::new(person.clone(), Status::Person), "{written}");
            let text = format!("ref {written}.");
            assert_eq!(personal_number_ranges(&text).into_iter().map(|r| &text[r]).collect::<Vec<_>>(), [written]);
        }
        let group = [1, 2, 3, 5, 6, 7, 8, 9][random(8) as usize];
        let organisation = with_check(&format!("{group}{}{:02}{:05}", random(10), 20 + random(80), random(100_000)));
        let verdict = parse(Scheme::SeOrganisation, &organisation);
        assert!(matches!(verdict.status, Status::Valid | Status::Dummy), "{organisation}");
        assert!(personal_number_ranges(&organisation).is_empty(), "{organisation}");
    }
}

#[test]
fn personal_numbers_in_text() {
    for (text, expect) in [
        ("Avser 121212-1212, vård", vec!["121212-1212"]),
        ("19121212-1212/121272-1219", vec!["19121212-1212", "121272-1219"]),
        ("121212 1212", vec!["121212 1212"]),
        ("1212121212 å 191212121212", vec!["1212121212", "191212121212"]),
        ("fakt 12121212123", vec![]),
        ("556036-0793", vec![]),
        ("121212-1213", vec![]),
        ("121212-12123", vec![]),
        ("", vec![]),
    ] {
        let found: Vec<&str> = personal_number_ranges(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, expect, "{text}");
    }
}

#[test]
fn parts_of_numbers_tell_more() {
    assert_eq!(legal_group("8020028711"), Some(LegalGroup::NonProfit));
    assert_eq!(legal_group("4020028711"), None);
    assert_eq!(organisation_of_vat("SE556036079301"), Some((Scheme::SeOrganisation, Verdict::new("5560360793", Status::Valid))));
    assert_eq!(organisation_of_vat("DE811569869"), None);
    assert!(has_ocr_length_digit("1234574") && !has_ocr_length_digit("12345674"));
    assert_eq!(Scheme::of_organisations_in("GBP"), Some(Scheme::GbCompany));
}

#[test]
fn any_text_is_judged() {
    for scheme in Scheme::ALL {
        for text in ["", " ", "Å", "SE", "NO", "NO9", "DKXX", "é9999999", "IBAN", "0", "0000000000000000000000000000000000", "SE\u{2212}55", "١٢٣٤٥٦٧٨٩٠"]
        {
            assert!(!parse(*scheme, text).is_valid(), "{} {text}", scheme.code());
        }
    }
}
