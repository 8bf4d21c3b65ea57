//! Whom nobody is asked at while `clients.http.disallow_private_ip_ranges` is on: hosts of private networks, and this machine.
//!
//! A name is looked up first, and only the public ones of its addresses are handed to whoever connects, so that a name which
//! changes its mind between check and use gains nothing. Through a proxy of the environment it is the proxy that looks up.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use narthex_config::HttpClient;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;
use url::{Host, Url};

/// Where requests may go.
#[derive(Debug, Default)]
pub(super) struct Rules {
    refuses_private: bool,
    /// Addresses that are asked all the same.
    exceptions: Vec<String>,
}

/// What is to become of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    /// It may go anywhere.
    Free,
    /// It may go where its host's name leads in public.
    Public,
    /// It may not go.
    Refused,
}

impl Rules {
    pub(super) fn new(http: &HttpClient) -> Self {
        let exceptions = http.private_ip_exception_urls.iter().map(|url| url.as_str().to_owned()).collect();
        Self { refuses_private: http.disallow_private_ip_ranges, exceptions }
    }

    pub(super) fn rule(&self, url: &Url) -> Ruling {
        if !self.refuses_private || self.excepts(url) {
            return Ruling::Free;
        }
        let address: IpAddr = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) | None => return Ruling::Public,
        };
        if is_private(address) { Ruling::Refused } else { Ruling::Public }
    }

    /// Whether the address, but for its query, is one of the exceptions: letter by letter, where `*` stands for anything without a
    /// dot or slash, and `**` for anything.
    fn excepts(&self, url: &Url) -> bool {
        let mut plain = url.clone();
        plain.set_query(None);
        plain.set_fragment(None);
        let text = plain.as_str();
        // An address without a path is written with and without its slash.
        let bare = if plain.path() == "/" { text.trim_end_matches('/') } else { text };
        self.exceptions.iter().any(|pattern| [text, bare].iter().any(|text| matches(pattern.as_bytes(), text.as_bytes())))
    }
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => {
            let (rest, reach) = match rest.strip_prefix(b"*") {
                Some(rest) => (rest, text.len()),
                None => (rest, text.iter().position(|byte| b"./".contains(byte)).unwrap_or(text.len())),
            };
            (0..=reach).any(|count| text.get(count..).is_some_and(|left| matches(rest, left)))
        }
        Some((first, rest)) => text.split_first().is_some_and(|(byte, left)| byte == first && matches(rest, left)),
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the address is in a private network")]
pub(super) struct Private;

/// Looks names up, and knows public addresses only.
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|found| !is_private(found.ip())).collect();
            if public.is_empty() {
                return Err(Private.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is that of no host of the public Internet (RFC 6890).
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    matches!(
        address.octets(),
        [0 | 10 | 127 | 224..=255, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // An address of the older protocol in disguise (mapped, translated, tunnelled) is what it leads to.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_private_v4(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)))
        }
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => true,
        // All else that is public begins with the bits 001.
        [first, ..] => first & 0xe000 != 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private(address: &str) -> bool {
        is_private(address.parse().unwrap())
    }

    #[test]
    fn private_networks_are_known_in_every_disguise() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(private(address), "{address}");
        }
        for address in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::"] {
            assert!(!private(address), "{address}");
        }
    }

    fn rule(exceptions: &[&str], url: &str) -> Ruling {
        let rules = Rules { refuses_private: true, exceptions: exceptions.iter().map(ToString::to_string).collect() };
        rules.rule(&url.parse().unwrap())
    }

    #[test]
    fn addresses_are_refused_and_names_looked_up() {
        assert_eq!(rule(&[], "http://127.0.0.1:1/x"), Ruling::Refused);
        assert_eq!(rule(&[], "http://0x7f.1/x"), Ruling::Refused);
        assert_eq!(rule(&[], "http://[::1]/x"), Ruling::Refused);
        assert_eq!(rule(&[], "http://localhost/x"), Ruling::Public);
        assert_eq!(rule(&[], "http://1.1.1.1/x"), Ruling::Public);
        assert_eq!(Rules::default().rule(&"http://127.0.0.1/".parse().unwrap()), Ruling::Free);
    }

    #[test]
    fn exceptions_are_meant_letter_by_letter() {
        let url = "http://127.0.0.1:8080/a/b?c=d";
        for pattern in ["http://127.0.0.1:8080/a/b", "http://127.0.0.1:*/a/*", "http://**"] {
            assert_eq!(rule(&[pattern], url), Ruling::Free, "{pattern}");
        }
        for pattern in ["http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a/b/", "http://*/a/b", "http://127.0.0.1:8080/*"] {
            assert_eq!(rule(&[pattern], url), Ruling::Refused, "{pattern}");
        }
        assert_eq!(rule(&["http://127.0.0.1"], "http://127.0.0.1/"), Ruling::Free);
    }
}
