//! Where a request comes from, as far as it says or a proxy tells.

use std::net::{IpAddr, SocketAddr};

use narthex_api::session::Device;
use uuid::Uuid;

use crate::edge::Caller;

/// As much as is kept of what a client calls itself, in characters.
const LONGEST_AGENT: usize = 512;

/// The device of a request.
pub fn of(caller: &Caller) -> Device {
    let location = [caller.forwarded("cf-ipcity"), caller.forwarded("cf-ipcountry")];
    let location: Vec<&str> = location.into_iter().flatten().collect();
    Device { id: Uuid::new_v4(), ip_address: Some(address(caller)), user_agent: agent(caller), location: Some(location.join(", ")) }
}

/// What the client calls itself.
pub fn agent(caller: &Caller) -> Option<String> {
    caller.header("user-agent").map(|agent| agent.chars().take(LONGEST_AGENT).collect())
}

/// The client's address by itself; nothing where what a proxy says is no address.
pub fn ip(caller: &Caller) -> Option<IpAddr> {
    let address = address(caller);
    address.parse().ok().or_else(|| address.parse().ok().map(|address: SocketAddr| address.ip()))
}

/// The client's address: what a proxy says, or else the connection's, with its port.
fn address(caller: &Caller) -> String {
    said_address(caller).unwrap_or_else(|| caller.peer.to_string())
}

/// The client's address as a proxy says it. Of a chain of proxies the last address counts that is not a private one: only the
/// nearest proxy's word can be taken.
pub fn said_address(caller: &Caller) -> Option<String> {
    let said = ["true-client-ip", "cf-connecting-ip", "x-real-ip"].into_iter().find_map(|name| caller.forwarded(name));
    if let Some(said) = said {
        return Some(said.to_owned());
    }
    let is_public = |address: &&str| address.parse::<std::net::IpAddr>().is_ok_and(|ip| !is_private(ip));
    let chain = caller.forwarded("x-forwarded-for")?;
    Some(chain.rsplit(',').map(str::trim).find(is_public).unwrap_or_default().to_owned())
}

/// Whether the address belongs to no network of the internet.
pub fn is_private(ip: std::net::IpAddr) -> bool {
    match ip {
        std::net::IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        std::net::IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
    }
}
