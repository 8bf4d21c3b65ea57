//! From one listener to the other: paths that are known here but answered there are redirected, method and body and all.
//! Clients that were given the wrong one of the two addresses get on.

use http::{Method, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::handler;

/// What a path cannot hold as it is.
const UNSAFE: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?').add(b'`').add(b'{').add(b'}');

const FLOWS: [[&str; 4]; 5] = [
    ["/self-service/login", "/self-service/login/browser", "/self-service/login/api", "/self-service/login/flows"],
    [
        "/self-service/registration",
        "/self-service/registration/browser",
        "/self-service/registration/api",
        "/self-service/registration/flows",
    ],
    ["/self-service/recovery", "/self-service/recovery/browser", "/self-service/recovery/api", "/self-service/recovery/flows"],
    [
        "/self-service/verification",
        "/self-service/verification/browser",
        "/self-service/verification/api",
        "/self-service/verification/flows",
    ],
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
    resources.extend(
        ["/self-service/logout", "/self-service/logout/browser", "/self-service/errors", "/schemas", "/schemas/{id}"]
            .map(|path| there(path, &[Method::GET])),
    );
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
    resources.extend(
        ["/version", "/metrics/prometheus", "/courier/messages"].map(|path| Resource::new(path, Guard::Open).any(handler!(nothing))),
    );
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
    let path = rewritten(path.strip_prefix("/admin").unwrap_or(path));
    let query = caller.raw_query().map(|query| format!("?{query}")).unwrap_or_default();
    Reply::redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{base}{prefix}{path}{query}"))
}

/// A path decoded and encoded again, as clients of the reference server are redirected: an encoded slash becomes a plain one.
fn rewritten(path: &str) -> String {
    utf8_percent_encode(&percent_decode_str(path).decode_utf8_lossy(), UNSAFE).to_string()
}

#[cfg(test)]
mod tests {
    use super::rewritten;

    #[test]
    fn a_path_stays_one_line_and_one_path() {
        assert_eq!(rewritten("/schemas/with%2Fslash"), "/schemas/with/slash");
        assert_eq!(rewritten("/schemas/%C3%BC%20%3F%23%0d%0aX"), "/schemas/%C3%BC%20%3F%23%0D%0AX");
    }

    proptest::proptest! {
        #[test]
        fn any_path_can_be_rewritten(path in "(/|%[0-9a-f]{2}|[ -~]){0,40}") {
            let rewritten = rewritten(&path);
            proptest::prop_assert!(rewritten.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#')));
        }
    }
}
