//! The page that tells a person where they are signed in, and lets them end that.

use http::StatusCode;
use narthex_ui::{Ended, Sessions};

use super::{reply, ui, with_parameter};
use crate::edge::body::Body;
use crate::edge::{Caller, Problem, Reply};
use crate::session::own;

/// As many other sessions as the page lists.
const SHOWN: usize = 100;
/// The value of the form's field `session` that stands for all others.
const OTHERS: &str = "others";

/// Lists the sessions.
pub(super) async fn show(caller: &Caller) -> Result<Reply, Problem> {
    let ui = ui(caller)?;
    let session = match own::signed_in(caller).await {
        Ok((session, _)) => session,
        Err(problem) => return sign_in(caller, problem),
    };
    let now = caller.app.clock.now();
    let others = own::others(caller, &session, 0, SHOWN).await?;
    let more = others.len() == SHOWN && own::count_others(caller, &session).await? > SHOWN;
    let others: Vec<_> = others.iter().map(|other| other.bare(&caller.settings, now)).collect();
    let ended = match caller.query.get("ended") {
        Some("one") => Some(Ended::One),
        Some(OTHERS) => Some(Ended::Others),
        _ => None,
    };
    let token = caller.mask();
    let shown = Sessions { current: &session.bare(&caller.settings, now), others: &others, more, ended, csrf_token: token.as_str() };
    Ok(reply(&ui, StatusCode::OK, ui.sessions(&shown)))
}

/// Ends one of them, or all but the present one, and leads back to the list.
pub(super) async fn end(caller: &Caller) -> Result<Reply, Problem> {
    ui(caller)?;
    let sent = match Body::decode(caller.headers(), &caller.body) {
        Ok(Body::Form(fields)) => fields,
        Ok(Body::Json(_)) => return Err(Problem::bad_request("This page takes the fields of its form only.")),
        Err(unreadable) => return Err(Problem::bad_request(unreadable.0)),
    };
    let field = |name: &str| sent.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    caller.check_csrf(field("csrf_token"))?;
    let session = match own::signed_in(caller).await {
        Ok((session, _)) => session,
        Err(problem) => return sign_in(caller, problem),
    };
    let ended = match field("session").unwrap_or_default() {
        OTHERS => {
            own::end_others(caller, &session).await?;
            OTHERS
        }
        id => {
            own::end(caller, &session, id).await?;
            "one"
        }
    };
    Ok(Reply::see_other(&with_parameter(&address(caller), "ended", ended)))
}

/// Sends whoever is not signed in to where they can, and back here; other problems are answered as such.
fn sign_in(caller: &Caller, problem: Problem) -> Result<Reply, Problem> {
    if problem.status != StatusCode::UNAUTHORIZED {
        return Err(problem);
    }
    let login = format!("{}/self-service/login/browser", caller.settings.public_url);
    Ok(Reply::see_other(&match caller.settings.return_to.check(&address(caller)) {
        Ok(back) => with_parameter(&login, "return_to", &back),
        Err(_) => login,
    }))
}

fn address(caller: &Caller) -> String {
    format!("{}/ui/sessions", caller.settings.public_url)
}
