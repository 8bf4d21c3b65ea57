//! Where somebody has signed in, as sessions show it.

use std::borrow::Cow;

use narthex_api::session::Device;
use uuid::Uuid;

use crate::edge::Caller;

/// The device of a request. Its address is what a proxy says, or else the connection's, with its port.
pub fn of(caller: &Caller) -> Device {
    let origin = caller.origin();
    let location = [origin.forwarded_words("cf-ipcity"), origin.forwarded_words("cf-ipcountry")];
    let location: Vec<_> = location.into_iter().flatten().collect();
    let address = origin.said().map_or_else(|| caller.peer.to_string(), Cow::into_owned);
    Device { id: Uuid::new_v4(), ip_address: Some(address), user_agent: origin.agent(), location: Some(location.join(", ")) }
}
