//! JSON documents as YAML: blocks instead of brackets, texts as JSON has them.

use serde_json::Value;

/// The document in YAML.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value, 0, false);
    text
}

/// Writes a value, whose first line goes on where something stands already if it is `inline`.
fn write(text: &mut String, value: &Value, depth: usize, inline: bool) {
    let mut first = inline;
    let mut begin = |text: &mut String| {
        if !std::mem::take(&mut first) {
            text.extend(std::iter::repeat_n("  ", depth));
        }
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                begin(text);
                text.push_str(&key(name));
                text.push(':');
                below(text, member, depth + 1);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                begin(text);
                text.push_str("- ");
                write(text, item, depth + 1, true);
            }
        }
        plain => {
            begin(text);
            text.push_str(&plain.to_string());
            text.push('\n');
        }
    }
}

/// Writes what stands behind a key: on its line, or in the lines below.
fn below(text: &mut String, value: &Value, depth: usize) {
    let block = match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if block {
        text.push('\n');
        write(text, value, depth, false);
    } else {
        text.push(' ');
        write(text, value, depth, true);
    }
}

/// A name as a key: as it is where nothing in it means something to YAML.
fn key(name: &str) -> String {
    let plain =
        name.chars().next().is_some_and(|first| first.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let word = matches!(name.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null");
    if plain && !word { name.to_owned() } else { Value::from(name).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_read_as_they_were_written() {
        let value = json!({ "a": [1, { "b": null, "c": [] }, [true, "x: y"]], "no": {}, "d e": { "f": "line\nline" } });
        let text = text(&value);
        assert_eq!(text, "a:\n  - 1\n  - b: null\n    c: []\n  - - true\n    - \"x: y\"\n\"no\": {}\n\"d e\":\n  f: \"line\\nline\"\n");
    }
}
