//! YAML 1.2 with merge keys. As in Go's parser, `yes`, `no`, `on` and `off` are texts. A key that stands twice is a mistake.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

use super::SyntaxError;
use crate::tree::{Map, Member, Node, Origin, Value};

/// Deeper than any configuration, and shallow enough for every stack.
const MAX_DEPTH: usize = 64;

pub(super) fn parse(text: &str) -> Result<Node, SyntaxError> {
    positions(text).or_else(|error| {
        // JSON is YAML but for its escapes of characters outside the basic plane.
        if serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok() { super::json::parse(text) } else { Err(error) }
    })
}

/// Reads a text as YAML and nothing else.
pub(super) fn positions(text: &str) -> Result<Node, SyntaxError> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::Error,
        strict_booleans: true,
        with_snippet: false,
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH },
    };
    match serde_saphyr::from_str_with_options::<Positioned>(text, options) {
        Ok(Positioned(node)) => Ok(node),
        Err(error) => {
            let (line, column) = error.location().map_or((0, 0), |at| (at.line(), at.column()));
            Err(SyntaxError { line, column, message: error.without_snippet().to_string() })
        }
    }
}

/// A value with its position.
struct Positioned(Node);

/// A value whose members have positions.
struct Bare(Value);

impl<'de> Deserialize<'de> for Positioned {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Bare>::deserialize(from)?;
        Ok(Self(Node::new(origin(spanned.referenced), spanned.value.0)))
    }
}

fn origin(at: serde_saphyr::Location) -> Origin {
    Origin { line: at.line(), column: at.column(), ..Origin::default() }
}

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, i: i64) -> Result<Value, E> {
        Ok(Value::Int(i))
    }

    fn visit_u64<E>(self, u: u64) -> Result<Value, E> {
        Ok(i64::try_from(u).map_or_else(|_| large(u128::from(u)), Value::Int))
    }

    fn visit_i128<E>(self, i: i128) -> Result<Value, E> {
        Ok(i64::try_from(i).map_or_else(|_| large(i.unsigned_abs()), Value::Int))
    }

    fn visit_u128<E>(self, u: u128) -> Result<Value, E> {
        Ok(i64::try_from(u).map_or_else(|_| large(u), Value::Int))
    }

    fn visit_f64<E>(self, f: f64) -> Result<Value, E> {
        Ok(Value::Float(f))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Positioned(node)) = items.next_element()? {
            list.push(node);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = members.next_key::<Spanned<String>>()? {
            let Positioned(node) = members.next_value()?;
            map.insert(name.value, Member { name_at: origin(name.referenced), node });
        }
        Ok(Value::Map(map))
    }
}

/// A whole number too large for `i64`: too large for every key, so only its size matters.
#[expect(clippy::cast_precision_loss, reason = "it is refused and printed, never used")]
fn large(number: u128) -> Value {
    Value::Float(number as f64)
}
