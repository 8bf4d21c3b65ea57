//! Passwords that another system knows: it is asked once, at the first sign-in, and the password is kept here from then on.

use narthex_config::WebHook;
use serde_json::{Map, Value};

use crate::edge::{Caller, Problem};
use crate::hook::{Scene, places, web_hook};

/// The longest answer, in bytes.
const LONGEST_ANSWER: usize = 1024;

/// Whether the other system says that this is the password.
///
/// # Errors
/// Where the configuration does not allow to ask, or the other system gives no answer of use.
pub(super) async fn is_right(caller: &Caller, scene: &Scene, identifier: &str, password: &str) -> Result<bool, Problem> {
    let hook = &caller.settings.config.selfservice.methods.password.config.migrate_hook;
    let Some(hook) = hook.enabled.then(|| places::migration(&hook.config)).flatten() else {
        return Err(Problem::misconfigured(
            "The password of this account is kept by another system, which the server does not ask: set selfservice.methods.password.config.migrate_hook.",
        ));
    };
    let tried = Map::from_iter([("identifier".to_owned(), identifier.into()), ("password".to_owned(), password.into())]);
    match ask(caller, &hook, scene, tried).await {
        Ok(right) => Ok(right),
        Err(problem) => Err(web_hook::told_of(caller, &hook, scene, problem).await),
    }
}

async fn ask(caller: &Caller, hook: &WebHook, scene: &Scene, tried: Map<String, Value>) -> Result<bool, Problem> {
    let Some(answer) = web_hook::fetch(caller, hook, scene, tried).await? else { return Ok(false) };
    let said = answer.body.get(..answer.body.len().min(LONGEST_ANSWER)).and_then(|body| serde_json::from_slice::<Value>(body).ok());
    match (answer.status, said) {
        (403, _) => Ok(false),
        (200, Some(said)) => Ok(said.get("status").and_then(Value::as_str) == Some("password_match")),
        (status, _) => Err(Problem::new(
            http::StatusCode::BAD_GATEWAY,
            "The system that knows the password gave no answer of use. Please try again later.",
        )
        .with_debug(format!("the password migration hook answered {status}"))),
    }
}
