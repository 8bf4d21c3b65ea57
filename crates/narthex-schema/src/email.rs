//! E-mail addresses: the strict form (RFC 5322 address, RFC 1123 domain) and a loose one for carriers that ignore it.
//! Never here: whether an address can be reached. Next: `format.rs`.

/// The longest address and local part, in bytes (RFC 5321 §4.5.3.1, erratum 1690).
const MAX_ADDRESS: usize = 254;
const MAX_LOCAL: usize = 64;
/// The longest loose address, in bytes: 64 for the local part, 255 for the domain (RFC 3696 §3).
const MAX_LOOSE: usize = 320;

/// An address with a domain that may be a host's name. Space in front of it is let pass, as mail programs do.
pub(crate) fn is_email(s: &str) -> bool {
    let Some((local, domain)) = s.rsplit_once('@') else {
        return false;
    };
    s.len() <= MAX_ADDRESS && local.len() <= MAX_LOCAL && is_hostname(domain) && is_mailbox(s.trim_start_matches([' ', '\t']))
}

/// An address of RFC 5322 §3.4.1 (local part a dot-atom or a quoted string, domain a dot-atom), without comments.
pub(crate) fn is_mailbox(s: &str) -> bool {
    let Some((local, domain)) = s.rsplit_once('@') else {
        return false;
    };
    (is_dot_atom(local) || is_quoted_string(local)) && is_dot_atom(domain)
}

/// An address that is safe in an envelope and a header, wherever its local part has its dots.
pub(crate) fn is_loose_email(s: &str) -> bool {
    let Some((local, domain)) = s.split_once('@') else {
        return false;
    };
    s.len() <= MAX_LOOSE
        && !local.is_empty()
        && local.chars().all(|c| c == '.' || (c.is_ascii() && is_atext(c)) || c.is_alphanumeric())
        && url::Host::parse(domain).is_ok_and(|host| matches!(host, url::Host::Domain(name) if is_hostname(&name)))
}

/// A name of RFC 1034 §3.1 with the first character as RFC 1123 §2.1 has it.
pub(crate) fn is_hostname(s: &str) -> bool {
    let s = s.strip_suffix('.').unwrap_or(s);
    s.len() <= 253
        && s.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn is_dot_atom(s: &str) -> bool {
    s.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atext))
}

/// RFC 5322 §3.2.3, with the letters beyond ASCII of RFC 6532.
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && !c.is_whitespace() && !c.is_control())
}

/// RFC 5322 §3.2.4, on one line.
fn is_quoted_string(s: &str) -> bool {
    let Some(inner) = s.strip_prefix('"').and_then(|s| s.strip_suffix('"')) else {
        return false;
    };
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        let fine = match c {
            '\\' => chars.next().is_some_and(|c| !c.is_control()),
            '"' => false,
            c => c == '\t' || !c.is_control(),
        };
        if !fine {
            return false;
        }
    }
    !inner.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["a@b", "a.b+c@d.example", "ü@example.org", " a@b", "\"a b\"@example.org", "o'neil@x-y.example"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "",
            "a",
            "a@",
            "@a.example",
            "a b@c.example",
            "a.@b.example",
            "a..b@c.example",
            "a@b_c.example",
            "a@-b.example",
            "a@b.example ",
            "a@b..c",
            "A <a@b.example>",
            "\"a@b",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }

    #[test]
    fn loose_addresses_may_have_their_dots_anywhere_but_nothing_that_ends_a_header() {
        for good in ["foo.@carrier.example", ".a..b@carrier.example", "a@münchen.example"] {
            assert!(is_loose_email(good), "{good}");
        }
        for bad in ["", "a", "@b", "a@", "a\r\nb@c", "a<b@c", "a@b c", "a@b@c", "a@[::1]", "a@127.0.0.1"] {
            assert!(!is_loose_email(bad), "{bad}");
        }
    }
}
