//! What is where on the two listeners.

use axum::Router;
use axum::extract::{Request, State};

use super::crossing;
use crate::app::App;
use crate::config::schemas;
use crate::edge::caller::endpoint;
use crate::edge::route::{not_found, router, unknown};
use crate::edge::{Caller, Guard, Resource};
use crate::{audit, flow, health, hook, identity, messages, metrics, pages, session, well_known};

/// All that the public listener answers.
pub fn public_resources() -> Vec<Resource> {
    [
        health::routes(),
        schemas::http::routes(),
        flow::registration::http::routes(),
        flow::login::http::routes(),
        flow::verification::http::routes(),
        flow::recovery::http::routes(),
        flow::settings::http::routes(),
        flow::logout::routes(),
        flow::error::routes(),
        well_known::routes(),
        session::http::routes(),
        pages::routes(),
        crossing::to_admin(),
    ]
    .concat()
}

/// All that the admin listener answers. Each path is there with the prefix `/admin` and without it.
pub fn admin_resources() -> Vec<Resource> {
    let own = [
        health::routes(),
        health::admin_routes(),
        metrics::http::routes(),
        identity::http::routes(),
        session::admin::routes(),
        messages::routes(),
        flow::recovery::admin_routes(),
        hook::outbox::http::routes(),
        audit::http::routes(),
        crossing::to_public(),
        pages::admin_routes(),
    ]
    .concat();
    let other = |resource: &Resource| {
        let path = resource.path();
        resource.clone().at(path.strip_prefix("/admin").map_or_else(|| format!("/admin{path}"), str::to_owned))
    };
    let others: Vec<Resource> = own.iter().map(other).collect();
    [own, others].concat()
}

/// The public listener's router.
pub fn public(app: &App) -> Router {
    let fallback =
        |State(app): State<App>, request: Request| endpoint(app, Guard::Csrf, request, async |caller: &Caller| unknown(caller).await);
    router(app, public_resources()).fallback(fallback).with_state(app.clone())
}

/// The admin listener's router.
pub fn admin(app: &App) -> Router {
    // Unlike the public listener, this one has never tidied slashes at a path's beginning.
    let other = async |caller: &Caller| if caller.path().starts_with("//") { Ok(not_found()) } else { unknown(caller).await };
    let fallback = move |State(app): State<App>, request: Request| endpoint(app, Guard::Open, request, other);
    router(app, admin_resources()).fallback(fallback).with_state(app.clone())
}

/// The router of a process that only delivers messages.
pub fn metrics(app: &App) -> Router {
    let fallback =
        |State(app): State<App>, request: Request| endpoint(app, Guard::Open, request, async |caller: &Caller| unknown(caller).await);
    router(app, [health::routes(), metrics::http::routes()].concat()).fallback(fallback).with_state(app.clone())
}

/// Every operation of both listeners, for people to look at.
pub fn operations() -> Vec<(String, String)> {
    public_resources().iter().chain(&admin_resources()).map(|resource| (resource.path().to_owned(), resource.allow())).collect()
}
