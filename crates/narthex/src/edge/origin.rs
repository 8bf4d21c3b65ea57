//! Where a request comes from: the client's address, by the connection or as far as a proxy is believed, and what the client calls
//! itself. The one place that decides what is believed. Sessions show what is [said](Origin::said), as the reference server does;
//! whatever protects or is evidence goes by [`Origin::address`].

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

/// As much as is kept of what a client calls itself, in characters.
const LONGEST_AGENT: usize = 512;
/// The header to which each proxy adds where it was asked from.
const CHAIN: &str = "x-forwarded-for";
/// Headers of proxies that hold one address, the first of which counts.
const SINGLE: [&str; 3] = ["true-client-ip", "cf-connecting-ip", "x-real-ip"];

/// Where a request comes from.
#[derive(Clone, Copy)]
pub struct Origin<'a> {
    /// The proxies that are believed; where that is not configured, the rest follows from who says something.
    pub proxies: Option<&'a [IpNet]>,
    /// The one header in which the proxies tell the client's address, in lower case, where that is configured.
    pub header: Option<&'a str>,
    /// The other end of the connection.
    pub peer: SocketAddr,
    /// The headers of the request.
    pub headers: &'a HeaderMap,
}

impl<'a> Origin<'a> {
    /// The text of a header that a proxy sets; nothing where the connection comes from somebody who is not believed.
    pub fn forwarded(&self, name: &str) -> Option<&'a str> {
        self.header(name).filter(|value| self.believes() && !value.is_empty())
    }

    /// As [`Self::forwarded`], for words of any language.
    pub fn forwarded_words(&self, name: &str) -> Option<Cow<'a, str>> {
        self.words(name).filter(|value| self.believes() && !value.is_empty())
    }

    /// The client's address as sessions show it: what the proxies tell that `narthex.trusted_proxies` names. Where it names nobody,
    /// anybody can say anything here, and of a chain of proxies the last address counts that is not a private one.
    pub fn said(&self) -> Option<Cow<'a, str>> {
        if self.proxies.is_some() || self.header.is_some() {
            return match self.told() {
                Told::Address(address) => Some(address.to_string().into()),
                Told::Nothing | Told::Nonsense => None,
            };
        }
        if let Some(said) = SINGLE.into_iter().find_map(|name| self.forwarded(name)) {
            return Some(said.into());
        }
        let is_public = |address: &&str| address.parse::<IpAddr>().is_ok_and(|ip| !is_private(ip));
        let chain = self.forwarded(CHAIN)?;
        Some(chain.rsplit(',').map(str::trim).find(is_public).unwrap_or_default().into())
    }

    /// The client's address. What proxies say is believed of those that the configuration names; where it names none, of private
    /// addresses only: a client from outside could say anything, and would be another one each time.
    pub fn address(&self) -> IpAddr {
        match self.told() {
            Told::Address(address) => address,
            Told::Nothing | Told::Nonsense => self.connection(),
        }
    }

    /// What a proxy tells of the client's address. Unless the configuration names the header, a chain goes before headers of one
    /// address: a proxy that adds to the chain hands on whatever its client wrote into the others.
    pub fn told(&self) -> Told {
        if !self.is_proxy(self.connection()) {
            return Told::Nothing;
        }
        match self.header {
            Some(CHAIN) => self.last_of_chain(),
            Some(name) => told(self.header(name)),
            None => match self.last_of_chain() {
                Told::Nothing => told(SINGLE.into_iter().find_map(|name| self.header(name))),
                told => told,
            },
        }
    }

    /// The last address of the chain that is no proxy's: whatever stands before it is the client's own word.
    fn last_of_chain(&self) -> Told {
        let lines = self.headers.get_all(CHAIN).iter().rev();
        let mut nearest = Told::Nothing;
        for hop in lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(',')).map(str::trim) {
            match told(Some(hop)) {
                Told::Address(address) if self.is_proxy(address) => {
                    if let Told::Nothing = nearest {
                        nearest = Told::Address(address);
                    }
                }
                told => return told,
            }
        }
        nearest
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        match self.proxies {
            Some(proxies) => proxies.iter().any(|block| block.contains(&address)),
            None => is_private(address),
        }
    }

    /// The client's address, where there is one: what comes in by a Unix socket has none of its own.
    pub fn known_address(&self) -> Option<IpAddr> {
        Some(self.address()).filter(|address| !address.is_unspecified())
    }

    /// What the client calls itself.
    pub fn agent(&self) -> Option<String> {
        self.words("user-agent").map(|agent| agent.chars().take(LONGEST_AGENT).collect())
    }

    fn connection(&self) -> IpAddr {
        self.peer.ip().to_canonical()
    }

    /// Whether the other end of the connection is believed what it says of clients.
    fn believes(&self) -> bool {
        self.proxies.is_none_or(|proxies| proxies.iter().any(|block| block.contains(&self.connection())))
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A header whose bytes are UTF-8; what is none is shown as such.
    fn words(&self, name: &str) -> Option<Cow<'a, str>> {
        self.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()))
    }
}

/// What a proxy tells of the client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Nothing, or nobody is there who would be believed.
    Nothing,
    /// Something that is no address.
    Nonsense,
    /// An address.
    Address(IpAddr),
}

fn told(text: Option<&str>) -> Told {
    match text.filter(|text| !text.is_empty()) {
        Some(text) => parse(text).map_or(Told::Nonsense, |address| Told::Address(address.to_canonical())),
        None => Told::Nothing,
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
        let origin = Origin { proxies: proxies.as_deref(), header: None, peer: peer.parse().unwrap(), headers: &headers };
        (origin.said().map(Cow::into_owned), origin.known_address().map(|address| address.to_string()).unwrap_or_default())
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
        let chosen = [("x-forwarded-for", "192.0.2.1, 198.51.100.7, 203.0.113.1")];
        assert_eq!(seen(Some("203.0.113.0/24"), "203.0.113.9:1", &chosen), pair("198.51.100.7", "198.51.100.7"));
        assert_eq!(seen(Some("203.0.113.0/24"), "[::ffff:203.0.113.9]:1", &chosen), pair("198.51.100.7", "198.51.100.7"));
        assert_eq!(seen(Some("203.0.113.0/24"), "10.1.2.3:1", &chosen), pair("", "10.1.2.3"));
        assert_eq!(seen(Some(""), "127.0.0.1:1", &chosen), pair("", "127.0.0.1"));
        let inside = [("x-forwarded-for", "192.0.2.1, 10.0.7.7")];
        assert_eq!(seen(Some("10.0.0.1/32"), "10.0.0.1:1", &inside), pair("10.0.7.7", "10.0.7.7"), "a private address is no proxy's");
    }

    #[test]
    fn what_is_no_address_is_not_taken_for_one() {
        assert_eq!(seen(None, "10.1.2.3:1", &[("x-real-ip", "somewhere")]), pair("somewhere", "10.1.2.3"));
        assert_eq!(seen(None, "10.1.2.3:1", &[("x-real-ip", "198.51.100.7:80")]), pair("198.51.100.7:80", "198.51.100.7"));
        assert_eq!(seen(None, "0.0.0.0:0", &[]), pair("", ""), "a Unix socket has no address");
    }

    #[test]
    fn whoever_adds_to_the_chain_is_believed_before_what_clients_can_write_themselves() {
        let told = |header: Option<&str>, headers: &[(&'static str, &'static str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(*name, value.parse().unwrap());
            }
            Origin { proxies: None, header, peer: "10.0.0.1:1".parse().unwrap(), headers: &map }.told()
        };
        let is = |address: &str| Told::Address(address.parse().unwrap());
        let forged = [("true-client-ip", "192.0.2.1"), ("x-real-ip", "zz"), (CHAIN, "6.6.6.6, 198.51.100.7, 10.0.0.9")];
        assert_eq!(told(None, &forged), is("198.51.100.7"));
        assert_eq!(told(Some("true-client-ip"), &forged), is("192.0.2.1"), "the configuration knows better");
        assert_eq!(told(Some("x-real-ip"), &forged), Told::Nonsense);
        assert_eq!(told(Some("cf-connecting-ip"), &forged), Told::Nothing);
        assert_eq!(told(None, &[(CHAIN, "6.6.6.6"), (CHAIN, "198.51.100.7")]), is("198.51.100.7"), "a line of its own");
        assert_eq!(told(None, &[(CHAIN, "198.51.100.7, zz")]), Told::Nonsense);
        assert_eq!(told(None, &[(CHAIN, "10.9.9.9, 10.0.0.7")]), is("10.0.0.7"), "a client inside");
        assert_eq!(told(None, &[("x-real-ip", "198.51.100.7")]), is("198.51.100.7"));
        assert_eq!(told(None, &[]), Told::Nothing);
    }
}
