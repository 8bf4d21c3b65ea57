//! Addresses that other programs know beforehand (RFC 8615).

use http::Method;

use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

/// The routes of well-known addresses, on the public listener.
pub(crate) fn routes() -> Vec<Resource> {
    vec![Resource::new("/.well-known/change-password", Guard::Csrf).on(Method::GET, handler!(change_password))]
}

/// Where password managers send people who are to change their password (W3C, A Well-Known URL for Changing Passwords).
async fn change_password(caller: &Caller) -> Result<Reply, Problem> {
    Ok(Reply::see_other(caller.settings.config.selfservice.flows.settings.ui_url.as_str()))
}
