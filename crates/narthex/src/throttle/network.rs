//! Where a request comes from, as a network: one address may be given up for another one of the same network at no cost.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::edge::Caller;
use crate::session::device;

/// The network of the request; nothing where it is not to be counted.
pub(super) fn of(caller: &Caller) -> Option<String> {
    let settings = &caller.settings;
    let address = address(caller);
    if settings.throttle_exempt.iter().any(|block| block.contains(&address)) {
        return None;
    }
    let network = &settings.config.narthex.security.throttle.network;
    let prefix = if address.is_ipv4() { network.ipv4_prefix } else { network.ipv6_prefix };
    IpNet::new(address, prefix).ok().map(|network| network.trunc().to_string())
}

/// The client's address. What proxies say is believed of those that the configuration names; where it names none, of private
/// addresses only: a client from outside could say anything, and would be another one each time.
fn address(caller: &Caller) -> IpAddr {
    let peer = caller.peer.ip().to_canonical();
    let believed = caller.settings.trusted_proxies.is_some() || device::is_private(peer);
    let said = believed.then(|| device::said_address(caller)).flatten().and_then(|said| parse(&said));
    said.map_or(peer, |said| said.to_canonical())
}

/// An address with or without a port.
fn parse(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}
