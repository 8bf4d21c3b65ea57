//! Where a request comes from, as a network: one address may be given up for another one of the same network at no cost.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::config::Settings;
use crate::edge::Caller;

/// The network of the request; nothing where it is not to be counted.
pub(super) fn of(caller: &Caller) -> Option<String> {
    let address = caller.origin().address();
    let exempt = caller.settings.throttle_exempt.iter().any(|block| block.contains(&address));
    if exempt { None } else { around(&caller.settings, address) }
}

/// The network of an address.
pub(super) fn around(settings: &Settings, address: IpAddr) -> Option<String> {
    let network = &settings.config.narthex.security.throttle.network;
    let prefix = if address.is_ipv4() { network.ipv4_prefix } else { network.ipv6_prefix };
    IpNet::new(address, prefix).ok().map(|network| network.trunc().to_string())
}
