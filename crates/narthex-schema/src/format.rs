//! The formats a string can be asked to have. Unknown ones ask for nothing.
//! Never here: what a form field of that format looks like, see `field.rs`. Next: `json_schema/validate.rs`.

use std::net::Ipv6Addr;

use crate::{email, pattern, phone};

/// A value of the keyword `format` that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Date,
    DateTime,
    Email,
    EmailLoose,
    Hostname,
    Ipv4,
    Ipv6,
    JsonPointer,
    Regex,
    RelativeJsonPointer,
    Tel,
    Time,
    Uri,
    UriReference,
    UriTemplate,
}

impl Format {
    /// The format of that name, if it is one that is checked.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "date" => Self::Date,
            "date-time" => Self::DateTime,
            "email" => Self::Email,
            "email_loose" => Self::EmailLoose,
            "hostname" => Self::Hostname,
            "ipv4" | "ip-address" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "json-pointer" => Self::JsonPointer,
            "regex" => Self::Regex,
            "relative-json-pointer" => Self::RelativeJsonPointer,
            "tel" => Self::Tel,
            "time" => Self::Time,
            "uri" | "iri" => Self::Uri,
            "uri-reference" | "uriref" | "iri-reference" => Self::UriReference,
            "uri-template" => Self::UriTemplate,
            _ => return None,
        })
    }

    /// Whether the text has this format.
    pub(crate) fn admits(self, s: &str) -> bool {
        match self {
            Self::Date => is_date(s),
            Self::DateTime => s.split_once('T').is_some_and(|(date, time)| is_date(date) && is_time(time)),
            Self::Email => email::is_email(s),
            Self::EmailLoose => email::is_loose_email(s),
            Self::Hostname => email::is_hostname(s),
            Self::Ipv4 => is_ipv4(s),
            Self::Ipv6 => s.parse::<Ipv6Addr>().is_ok(),
            Self::JsonPointer => is_json_pointer(s),
            Self::Regex => pattern::compile(s).is_ok(),
            Self::RelativeJsonPointer => is_relative_json_pointer(s),
            Self::Tel => phone::to_e164(s).is_some(),
            Self::Time => is_time(s),
            Self::Uri => scheme(s).is_some_and(|(_, rest)| is_after_scheme(rest)),
            Self::UriReference => is_uri_reference(s),
            Self::UriTemplate => is_uri_template(s),
        }
    }
}

/// A number of exactly that many digits.
fn digits(s: &str, width: usize) -> Option<u32> {
    let fits = s.len() == width && s.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| s.parse().ok()).flatten()
}

/// RFC 3339 full-date.
fn is_date(s: &str) -> bool {
    let mut parts = s.splitn(3, '-').zip([4, 2, 2]).map(|(part, width)| digits(part, width));
    let (Some(Some(year)), Some(Some(month)), Some(Some(day))) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// RFC 3339 full-time, without leap seconds.
fn is_time(s: &str) -> bool {
    let Some((clock, rest)) = s.split_at_checked("00:00:00".len()) else {
        return false;
    };
    let offset = match rest.strip_prefix('.') {
        Some(fraction) if fraction.starts_with(|c: char| c.is_ascii_digit()) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        Some(_) => return false,
        None => rest,
    };
    is_clock(clock, &[24, 60, 60]) && (offset == "Z" || offset.strip_prefix(['+', '-']).is_some_and(|o| is_clock(o, &[24, 60])))
}

/// Two-digit numbers between colons, each below its limit.
fn is_clock(s: &str, limits: &[u32]) -> bool {
    s.split(':').count() == limits.len() && s.split(':').zip(limits).all(|(part, limit)| digits(part, 2).is_some_and(|n| n < *limit))
}

/// Four decimal numbers; zeros in front are let pass.
fn is_ipv4(s: &str) -> bool {
    let group = |g: &str| g.bytes().all(|b| b.is_ascii_digit()) && g.parse::<u32>().is_ok_and(|n| n <= 255);
    s.split('.').count() == 4 && s.split('.').all(group)
}

/// RFC 6901.
fn is_json_pointer(s: &str) -> bool {
    (s.is_empty() || s.starts_with('/')) && s.split('~').skip(1).all(|after| after.starts_with(['0', '1']))
}

fn is_relative_json_pointer(s: &str) -> bool {
    let rest = s.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = s.get(..s.len() - rest.len()).unwrap_or_default();
    let plain = number == "0" || (!number.is_empty() && !number.starts_with('0'));
    plain && (rest == "#" || is_json_pointer(rest))
}

/// The scheme of RFC 3986 §3.1 and what follows its colon.
fn scheme(s: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = s.split_once(':')?;
    let fine =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    fine.then_some((scheme, rest))
}

fn is_uri_reference(s: &str) -> bool {
    match scheme(s) {
        Some((_, rest)) => is_after_scheme(rest),
        None => !s.split(['/', '?', '#']).next().unwrap_or_default().contains(':') && is_after_scheme(s),
    }
}

/// Authority, path, query and fragment: no control characters, escapes are whole, a port is a number.
fn is_after_scheme(s: &str) -> bool {
    let without_query = s.split('?').next().unwrap_or_default();
    if s.chars().any(|c| c.is_ascii_control()) || !are_escapes_whole(without_query) {
        return false;
    }
    let Some(after) = s.strip_prefix("//") else {
        return true;
    };
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (name, port) = match host.strip_prefix('[') {
        Some(inner) => match inner.split_once(']') {
            Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => ("", port),
            _ => return false,
        },
        None => host.find(':').map_or((host, ""), |i| host.split_at(i)),
    };
    let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.bytes().all(|b| b.is_ascii_digit()));
    is_port && !name.contains([' ', '"', '<', '>', '\\', '^', '`', '{', '|', '}', '[', ']'])
}

fn are_escapes_whole(s: &str) -> bool {
    s.split('%').skip(1).all(|after| matches!(after.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()))
}

/// Braces come in pairs and do not nest (RFC 6570, no more than that).
fn is_uri_template(s: &str) -> bool {
    let mut open = false;
    for c in s.chars() {
        match (c, open) {
            ('{', false) => open = true,
            ('}', true) => open = false,
            ('{', true) | ('}', false) => return false,
            (c, _) if c.is_ascii_control() => return false,
            _ => {}
        }
    }
    !open
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [&str; 19] = [
        "date",
        "date-time",
        "email",
        "email_loose",
        "hostname",
        "ipv4",
        "ip-address",
        "ipv6",
        "json-pointer",
        "regex",
        "relative-json-pointer",
        "tel",
        "time",
        "uri",
        "iri",
        "uri-reference",
        "uriref",
        "iri-reference",
        "uri-template",
    ];

    #[test]
    fn what_is_unknown_or_says_so_is_not_checked() {
        for name in ["uuid", "color", "no-validate", ""] {
            assert_eq!(Format::named(name), None);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(s in "\\PC{0,40}|[0-9:.TZ+-]{0,30}|[a-z:/@\\[\\]%?#{}~]{0,20}") {
            for name in ALL {
                let _ = Format::named(name).map(|f| f.admits(&s));
            }
        }
    }
}
