//! What is where on the two listeners.

use axum::Router;
use axum::extract::{Request, State};
use http::Method;

use crate::app::App;
use crate::edge::caller::endpoint;
use crate::edge::route::{router, unknown};
use crate::edge::{Caller, Guard, Resource};
use crate::flow;
use crate::{health, identity, messages, pages, session};

/// All that the public listener answers.
pub fn public_resources() -> Vec<Resource> {
    [health::routes(), flow::registration::http::routes(), flow::login::http::routes(), flow::error::routes(), session::http::routes(), pages::routes()].concat()
}

/// All that the admin listener answers.
pub fn admin_resources() -> Vec<Resource> {
    let prefixed = [identity::http::routes(), session::admin::routes(), messages::routes()].concat();
    let bare: Vec<Resource> = prefixed.iter().filter_map(|resource| Some(resource.clone().at(resource.path().strip_prefix("/admin")?))).collect();
    [health::routes(), pages::admin_routes(), prefixed, bare].concat()
}

/// The public listener's router.
pub fn public(app: &App) -> Router {
    let fallback = |State(app): State<App>, request: Request| endpoint(app, Guard::Csrf, request, async |caller: &Caller| unknown(caller).await);
    router(public_resources()).fallback(fallback).with_state(app.clone())
}

/// The admin listener's router.
pub fn admin(app: &App) -> Router {
    let fallback = |State(app): State<App>, request: Request| endpoint(app, Guard::Open, request, async |caller: &Caller| unknown(caller).await);
    router(admin_resources()).fallback(fallback).with_state(app.clone())
}

/// Every operation of both listeners, for people to look at.
pub fn operations() -> Vec<(&'static str, String)> {
    let _ = Method::GET;
    public_resources().iter().chain(&admin_resources()).map(|resource| (resource.path(), resource.allow())).collect()
}
