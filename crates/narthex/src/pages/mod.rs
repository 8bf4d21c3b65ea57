//! The server's own pages: they fetch flows as any client does, and draw them with `narthex-ui`.
//! Never decides anything about a flow. Next: `flow.rs` for the pages of flows, `sessions.rs` for one's own sessions, `mailbox.rs` for the development mailbox.

mod flow;
mod mailbox;
mod sessions;
pub mod theme;

use http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, HeaderValue};
use http::{Method, StatusCode};
use narthex_api::problem::ErrorDetail;
use narthex_ui::{Page, Ui};

use crate::edge::{Caller, Guard, Problem, Reply, Resource};
use crate::{handler, session};

/// The pages of the public listener.
pub fn routes() -> Vec<Resource> {
    let get = |path, handler| Resource::new(path, Guard::Csrf).on(Method::GET, handler);
    vec![
        get("/ui", handler!(home)),
        get("/ui/welcome", handler!(welcome)),
        get("/ui/error", handler!(error)),
        get("/ui/registration", handler!(flow::registration)),
        get("/ui/login", handler!(flow::login)),
        get("/ui/verification", handler!(flow::verification)),
        get("/ui/recovery", handler!(flow::recovery)),
        get("/ui/settings", handler!(flow::settings)),
        get("/ui/logout", handler!(logout)),
        get("/ui/sessions", handler!(sessions::show)),
        Resource::new("/ui/sessions/end", Guard::CsrfByFlow).on(Method::POST, handler!(sessions::end)),
        assets(),
    ]
}

/// The pages of the admin listener.
pub fn admin_routes() -> Vec<Resource> {
    [mailbox::routes(), vec![assets()]].concat()
}

fn assets() -> Resource {
    Resource::new("/ui/assets/{name}", Guard::Open).on(Method::GET, handler!(asset))
}

/// The pages in the language of this browser.
fn ui(caller: &Caller) -> Result<Ui<'_>, Problem> {
    if !caller.settings.config.narthex.ui.served() {
        return Err(Problem::not_found("This server shows no pages of its own: narthex.ui.enabled is false."));
    }
    Ok(caller.settings.theme.ui(caller.header("accept-language")))
}

/// The pages of the admin listener, in the language of this browser.
fn admin_ui(caller: &Caller) -> Result<Ui<'_>, Problem> {
    ui(caller)?;
    Ok(caller.settings.admin_theme.ui(caller.header("accept-language")))
}

/// A page as an answer.
fn reply(ui: &Ui<'_>, status: StatusCode, page: Page) -> Reply {
    Reply::page(status, page.html, &page.content_security_policy).header(CONTENT_LANGUAGE, HeaderValue::from_static(ui.locale().tag()))
}

/// An error as a page.
fn problem_page(ui: &Ui<'_>, detail: &ErrorDetail) -> Reply {
    let status = StatusCode::from_u16(detail.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply(ui, status, ui.error(detail))
}

async fn home(caller: &Caller) -> Result<Reply, Problem> {
    ui(caller)?;
    Ok(Reply::see_other(&format!("{}/ui/welcome", caller.settings.public_url)))
}

async fn welcome(caller: &Caller) -> Result<Reply, Problem> {
    let ui = ui(caller)?;
    let current = session::current(caller).await?;
    let shown = current.map(|(session, identity)| session.public(&caller.settings, &identity, caller.app.clock.now()));
    Ok(reply(&ui, StatusCode::OK, ui.welcome(shown.as_ref())))
}

/// Asks whether to sign out; without a session, says that it is done.
async fn logout(caller: &Caller) -> Result<Reply, Problem> {
    let ui = ui(caller)?;
    let url = match session::current(caller).await? {
        Some((session, _)) => Some(crate::flow::logout::offer_for(caller, &session)?.logout_url),
        None => None,
    };
    Ok(reply(&ui, StatusCode::OK, ui.logout(url.as_deref())))
}

async fn error(caller: &Caller) -> Result<Reply, Problem> {
    let ui = ui(caller)?;
    let asked = caller.query.filled("id").unwrap_or_default();
    let detail = match crate::flow::error::detail(caller, asked).await {
        Ok(detail) => detail,
        Err(problem) => problem.body(false).error,
    };
    Ok(problem_page(&ui, &detail))
}

async fn asset(caller: &Caller) -> Result<Reply, Problem> {
    let name = caller.path().rsplit('/').next().unwrap_or_default();
    let asset = caller.settings.theme.asset(name).ok_or_else(|| Problem::not_found("There is no such file."))?;
    let reply = Reply::text(StatusCode::OK, asset.content_type, asset.bytes.to_vec());
    Ok(if asset.immutable { reply.header(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")) } else { reply })
}

/// `url` with one parameter of its query set.
pub fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let (rest, fragment) = url.split_once('#').map_or((url, ""), |(rest, fragment)| (rest, fragment));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(known, _)| known != name).collect();
    pairs.push((name.to_owned(), value.to_owned()));
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = if fragment.is_empty() { "" } else { "#" };
    format!("{path}?{query}{mark}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::with_parameter;

    #[test]
    fn a_parameter_takes_the_place_of_another_of_its_name() {
        assert_eq!(with_parameter("http://ui.example/a?lang=eo&flow=old#top", "flow", "1"), "http://ui.example/a?flow=1&lang=eo#top");
        assert_eq!(with_parameter("/ui/registration", "flow", "1"), "/ui/registration?flow=1");
    }
}
