//! Functions whose results are left to chance: what can be said of them all the same.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use narthex_gotmpl::{Data, Flavour, Template};

fn rendered(text: &str) -> Result<String, String> {
    let template = Template::parse("t", text, Flavour::Text).unwrap();
    template.render(&Data::structure::<&str>([])).map_err(|error| error.message)
}

#[test]
fn results_have_the_length_and_the_alphabet_that_sprig_gives_them() {
    let all = |call: &str, length: usize, allowed: fn(char) -> bool| {
        let (one, other) = (rendered(call).unwrap(), rendered(call).unwrap());
        assert!(one.len() == length && one.chars().all(allowed), "{call}: {one}");
        assert_ne!(one, other, "{call}");
    };
    all("{{ randAlpha 40 }}", 40, |c| c.is_ascii_alphabetic());
    all("{{ randNumeric 40 }}", 40, |c| c.is_ascii_digit());
    all("{{ randAlphaNum 40 }}", 40, |c| c.is_ascii_alphanumeric());
    all("{{ randAscii 40 }}", 40, |c| (' '..='~').contains(&c));
    all("{{ randBytes 30 }}", 40, |c| c.is_ascii_alphanumeric() || "+/".contains(c));
    all("{{ uuidv4 }}", 36, |c| c.is_ascii_hexdigit() || c == '-');
    all("{{ shuffle \"abcdefghijklmnopqrstuvwxyz\" }}", 26, |c| c.is_ascii_lowercase());
    for _ in 0..50 {
        assert!(["3", "4"].contains(&rendered("{{ randInt 3 5 }}").unwrap().as_str()));
    }
}

#[test]
fn they_are_bounded() {
    for call in ["randAlpha", "randNumeric", "randAlphaNum", "randAscii", "randBytes"] {
        assert!(rendered(&format!("{{{{ {call} 1000000000 }}}}")).unwrap_err().contains("too "), "{call}");
        assert!(rendered(&format!("{{{{ {call} -1 }}}}")).is_err(), "{call}");
    }
    assert!(rendered("{{ randInt 5 5 }}").is_err());
}
