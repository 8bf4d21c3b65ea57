//! What identities are looked for by, whatever the case of the letters. Folded here, for no two databases fold alike.

use std::collections::HashSet;

use serde_json::Value;

/// Between two texts. It is in none of them: see [`fold`].
const SEPARATOR: char = '\n';

/// As much as is kept of one identity, in bytes: traits have no bound but that of a request.
const LONGEST: usize = 64 * 1024;

/// The identifiers and the values of the traits, folded, each once; of very many the first.
pub fn text<'a>(traits: &Value, identifiers: impl IntoIterator<Item = &'a str>) -> String {
    let mut found = Found::default();
    for identifier in identifiers {
        found.add(identifier);
    }
    found.add_values(traits);
    found.text
}

/// The form in which texts are compared: without regard to case, and with one and the same sign for all control characters.
pub fn fold(text: &str) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    // Upper case first: it makes one of the letters that have several lower ones.
    text.chars().map(plain).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// What has been found so far.
#[derive(Default)]
struct Found {
    text: String,
    known: HashSet<String>,
}

impl Found {
    fn add_values(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Number(number) => self.add(&number.to_string()),
            Value::Array(items) => items.iter().for_each(|item| self.add_values(item)),
            Value::Object(members) => members.values().for_each(|member| self.add_values(member)),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn add(&mut self, text: &str) {
        // Folding makes a text three times as long at most.
        if self.text.len() + 3 * text.len() >= LONGEST {
            return;
        }
        let folded = fold(text);
        if folded.is_empty() || self.known.contains(&folded) {
            return;
        }
        self.text.extend((!self.text.is_empty()).then_some(SEPARATOR));
        self.text.push_str(&folded);
        self.known.insert(folded);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_kept_once_and_names_are_not() {
        let traits = json!({ "email": "Ada@Example.org", "name": { "first": "Ada\tB\0" }, "tags": ["x", 7, true, null, ""] });
        assert_eq!(text(&traits, ["ada@example.org", "ada"]), "ada@example.org\nada\nada\u{FFFD}b\u{FFFD}\nx\n7");
    }

    #[test]
    fn very_many_values_take_neither_room_nor_time() {
        let many: Vec<String> = (0..500_000).map(|number| format!("value {number}")).collect();
        let kept = text(&json!({ "email": "ada@example.org", "many": many, "long": "x".repeat(1 << 20) }), []);
        assert!(kept.starts_with("ada@example.org\nvalue 0\n") && kept.len() <= super::LONGEST, "{}", kept.len());
    }

    #[test]
    fn case_makes_no_difference() {
        for (one, other) in [("Ärger Groß", "ÄRGER GROSS"), ("ΟΔΟΣ", "οδος"), ("Straße", "strasse"), ("İ", "i\u{307}")] {
            assert_eq!(fold(one), fold(other));
        }
    }

    proptest::proptest! {
        #[test]
        fn a_part_of_a_value_is_found_whatever_its_case(before in ".{0,8}", part in ".{1,8}", after in ".{0,8}") {
            let kept = text(&json!({ "x": [before.clone(), format!("{before}{part}{after}")] }), []);
            proptest::prop_assert!(kept.contains(&fold(&part)));
            proptest::prop_assert!(kept.contains(&fold(&part.to_uppercase())));
        }
    }
}
