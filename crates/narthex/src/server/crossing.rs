//! From one listener to the other: paths that are known here but answered there are redirected, method and body and all.
//! Clients that were given the wrong one of the two addresses get on.

use http::{Method, StatusCode};

use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

const FLOWS: [[&str; 4]; 5] = [
    ["/self-service/login", "/self-service/login/browser", "/self-service/login/api", "/self-service/login/flows"],
    ["/self-service/registration", "/self-service/registration/browser", "/self-service/registration/api", "/self-service/registration/flows"],
    ["/self-service/recovery", "/self-service/recovery/browser", "/self-service/recovery/api", "/self-service/recovery/flows"],
    ["/self-service/verification", "/self-service/verification/browser", "/self-service/verification/api", "/self-service/verification/flows"],
    ["/self-service/settings", "/self-service/settings/browser", "/self-service/settings/api", "/self-service/settings/flows"],
];

/// Public paths on the admin listener.
pub(super) fn to_public() -> Vec<Resource> {
    let there = |path: &'static str, methods: &[Method]| redirects(path, Guard::Open, methods, &handler!(to_the_public));
    let mut resources = Vec::new();
    for [submit, browser, api, flows] in FLOWS {
        resources.push(there(submit, &[Method::GET, Method::POST]));
        resources.extend([browser, api, flows].map(|path| there(path, &[Method::GET])));
    }
    resources.extend(["/self-service/logout", "/self-service/logout/browser", "/self-service/errors", "/schemas", "/schemas/{id}"].map(|path| there(path, &[Method::GET])));
    resources.push(there("/self-service/logout/api", &[Method::DELETE]));
    resources.push(there("/sessions", &[Method::DELETE]));
    resources.push(Resource::new("/sessions/whoami", Guard::Open).any(handler!(to_the_public)));
    resources
}

/// Admin paths on the public listener.
pub(super) fn to_admin() -> Vec<Resource> {
    let there = |path: &'static str, guard: Guard, methods: &[Method]| redirects(path, guard, methods, &handler!(to_the_admin));
    let item = [Method::GET, Method::PUT, Method::PATCH, Method::DELETE];
    let mut resources = Vec::new();
    for [all, one, credentials, external] in [
        ["/identities", "/identities/{id}", "/identities/{id}/credentials/{type}", "/identities/by/external/{id}"],
        ["/admin/identities", "/admin/identities/{id}", "/admin/identities/{id}/credentials/{type}", "/admin/identities/by/external/{id}"],
    ] {
        resources.push(there(all, Guard::Open, &[Method::GET, Method::POST]));
        resources.push(there(one, Guard::Open, &item));
        resources.push(there(credentials, Guard::Open, &[Method::DELETE]));
        resources.push(there(external, Guard::Csrf, &[Method::GET]));
    }
    resources.push(there("/identities/{id}/sessions", Guard::Open, &[Method::DELETE]));
    resources.push(there("/recovery/code", Guard::Open, &[Method::POST]));
    resources.push(there("/recovery/link", Guard::Open, &[Method::POST]));
    resources.push(there("/admin/courier/messages", Guard::Open, &[Method::GET]));
    resources.push(there("/admin/courier/messages/{id}", Guard::Csrf, &[Method::GET]));
    // Probes for what is on the other listener only get no cookie along with their 404.
    resources.extend(["/version", "/metrics/prometheus", "/courier/messages"].map(|path| Resource::new(path, Guard::Open).any(handler!(nothing))));
    resources
}

fn redirects(path: &'static str, guard: Guard, methods: &[Method], handler: &crate::edge::route::Handler) -> Resource {
    methods.iter().fold(Resource::new(path, guard), |resource, method| resource.on(method.clone(), handler.clone()))
}

async fn to_the_public(caller: &Caller) -> Result<Reply, Problem> {
    Ok(elsewhere(caller, &caller.settings.public_url, ""))
}

async fn to_the_admin(caller: &Caller) -> Result<Reply, Problem> {
    let base = caller.settings.config.serve.admin.base_url.as_str().trim_end_matches('/');
    Ok(elsewhere(caller, base, "/admin"))
}

async fn nothing(_caller: &Caller) -> Result<Reply, Problem> {
    Ok(crate::edge::route::not_found())
}

fn elsewhere(caller: &Caller, base: &str, prefix: &str) -> Reply {
    let path = caller.path();
    let path = path.strip_prefix("/admin").unwrap_or(path);
    let query = caller.raw_query().map(|query| format!("?{query}")).unwrap_or_default();
    Reply::redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{base}{prefix}{path}{query}"))
}
