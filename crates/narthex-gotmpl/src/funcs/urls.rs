//! Addresses: taking apart, putting together, encoding for a query.
//! It never checks whether an address is safe to link: `html` does.
//! Next: `html::url` for the escaping of links.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use super::{Call, Function, Type, fixed};
use crate::error::Fault;
use crate::exec::budget::Budget;
use crate::value::{Map, Value};

pub(super) const FUNCTIONS: &[Function] =
    &[fixed("urlParse", &[Type::Str], |call| parse(call.str(0))), fixed("urlJoin", &[Type::Map], join)];

/// Encodes for a query: spaces become `+`, all but letters, digits and `-_.~` percent escapes.
pub(crate) fn query_escaped(text: &str, budget: &Budget) -> Result<String, Fault> {
    let mut escaped = budget.text();
    for byte in text.bytes() {
        match byte {
            b' ' => escaped.push("+")?,
            b'-' | b'_' | b'.' | b'~' => escaped.push_char(char::from(byte))?,
            letter if letter.is_ascii_alphanumeric() => escaped.push_char(char::from(letter))?,
            other => escaped.push(&format!("%{other:02X}"))?,
        }
    }
    Ok(escaped.into_string())
}

/// The parts of an address, RFC 3986, appendix B.
fn parse(address: &str) -> Result<Value, Fault> {
    if address.chars().any(|character| character.is_ascii_control()) {
        return Err(Fault::new("unable to parse url: it holds control characters"));
    }
    let (address, fragment) = address.split_once('#').unwrap_or((address, ""));
    let (scheme, rest) = match address.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
        _ => (String::new(), address),
    };
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path, opaque) = match rest.strip_prefix("//") {
        Some(after) => {
            let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
            (authority, path, "")
        }
        None if !scheme.is_empty() && !rest.starts_with('/') => ("", "", rest),
        None => ("", rest, ""),
    };
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let parts = [
        ("scheme", scheme.as_str()),
        ("userinfo", userinfo),
        ("host", host),
        ("hostname", hostname(host)),
        ("path", &decoded(path)?),
        ("query", query),
        ("opaque", opaque),
        ("fragment", &decoded(fragment)?),
    ];
    Value::map(parts.into_iter().map(|(name, part)| (Arc::from(name), Value::str(part))).collect::<BTreeMap<_, _>>())
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn hostname(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(literal) => literal.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

fn decoded(text: &str) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
        let code = digit().zip(digit()).and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        bytes.push(code.ok_or_else(|| Fault::new("unable to parse url: invalid URL escape"))?);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn join(call: &Call<'_>) -> Result<Value, Fault> {
    let map = call.map(0);
    let [scheme, userinfo, host, path, query, opaque, fragment] =
        ["scheme", "userinfo", "host", "path", "query", "opaque", "fragment"].map(|name| part(&map, name));
    let (scheme, userinfo, host, path) = (scheme?, userinfo?, host?, path?);
    let (query, opaque, fragment) = (query?, opaque?, fragment?);
    let mut address = if scheme.is_empty() { String::new() } else { format!("{scheme}:") };
    if opaque.is_empty() {
        if !host.is_empty() || !userinfo.is_empty() {
            address.push_str("//");
            if !userinfo.is_empty() {
                address.extend([&userinfo, "@"]);
            }
            address.push_str(&host);
            if !path.is_empty() && !path.starts_with('/') {
                address.push('/');
            }
        }
        address.push_str(&encoded(&path));
    } else {
        address.push_str(&opaque);
    }
    if !query.is_empty() {
        address.extend(["?", &query]);
    }
    if !fragment.is_empty() {
        address.extend(["#", &encoded(&fragment)]);
    }
    Ok(Value::str(address))
}

fn part(map: &Map, name: &str) -> Result<String, Fault> {
    match map.get(name) {
        None => Ok(String::new()),
        Some(Value::Str(text)) => Ok(text.to_string()),
        Some(other) => Err(Fault::new(format!("{name} must be a string, not a {}", other.type_name()))),
    }
}

/// Encodes what cannot stand in a path or fragment.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@!'()*".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
