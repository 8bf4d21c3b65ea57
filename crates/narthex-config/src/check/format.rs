//! What a text must look like to be a URI, an address, a name.
//! The rules for URIs are those of Go's `net/url`, on which existing configurations were tested.

/// The scheme of a URI (RFC 3986, section 3.1), or `None` for a relative reference.
pub(crate) fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let mut chars = scheme.chars();
    let first = chars.next()?;
    (first.is_ascii_alphabetic() && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))).then_some(scheme)
}

/// Whether a text is a URI reference.
pub(crate) fn is_uri_reference(text: &str) -> bool {
    if text.chars().any(|c| c.is_ascii_control()) || text.starts_with(':') {
        return false;
    }
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let rest = match scheme(text) {
        Some(scheme) => text.get(scheme.len() + 1..).unwrap_or(""),
        None => text,
    };
    let (rest, _query) = rest.split_once('?').unwrap_or((rest, ""));
    if !escapes_are_valid(fragment) {
        return false;
    }
    if let Some(rest) = rest.strip_prefix("//") {
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
        return is_authority(authority) && escapes_are_valid(path);
    }
    if rest.len() < text.len() && !rest.starts_with('/') {
        return true;
    }
    let first_segment = rest.split('/').next().unwrap_or("");
    (rest.starts_with('/') || !first_segment.contains(':')) && escapes_are_valid(rest)
}

/// Whether a text is a URI with a scheme.
pub(crate) fn is_uri(text: &str) -> bool {
    scheme(text).is_some() && is_uri_reference(text)
}

/// Whether a text is a URI with a scheme, or a path that begins with `/`.
pub(crate) fn is_address(text: &str) -> bool {
    (scheme(text).is_some() || text.starts_with('/')) && is_uri_reference(text)
}

fn is_authority(authority: &str) -> bool {
    let host_and_port = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host_and_port.chars().any(|c| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-_.~!$&'()*+,;=:[]<>\"%".contains(c)) {
        return false;
    }
    let port = match host_and_port.rsplit_once(']') {
        Some((_, after)) => after,
        None => host_and_port.find(':').and_then(|colon| host_and_port.get(colon..)).unwrap_or(""),
    };
    port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()))
}

fn escapes_are_valid(text: &str) -> bool {
    text.split('%').skip(1).all(|after| after.len() >= 2 && after.bytes().take(2).all(|b| b.is_ascii_hexdigit()))
}

/// Whether a text looks like a mail address: something, `@`, a host name.
pub(crate) fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && !local.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c))
            && is_hostname(domain)
    })
}

/// Whether a text is a host name (RFC 1123).
pub(crate) fn is_hostname(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    !text.is_empty()
        && text.len() <= 253
        && text.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        })
}

/// Whether a text is an IP address or a CIDR block (RFC 4632).
pub(crate) fn is_ip_block(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let Ok(address) = address.parse::<std::net::IpAddr>() else {
        return false;
    };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| {
        !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit()) && prefix.parse::<u8>().is_ok_and(|bits| bits <= longest)
    })
}

/// Whether a text is a colour, `#rrggbb`.
pub(crate) fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Whether a text looks like a language tag (BCP 47): letters and digits in groups of at most eight.
pub(crate) fn is_locale(text: &str) -> bool {
    text.split('-').all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_uris_are_told_apart() {
        for text in [
            "https://example.org",
            "app://callback",
            "https://*.example.org/x?y=%zz",
            "base64://e30=",
            "mailto:x@example.org",
            "http://[::1]:80/",
            "file:///etc/x.json",
            "http://u:p@h:1/",
        ] {
            assert!(is_uri(text) && is_uri_reference(text) && is_address(text), "{text}");
        }
        for text in ["/welcome", "/a b", "/a%20b?c#d"] {
            assert!(!is_uri(text) && is_uri_reference(text) && is_address(text), "{text}");
        }
        for text in ["app.example.org", "not a url", "", "a/b:c", "../x", "no url"] {
            assert!(!is_uri(text) && is_uri_reference(text) && !is_address(text), "{text}");
        }
        for text in
            ["1a:b", ":x", "http://a b/", "/%zz", "http://h:port/", "http://h:80x", "a\nb", "http://a\\b/", "http://[::1]x/", "/x#%1"]
        {
            assert!(!is_uri_reference(text), "{text}");
        }
    }

    #[test]
    fn names_have_their_forms() {
        assert!(is_email("no-reply@issuer.test") && is_email("a.b+c@localhost"));
        assert!(!is_email("nobody") && !is_email("@x.org") && !is_email("a b@x.org") && !is_email("a@-x.org") && !is_email("a@"));
        assert!(is_hostname("example.org.") && !is_hostname("a..b") && !is_hostname("") && !is_hostname("under_score"));
        assert!(
            is_ip_block("10.0.0.0/8")
                && is_ip_block("::1")
                && is_ip_block("fd00::/128")
                && !is_ip_block("10.0.0.0/33")
                && !is_ip_block("10.0.0/8")
                && !is_ip_block("1.1.1.1/+8")
        );
        assert!(is_color("#1f5fbf") && !is_color("1f5fbf") && !is_color("#12345") && !is_color("#12345g"));
        assert!(is_locale("en") && is_locale("pt-BR") && !is_locale("") && !is_locale("en_US") && !is_locale("1a"));
    }
}
