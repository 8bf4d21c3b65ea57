//! What identities are looked for by, whatever the case of the letters. Folded here, for no two databases fold alike.

use serde_json::Value;

/// Between two texts. It is in none of them: see [`fold`].
const SEPARATOR: char = '\n';

/// The identifiers and the values of the traits, folded, each once.
pub fn text<'a>(traits: &Value, identifiers: impl IntoIterator<Item = &'a str>) -> String {
    let mut found = Vec::new();
    for identifier in identifiers {
        add(&mut found, identifier);
    }
    values(traits, &mut found);
    let mut text = String::new();
    for one in found {
        text.extend((!text.is_empty()).then_some(SEPARATOR));
        text.push_str(&one);
    }
    text
}

/// The form in which texts are compared: without regard to case, and with one and the same sign for all control characters.
pub fn fold(text: &str) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    // Upper case first: it makes one of the letters that have several lower ones.
    text.chars().map(plain).flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

fn values(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => add(found, text),
        Value::Number(number) => add(found, &number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| values(item, found)),
        Value::Object(members) => members.values().for_each(|member| values(member, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn add(found: &mut Vec<String>, text: &str) {
    let folded = fold(text);
    if !folded.is_empty() && !found.contains(&folded) {
        found.push(folded);
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
