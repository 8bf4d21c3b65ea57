//! Where a request comes from: the client's address, by the connection or as far as a proxy is believed, and what the client calls
//! itself. The one place that decides what is believed. Sessions show what is [said](Origin::said), as the reference server does;
//! whatever protects or is evidence goes by [`Origin::address`].

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

/// As much as is kept of what a client calls itself, in characters.
const LONGEST_AGENT: usize = 512;
/// Headers of proxies that hold one address, the first of which counts.
const SINGLE: [&str; 3] = ["true-client-ip", "cf-connecting-ip", "x-real-ip"];

/// Where a request comes from.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    /// The proxies that are believed; where that is not configured, the rest follows from who says something.
    pub proxies: Option<&'a [IpNet]>,
    /// The other end of the connection.
    pub peer: SocketAddr,
    /// The headers of the request.
    pub headers: &'a HeaderMap,
}

impl<'a> Origin<'a> {
    /// The text of a header that a proxy sets; nothing where the connection comes from somebody who is not believed.
    pub fn forwarded(&self, name: &str) -> Option<&'a str> {
        let believed = match self.proxies {
            Some(proxies) => proxies.iter().any(|block| block.contains(&self.connection())),
            None => true,
        };
        self.header(name).filter(|value| believed && !value.is_empty())
    }

    /// The client's address as a proxy says it. Of a chain of proxies the last address counts that is not a private one: only the
    /// nearest proxy's word can be taken. Where `narthex.trusted_proxies` names nobody, anybody can say anything here.
    pub fn said(&self) -> Option<&'a str> {
        if let Some(said) = SINGLE.into_iter().find_map(|name| self.forwarded(name)) {
            return Some(said);
        }
        let is_public = |address: &&str| address.parse::<IpAddr>().is_ok_and(|ip| !is_private(ip));
        let chain = self.forwarded("x-forwarded-for")?;
        Some(chain.rsplit(',').map(str::trim).find(is_public).unwrap_or_default())
    }

    /// The client's address. What proxies say is believed of those that the configuration names; where it names none, of private
    /// addresses only: a client from outside could say anything, and would be another one each time.
    pub fn address(&self) -> IpAddr {
        let believed = self.proxies.is_some() || is_private(self.connection());
        let said = believed.then(|| self.said()).flatten().and_then(parse);
        said.map_or(self.connection(), |said| said.to_canonical())
    }

    /// The client's address, where there is one: what comes in by a Unix socket has none of its own.
    pub fn known_address(&self) -> Option<IpAddr> {
        Some(self.address()).filter(|address| !address.is_unspecified())
    }

    /// What the client calls itself.
    pub fn agent(&self) -> Option<String> {
        self.header("user-agent").map(|agent| agent.chars().take(LONGEST_AGENT).collect())
    }

    fn connection(&self) -> IpAddr {
        self.peer.ip().to_canonical()
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// An address with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// Whether the address belongs to no network of the internet.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said to be the client's address, and what it is taken for.
    fn seen(proxies: Option<&str>, peer: &str, headers: &[(&'static str, &'static str)]) -> (Option<String>, String) {
        let proxies: Option<Vec<IpNet>> = proxies.map(|blocks| blocks.split_whitespace().map(|block| block.parse().unwrap()).collect());
        let headers: HeaderMap = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let origin = Origin { proxies: proxies.as_deref(), peer: peer.parse().unwrap(), headers: &headers };
        (origin.said().map(str::to_owned), origin.known_address().map(|address| address.to_string()).unwrap_or_default())
    }

    fn pair(said: &str, taken: &str) -> (Option<String>, String) {
        (Some(said.to_owned()).filter(|said| !said.is_empty()), taken.to_owned())
    }

    #[test]
    fn a_client_from_outside_shows_what_it_likes_and_is_taken_for_what_it_is() {
        let chosen = [("x-real-ip", "198.51.100.7")];
        assert_eq!(seen(None, "203.0.113.9:4711", &chosen), pair("198.51.100.7", "203.0.113.9"));
        assert_eq!(seen(None, "[2001:db8::1]:4711", &chosen), pair("198.51.100.7", "2001:db8::1"));
        for inside in ["10.1.2.3:4711", "127.0.0.1:4711", "[::1]:4711", "[::ffff:192.168.0.1]:4711", "[fd00::1]:4711"] {
            assert_eq!(seen(None, inside, &chosen), pair("198.51.100.7", "198.51.100.7"), "{inside}");
        }
    }

    #[test]
    fn proxies_that_are_named_are_believed_and_nobody_else_is() {
        let chosen = [("x-forwarded-for", "192.0.2.1, 198.51.100.7, 10.0.0.1")];
        assert_eq!(seen(Some("203.0.113.0/24"), "203.0.113.9:1", &chosen), pair("198.51.100.7", "198.51.100.7"));
        assert_eq!(seen(Some("203.0.113.0/24"), "[::ffff:203.0.113.9]:1", &chosen), pair("198.51.100.7", "198.51.100.7"));
        assert_eq!(seen(Some("203.0.113.0/24"), "10.1.2.3:1", &chosen), pair("", "10.1.2.3"));
        assert_eq!(seen(Some(""), "127.0.0.1:1", &chosen), pair("", "127.0.0.1"));
    }

    #[test]
    fn what_is_no_address_is_not_taken_for_one() {
        assert_eq!(seen(None, "10.1.2.3:1", &[("x-real-ip", "somewhere")]), pair("somewhere", "10.1.2.3"));
        assert_eq!(seen(None, "10.1.2.3:1", &[("x-real-ip", "198.51.100.7:80")]), pair("198.51.100.7:80", "198.51.100.7"));
        assert_eq!(seen(None, "0.0.0.0:0", &[]), pair("", ""), "a Unix socket has no address");
    }
}
