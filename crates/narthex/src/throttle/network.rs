//! Where a request comes from, as a network: one address may be given up for another one of the same network at no cost.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::config::Settings;
use crate::edge::{Caller, Told};

/// Where a request comes from, seen from near and from far.
pub(super) struct Network {
    /// What one client has at hand.
    pub narrow: String,
    /// What one customer of a provider may have at hand, so that nobody gets new tries out of it.
    pub wide: String,
}

const WIDE_IPV4_PREFIX: u8 = 24;
const WIDE_IPV6_PREFIX: u8 = 48;

/// The network of the request; nothing where it is not to be counted.
pub(super) fn of(caller: &Caller) -> Option<Network> {
    let origin = caller.origin();
    let address = origin.address();
    // Whoever writes nonsense where a proxy tells their address is not taken for the proxy.
    let exempt = origin.told() != Told::Nonsense && caller.settings.throttle_exempt.iter().any(|block| block.contains(&address));
    if exempt { None } else { around(&caller.settings, address) }
}

/// The network of an address.
pub(super) fn around(settings: &Settings, address: IpAddr) -> Option<Network> {
    let network = &settings.config.narthex.security.throttle.network;
    let (narrow, wide) = if address.is_ipv4() { (network.ipv4_prefix, WIDE_IPV4_PREFIX) } else { (network.ipv6_prefix, WIDE_IPV6_PREFIX) };
    let of = |prefix: u8| IpNet::new(address, prefix).ok().map(|network| network.trunc().to_string());
    Some(Network { narrow: of(narrow)?, wide: of(wide.min(narrow))? })
}
