use std::collections::HashSet;

use narthex_api::Time;
use proptest::prelude::*;

use super::*;

const CODE_TEXT: &str = "482913";
const URL: &str = "http://127.0.0.1:4433/self-service/verification?code=482913&flow=7b1f0f8e-0000-7000-8000-000000123456";

fn all() -> Vec<Template> {
    let (url, code, expires_in_minutes) = (URL.to_owned(), CODE_TEXT.to_owned(), 15);
    let at = Time::new("2026-01-02T03:04:05Z".parse().unwrap());
    vec![
        Template::RecoveryValid { recovery_url: url.clone(), expires_in_minutes },
        Template::RecoveryInvalid,
        Template::RecoveryCodeValid { recovery_code: code.clone(), expires_in_minutes },
        Template::RecoveryCodeInvalid,
        Template::VerificationValid { verification_url: url.clone(), expires_in_minutes },
        Template::VerificationInvalid,
        Template::VerificationCodeValid { verification_code: code.clone(), verification_url: url, expires_in_minutes },
        Template::VerificationCodeInvalid,
        Template::LoginCodeValid { login_code: code.clone(), expires_in_minutes },
        Template::RegistrationCodeValid { registration_code: code, expires_in_minutes },
        Template::VerifiableAddressChanged { changed_at: at, stays: false },
        Template::VerifiableAddressChanged { changed_at: at, stays: true },
        Template::AuthenticatorKeyAdded { added_at: at },
    ]
}

/// Runs of exactly six digits that stand alone in a line of plain text.
fn codes(text: &str) -> Vec<&str> {
    let words = text.split_whitespace();
    words.filter(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit())).collect()
}

#[test]
fn plain_text_has_its_code_and_its_link_exactly_once_and_no_others() {
    for (template, locale) in all().iter().flat_map(|t| [(t, Locale::English), (t, Locale::German)]) {
        let plain = mail(template, locale, Some("Shop")).plain;
        assert_eq!(codes(&plain), template.code().into_iter().collect::<Vec<_>>(), "{template:?}: {plain}");
        assert_eq!(plain.matches("http").count(), usize::from(template.link().is_some()), "{template:?}: {plain}");
        assert!(template.link().is_none_or(|link| plain.lines().any(|line| line == link)), "{plain}");
    }
}

#[test]
fn every_text_exists_in_every_language_and_differs() {
    let mut seen = HashSet::new();
    for template in all() {
        for locale in [Locale::English, Locale::German] {
            let text = mail(&template, locale, None);
            assert!(!text.subject.is_empty() && !text.subject.contains('\n'));
            assert!(text.html.contains(&format!("lang=\"{}\"", locale.tag())));
            seen.insert((locale.tag(), text.plain));
        }
    }
    // The two "no such account" messages of a kind read alike for codes and links.
    assert_eq!(seen.len(), 2 * (all().len() - 2));
}

#[test]
fn text_messages_name_the_site_first_and_end_with_the_line_that_binds_the_code_to_it() {
    for (template, locale) in all().iter().flat_map(|t| [(t, Locale::English), (t, Locale::German)]) {
        let text = text_message(template, locale, Some("Shop"), "example.org");
        let bound = text.ends_with(&format!("\n\n@example.org #{CODE_TEXT}"));
        assert!(bound == template.code().is_some() && text.starts_with("Shop: "), "{text}");
        assert!(text.chars().count() < 320, "{text}");
    }
    assert!(text_message(&all()[1], Locale::English, None, "").starts_with("Somebody"));
}

#[test]
fn text_messages_keep_what_keeps_people_safe() {
    for (template, locale) in all().iter().flat_map(|t| [(t, Locale::English), (t, Locale::German)]) {
        let (text, mail) = (text_message(template, locale, None, "example.org"), mail(template, locale, None).plain);
        for warning in ["Never pass it on", "niemals weiter", "If it was not you", "Wenn Sie es nicht waren"] {
            assert_eq!(text.contains(warning), mail.contains(warning), "{warning}: {text}");
        }
    }
}

#[test]
fn an_address_that_stays_is_not_said_to_be_gone() {
    let lead = |stays| {
        let changed_at = Time::new("2026-01-02T03:04:05Z".parse().unwrap());
        let template = Template::VerifiableAddressChanged { changed_at, stays };
        [Locale::English, Locale::German].map(|locale| mail(&template, locale, None).plain)
    };
    let (gone, stays) = (lead(false), lead(true));
    assert!(gone[0].contains("no longer belongs") && gone[1].contains("gehört nicht mehr dazu"), "{gone:?}");
    assert!(stays[0].contains("still belongs") && stays[1].contains("gehört weiterhin dazu"), "{stays:?}");
}

#[test]
fn buttons_have_short_labels() {
    for (template, locale) in all().iter().flat_map(|t| [(t, Locale::English), (t, Locale::German)]) {
        let html = mail(template, locale, None).html;
        let label = html.split_once(BUTTON).and_then(|(_, rest)| rest.split_once('>')?.1.split_once("</a>"));
        assert_eq!(label.is_some(), template.link().is_some());
        assert!(label.is_none_or(|(label, _)| (1..=25).contains(&label.chars().count()) && !label.ends_with(':')), "{html}");
    }
}

#[test]
fn html_links_survive_their_ampersands() {
    let template = Template::RecoveryValid { recovery_url: URL.into(), expires_in_minutes: 60 };
    let html = mail(&template, Locale::German, None).html;
    assert!(html.contains("code=482913&amp;flow="), "{html}");
    assert!(!html.contains("482913&flow"), "{html}");
}

proptest! {
    #[test]
    fn nothing_escapes_from_html(text in ".*") {
        let safe = escape(&text);
        prop_assert!(!safe.contains(['<', '>', '"', '\'']));
        let back = safe.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&");
        prop_assert_eq!(back, text);
    }
}
