//! The OAuth2 provider's login requests: read when a flow begins for one, accepted when it ends.
//! Never an OAuth2 server itself. Source: the admin API of Ory Hydra.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use crate::edge::{Caller, Problem, Reply};
use crate::outside::{Answer, Ask};
use crate::session::Session;

const TIMEOUT: Duration = Duration::from_secs(10);

/// The login request that the flow is begun for, if it is for one.
///
/// # Errors
/// Where one is named but empty, or no provider is configured.
pub fn challenge(caller: &Caller) -> Result<Option<String>, Problem> {
    let Some(challenge) = caller.query.get("login_challenge") else { return Ok(None) };
    if caller.settings.config.oauth2_provider.url.is_none() {
        return Err(Problem::misconfigured(
            "The request is for an OAuth2 login (login_challenge), but the server knows no OAuth2 provider: set oauth2_provider.url.",
        ));
    }
    if challenge.is_empty() {
        return Err(Problem::bad_request("The parameter login_challenge is empty: send the one that the OAuth2 provider gave."));
    }
    Ok(Some(challenge.to_owned()))
}

/// The login request as the provider tells it; nothing where there is no challenge.
///
/// # Errors
/// Where the provider does not know it, or does not answer.
pub async fn login_request(caller: &Caller, challenge: Option<&str>) -> Result<Option<Value>, Problem> {
    let Some(challenge) = challenge else { return Ok(None) };
    let answer = ask(caller, Method::GET, "", challenge, None).await?;
    let request: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let usable =
        |request: &Value| request.get("client").is_some_and(Value::is_object) && request.get("request_url").is_some_and(Value::is_string);
    match request {
        Some(request) if answer.status == 200 && usable(&request) => Ok(Some(request)),
        // The provider is ill: that is not the caller's fault.
        _ if answer.status >= 500 => {
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The OAuth2 provider failed. Please try again later.")
                .with_detail("status_code", answer.status))
        }
        other => Err(refused(
            &answer,
            other.as_ref(),
            StatusCode::BAD_REQUEST,
            "The OAuth2 login request cannot be used: the provider does not know it, or it has been used or has timed out. Begin again at the application.",
        )),
    }
}

/// Whether the provider is content with the session that there is.
pub fn may_skip(request: &Value) -> bool {
    request.get("skip").and_then(Value::as_bool).unwrap_or(false)
}

/// The URL by which the login request was made, which `oauth2_provider.override_return_to` returns to.
pub fn request_url(request: &Value) -> Option<&str> {
    request.get("request_url").and_then(Value::as_str)
}

/// Goes on where somebody who is signed in was sent to sign up for a login request: back to the provider, if it is content
/// with the session that there is, or else to the login flow.
///
/// # Errors
/// Where the provider does not accept the session.
pub async fn go_on_signed_in(caller: &Caller, request: &Value, session: &Session) -> Result<Reply, Problem> {
    if may_skip(request) {
        let challenge = caller.query.get("login_challenge").unwrap_or_default();
        return elsewhere(caller, &accept(caller, challenge, session).await?);
    }
    let mut query = caller.query.pairs().to_vec();
    if let Some(url) = request_url(request).filter(|_| caller.settings.config.oauth2_provider.override_return_to) {
        query.retain(|(name, _)| name != "return_to");
        query.push(("return_to".to_owned(), url.to_owned()));
    }
    query.sort_by(|(a, _), (b, _)| a.cmp(b));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    Ok(Reply::redirect(StatusCode::FOUND, &format!("{}/self-service/login/browser?{query}", caller.settings.public_url)))
}

/// Sends the browser to `url`: by a redirect, or where a script asked, by telling the script.
///
/// # Errors
/// With what a script is told.
pub fn elsewhere(caller: &Caller, url: &str) -> Result<Reply, Problem> {
    if !caller.is_json() {
        return Ok(Reply::see_other(url));
    }
    Err(location_change(url))
}

/// What a script is told whose browser has to go to `url`.
pub fn location_change(url: &str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "The browser has to go elsewhere to finish this: see redirect_browser_to.")
        .with_id("browser_location_change_required")
        .with("redirect_browser_to", url)
}

/// Tells the provider who has signed in, and answers where the browser goes on.
///
/// # Errors
/// Where the provider does not accept it, or does not answer.
pub async fn accept(caller: &Caller, challenge: &str, session: &Session) -> Result<String, Problem> {
    let config = &caller.settings.config.session;
    let methods: Vec<&str> = session.methods.iter().map(|proof| proof.method.as_ref()).collect();
    let body = json!({
        "amr": methods,
        "identity_provider_session_id": session.id,
        "remember": config.cookie.persistent,
        "remember_for": config.lifespan.as_secs(),
        "subject": session.identity_id,
    });
    let answer = ask(caller, Method::PUT, "/accept", challenge, Some(&body)).await?;
    let accepted: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let target = accepted.as_ref().and_then(|accepted| accepted.get("redirect_to")).and_then(Value::as_str);
    match target {
        Some(target) if answer.status == 200 => Ok(target.to_owned()),
        _ => Err(refused(
            &answer,
            accepted.as_ref(),
            StatusCode::INTERNAL_SERVER_ERROR,
            "The OAuth2 provider did not accept the login. Begin again at the application.",
        )),
    }
}

async fn ask(caller: &Caller, method: Method, path: &str, challenge: &str, body: Option<&Value>) -> Result<Answer, Problem> {
    let provider = &caller.settings.config.oauth2_provider;
    let base = provider.url.as_ref().map(narthex_config::UrlRef::as_str).unwrap_or_default().trim_end_matches('/');
    let challenge: String = url::form_urlencoded::byte_serialize(challenge.as_bytes()).collect();
    let url = format!("{base}/admin/oauth2/auth/requests/login{path}?login_challenge={challenge}");
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &provider.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value.expose())) {
            headers.insert(name, value);
        }
    }
    let ask = Ask { method, url: &url, headers, body: body.map(|body| body.to_string().into_bytes()), timeout: TIMEOUT };
    caller.app.outside.ask(ask).await.map_err(|error| {
        let problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The OAuth2 provider could not be reached. Please try again later.");
        problem.with_debug(error)
    })
}

fn refused(answer: &Answer, body: Option<&Value>, status: StatusCode, reason: &str) -> Problem {
    let mut problem = Problem::new(status, reason).with_detail("status_code", answer.status);
    if let Some(hint) = body.and_then(|body| body.get("error_hint")).and_then(Value::as_str) {
        problem = problem.with_detail("oauth2_error_hint", hint);
    }
    problem
}
