//! Where a request comes from, as far as it says or a proxy tells.

use narthex_api::session::Device;
use uuid::Uuid;

use crate::edge::Caller;

/// The device of a request.
pub fn of(caller: &Caller) -> Device {
    let location = [caller.forwarded("cf-ipcity"), caller.forwarded("cf-ipcountry")];
    let location: Vec<&str> = location.into_iter().flatten().collect();
    Device {
        id: Uuid::new_v4(),
        ip_address: Some(address(caller)),
        user_agent: caller.header("user-agent").map(str::to_owned),
        location: Some(location.join(", ")),
    }
}

/// The client's address: what a proxy says, or else the connection's, with its port.
fn address(caller: &Caller) -> String {
    let said = ["true-client-ip", "cf-connecting-ip", "x-real-ip"].into_iter().find_map(|name| caller.forwarded(name));
    if let Some(said) = said {
        return said.to_owned();
    }
    let forwarded = caller.forwarded("x-forwarded-for").unwrap_or_default();
    let public = forwarded.split(',').map(str::trim).find(|address| {
        address.parse::<std::net::IpAddr>().is_ok_and(|ip| !is_private(ip))
    });
    public.map_or_else(|| caller.peer.to_string(), str::to_owned)
}

fn is_private(ip: std::net::IpAddr) -> bool {
    match ip {
        std::net::IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified(),
        std::net::IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local() || ip.is_unspecified(),
    }
}
