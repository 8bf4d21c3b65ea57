//! Holds a document against the table of keys and reports every mistake at once.
//! It changes nothing. What one key's value must be is said by the table; what several keys must be together, by `conditions.rs`.
//! Next: `format.rs` for the texts, `conditions.rs` for the rules across keys, `keys/` for the table.

#[cfg(test)]
mod agreement;
mod conditions;
pub(crate) mod format;
mod nearest;

use crate::error::Mistakes;
use crate::keys::{Kind, Object, ROOT, Text, Variant};
use crate::tree::{Map, Node, Origin, Value};
use crate::value::{parse_bytes, parse_duration};

/// Reports every mistake in a merged document.
pub(crate) fn check(root: &Node, mistakes: &mut Mistakes) {
    Checker { mistakes }.object(root, &ROOT, "");
    conditions::check(root, mistakes);
}

/// Reports every mistake in one section of a merged document, whatever the others hold.
pub(crate) fn check_part(root: &Node, section: &str, mistakes: &mut Mistakes) {
    if let (Some(node), Some(key)) = (root.get(section), ROOT.key(section)) {
        Checker { mistakes }.value(node, &key.kind, section, key.secret);
    }
}

struct Checker<'a> {
    mistakes: &'a mut Mistakes,
}

impl Checker<'_> {
    fn value(&mut self, node: &Node, kind: &Kind, path: &str, secret: bool) {
        match (kind, &node.value) {
            (Kind::Any, _) | (Kind::Bool, Value::Bool(_)) | (Kind::Number, Value::Int(_) | Value::Float(_)) => {}
            (Kind::Int { min, max }, Value::Int(i)) if (min..=max).contains(&i) => {}
            (Kind::Text(text), Value::Text(value)) if accepts(*text, value) => {}
            (Kind::List { of, min, unique }, Value::List(items)) => {
                if items.len() < *min {
                    self.mistakes.add(node.at, path, format!("found a list of {}, expected at least {min}", items.len()));
                }
                if *unique {
                    self.unique(items, path, secret);
                }
                for (number, item) in items.iter().enumerate() {
                    self.value(item, of, &format!("{path}.{number}"), secret);
                }
            }
            (Kind::Map { of, secret }, Value::Map(map)) => {
                for (name, member) in map {
                    self.value(&member.node, of, &format!("{path}.{name}"), *secret);
                }
            }
            (Kind::Object(object), Value::Map(_)) => self.object(node, object, path),
            (Kind::Variants { tag, of }, Value::Map(map)) => self.variant(node, map, tag, of, path),
            _ => self.mistakes.add(node.at, path, format!("found {}, expected {}", found(node, secret), expected(kind))),
        }
    }

    fn object(&mut self, node: &Node, object: &Object, path: &str) {
        let Value::Map(map) = &node.value else { return };
        for (name, member) in map {
            match object.key(name) {
                Some(key) => self.value(&member.node, &key.kind, &join(path, name), key.secret),
                None if object.open => {}
                None => self.unknown(name, object, path, member.name_at),
            }
        }
        for key in object.keys.iter().filter(|key| key.required && !map.contains_key(key.name)) {
            self.mistakes.add(node.at, join(path, key.name), format!("missing, expected {}", expected(&key.kind)));
        }
    }

    fn unknown(&mut self, name: &str, object: &Object, path: &str, at: Origin) {
        let known = nearest::nearest(name, object.keys.iter().map(|key| key.name));
        let hint = match known {
            Some(known) => format!("unknown key, did you mean {known}?"),
            None => format!("unknown key, expected one of {}", object.keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")),
        };
        self.mistakes.add(at, join(path, name), hint);
    }

    fn variant(&mut self, node: &Node, map: &Map, tag: &str, of: &[Variant], path: &str) {
        let names = || of.iter().map(|variant| variant.tag).collect::<Vec<_>>().join(", ");
        let Some(member) = map.get(tag) else {
            self.mistakes.add(node.at, join(path, tag), format!("missing, expected one of {}", names()));
            return;
        };
        match member.node.as_text().and_then(|text| of.iter().find(|variant| variant.tag == text)) {
            Some(variant) => self.object(node, variant.object, path),
            None => self.mistakes.add(
                member.node.at,
                join(path, tag),
                format!("found {}, expected one of {}", found(&member.node, false), names()),
            ),
        }
    }

    fn unique(&mut self, items: &[Node], path: &str, secret: bool) {
        let mut seen = Vec::new();
        for item in items {
            let json = item.to_json();
            if seen.contains(&json) {
                self.mistakes.add(item.at, path, format!("found {} twice, expected each entry once", found(item, secret)));
            }
            seen.push(json);
        }
    }
}

/// A key below a path.
pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// A value in the words of a message; what is secret or long is only described.
pub(crate) fn found(node: &Node, secret: bool) -> String {
    match &node.value {
        Value::Null => "nothing".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "an object".to_owned(),
        Value::Text(text) if secret => {
            format!("a text of {} characters (not shown)", text.chars().count())
        }
        _ if secret => "a value (not shown)".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::Float(f) => f.to_string(),
        Value::Text(text) if text.chars().count() > 80 => {
            format!("{:?}…", text.chars().take(80).collect::<String>())
        }
        Value::Text(text) => format!("{text:?}"),
    }
}

fn accepts(kind: Text, text: &str) -> bool {
    match kind {
        Text::Any => true,
        Text::Length { min, max } => (min..=max).contains(&text.chars().count()),
        Text::OneOf(values) => values.contains(&text),
        Text::Duration => parse_duration(text).is_some(),
        Text::PositiveDuration => parse_duration(text).is_some_and(|duration| !duration.is_zero()),
        Text::Bytes => parse_bytes(text).is_some(),
        Text::Uri => format::is_uri(text),
        Text::UriOf(schemes) => format::scheme(text).is_some_and(|scheme| schemes.contains(&scheme)) && text.contains("://"),
        Text::Address => format::is_address(text),
        Text::UriReference => format::is_uri_reference(text),
        Text::Email => format::is_email(text),
        Text::CorsOrigin => text == "*" || (format::is_uri(text) && text.matches('*').count() <= 1),
        Text::Uuid => uuid::Uuid::parse_str(text).is_ok(),
        Text::Hostname => format::is_hostname(text),
        Text::IpBlock => format::is_ip_block(text),
        Text::Color => format::is_color(text),
        Text::Locale => format::is_locale(text),
    }
}

/// What a kind accepts, in the words of a message and of the documents.
pub(crate) fn expected(kind: &Kind) -> String {
    match kind {
        Kind::Any => "any value".to_owned(),
        Kind::Bool => "true or false".to_owned(),
        Kind::Int { min: i64::MIN, .. } => "a whole number".to_owned(),
        Kind::Int { min, max: i64::MAX } => format!("a whole number from {min}"),
        Kind::Int { min, max } => format!("a whole number from {min} to {max}"),
        Kind::Number => "a number".to_owned(),
        Kind::Text(text) => expected_text(*text),
        Kind::List { of, min: 0, .. } => format!("a list, each entry {}", expected(of)),
        Kind::List { of, min, .. } => {
            format!("a list of at least {min}, each entry {}", expected(of))
        }
        Kind::Map { of, .. } => format!("an object of names, each value {}", expected(of)),
        Kind::Object(object) => format!("an object with {}", object.keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")),
        Kind::Variants { tag, of } => {
            format!("an object whose {tag} is one of {}", of.iter().map(|variant| variant.tag).collect::<Vec<_>>().join(", "))
        }
    }
}

fn expected_text(text: Text) -> String {
    match text {
        Text::Any => "a text",
        Text::Length { min, max: usize::MAX } => return format!("a text of at least {min} characters"),
        Text::Length { min, max } if min == max => {
            return format!("a text of exactly {min} characters");
        }
        Text::Length { min, max } => return format!("a text of {min} to {max} characters"),
        Text::OneOf(values) => return format!("one of {}", values.join(", ")),
        Text::Duration => "a duration such as 1h30m",
        Text::PositiveDuration => "a duration such as 1h30m, longer than zero",
        Text::Bytes => "a size such as 128MB",
        Text::Uri => "a URL such as https://example.org/path",
        Text::UriOf(schemes) => {
            return format!(
                "a URL that begins with one of {}",
                schemes.iter().map(|scheme| format!("{scheme}://")).collect::<Vec<_>>().join(", ")
            );
        }
        Text::Address => "a URL such as https://example.org/path, or a path such as /welcome",
        Text::UriReference => "a URL or a path",
        Text::Email => "a mail address such as no-reply@example.org",
        Text::CorsOrigin => "an origin such as https://example.org with at most one *, or *",
        Text::Uuid => "a UUID",
        Text::Hostname => "a host name such as example.org",
        Text::IpBlock => "an address or a block such as 10.0.0.0/8",
        Text::Color => "a colour such as #1f5fbf",
        Text::Locale => "a language tag such as en",
    }
    .to_owned()
}
