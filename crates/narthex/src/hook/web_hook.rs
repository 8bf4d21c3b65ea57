//! One call of a web hook: what is sent, how often it is tried, and what its answer means.
//!
//! The request's body is made by the user's jsonnet of the moment (`ctx`). Failed connections, `429` and `5xx` are tried again,
//! twice, all within [`BOUND`]. Source: the `web_hook` action of the reference server.

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use narthex_api::message::{Message, Severity};
use narthex_config::WebHook;
use narthex_jsonnet::{Arguments, EvalError, Evaluator, Snippet};
use narthex_schema::Violation;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::Scene;
use super::change::IdentityChange;
use super::request::Target;
use crate::edge::{Caller, Problem};
use crate::flow::Failure;
use crate::outside::{Answer, Ask, Outside, OutsideError};

/// How long a hook may take, all tries included.
const BOUND: Duration = Duration::from_secs(30);
/// How long to wait before the second and the third try.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// Asks a target whether the flow may go on, and what is to be otherwise.
///
/// # Errors
/// What the target has against it, for the person at the form; or that it cannot be asked.
pub async fn ask(caller: &Caller, hook: &WebHook, scene: &Scene) -> Result<Option<IdentityChange>, Failure> {
    if hook.response.ignore {
        return Err(Problem::misconfigured(
            "A web hook cannot both be ignored (response.ignore) and have a say (can_interrupt, response.parse).",
        )
        .into());
    }
    let Some(answer) = Call::new(caller, hook, scene)?.run().await? else { return Ok(None) };
    if answer.status >= 400 {
        return Err(refusal(&answer));
    }
    if answer.status != 200 || !hook.response.parse {
        return Ok(None);
    }
    let wish: Wish = object(&answer)?;
    Ok(wish.identity)
}

/// Tells a target what has happened.
///
/// # Errors
/// Where it does not take it, unless nobody waits for that.
pub async fn tell(caller: &Caller, hook: &WebHook, scene: &Scene) -> Result<(), Problem> {
    let call = Call::new(caller, hook, scene)?;
    if hook.response.ignore {
        tokio::spawn(async move {
            let url = call.target.url.clone();
            if let Err(problem) = call.run().await {
                tracing::warn!(url, reason = problem.reason, debug = problem.debug, "a web hook that nobody waits for failed");
            }
        });
        return Ok(());
    }
    match call.run().await? {
        Some(answer) if answer.status >= 400 => {
            Err(Problem::new(StatusCode::BAD_GATEWAY, "A web hook did not take what it was told. Please try again later.")
                .with_debug(format!("the target answered {}", answer.status)))
        }
        _ => Ok(()),
    }
}

/// Calls a target with `context`, and hands back what it answers, whatever that is; nothing where the snippet calls it off. Without
/// a snippet the context itself is the body.
///
/// # Errors
/// Where it cannot be called, or does not answer.
pub async fn fetch(caller: &Caller, hook: &WebHook, context: Value) -> Result<Option<Answer>, Problem> {
    let mut call = Call::new(caller, hook, &Scene::default())?;
    call.context = context;
    if call.snippet.is_some() {
        return call.run().await;
    }
    let body = call
        .target
        .body(&call.context.to_string())
        .map_err(|reason| Problem::misconfigured(format!("A web hook cannot be called: {reason}.")))?;
    deliver(&call.outside, &call.target, body).await.map(Some)
}

/// What an answer may ask for.
#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    identity: Option<IdentityChange>,
}

/// What an answer has against the flow.
#[derive(Deserialize)]
struct Objection {
    #[serde(default)]
    messages: Vec<At>,
}

#[derive(Deserialize)]
struct At {
    #[serde(default)]
    instance_ptr: String,
    #[serde(default)]
    messages: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    text: String,
    #[serde(default, rename = "type")]
    severity: String,
    #[serde(default)]
    context: Option<Value>,
}

impl Said {
    fn message(self) -> Message {
        let severity = if self.severity == "error" { Severity::Error } else { Severity::Info };
        Message { id: self.id, text: self.text.into(), severity, context: self.context.filter(|context| !context.is_null()) }
    }
}

/// The messages of an answer, at the fields that they point to.
fn refusal(answer: &Answer) -> Failure {
    let objection: Objection = match object(answer) {
        Ok(objection) => objection,
        Err(problem) => return problem.into(),
    };
    let violations: Vec<Violation> = objection
        .messages
        .into_iter()
        .flat_map(|at| {
            let path = steps(&at.instance_ptr);
            at.messages.into_iter().map(move |said| Violation {
                pointer: at.instance_ptr.clone(),
                path: path.clone(),
                message: said.message(),
            })
        })
        .collect();
    if violations.is_empty() {
        return misunderstood(answer, "it refuses, but has no messages that say why").into();
    }
    Failure::Invalid(violations)
}

/// The steps of a JSON pointer that may be written as a URI's fragment (RFC 6901).
fn steps(pointer: &str) -> Vec<String> {
    let pointer = pointer.strip_prefix('#').unwrap_or(pointer);
    pointer.split('/').filter(|step| !step.is_empty()).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// What an answer says, if it is an object: a list would pass for one.
fn object<T: DeserializeOwned>(answer: &Answer) -> Result<T, Problem> {
    let members: Map<String, Value> = serde_json::from_slice(&answer.body).map_err(|error| misunderstood(answer, error))?;
    T::deserialize(Value::Object(members)).map_err(|error| misunderstood(answer, error))
}

fn misunderstood(answer: &Answer, why: impl std::fmt::Display) -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "The answer of a web hook cannot be understood. Please try again later.")
        .with_debug(format!("the answer has status {}: {why}", answer.status))
}

/// A call with all it needs, whether or not the request that led to it still lasts.
struct Call {
    outside: Outside,
    jsonnet: Evaluator,
    target: Target,
    snippet: Option<Snippet>,
    context: Value,
}

impl Call {
    fn new(caller: &Caller, hook: &WebHook, scene: &Scene) -> Result<Self, Problem> {
        Ok(Self {
            outside: caller.app.outside.clone(),
            jsonnet: caller.app.jsonnet.clone(),
            target: Target::of(hook).map_err(|reason| Problem::misconfigured(format!("A web hook cannot be called: {reason}.")))?,
            snippet: hook.body.as_deref().and_then(|url| caller.settings.snippets.get(url)).cloned(),
            context: context(caller, scene),
        })
    }

    /// Makes the body and calls; no answer where the snippet calls it off.
    async fn run(self) -> Result<Option<Answer>, Problem> {
        let Some(snippet) = &self.snippet else {
            return Err(Problem::misconfigured("A web hook has no body. Name the jsonnet that makes it in config.body of the hook."));
        };
        let arguments = Arguments { tla: vec![("ctx".to_owned(), self.context)], ext: Vec::new() };
        let made = match self.jsonnet.evaluate(snippet, &arguments).await {
            Ok(made) => made,
            Err(EvalError::Cancelled) => return Ok(None),
            Err(EvalError::Busy) => return Err(Problem::busy()),
            Err(error) => return Err(not_made(snippet, error)),
        };
        let body = self.target.body(&made).map_err(|reason| not_made(snippet, reason))?;
        deliver(&self.outside, &self.target, body).await.map(Some)
    }
}

fn not_made(snippet: &Snippet, why: impl std::fmt::Display) -> Problem {
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "The body of a web hook could not be made. Whoever runs this server finds the reason in its log.",
    )
    .with_debug(format!("{}: {why}", snippet.name()))
}

async fn deliver(outside: &Outside, target: &Target, body: Option<Vec<u8>>) -> Result<Answer, Problem> {
    let end = Instant::now() + BOUND;
    let mut headers = target.headers.clone();
    headers.insert("ory-webhook-trigger-id", id());
    let mut pauses = PAUSES.iter();
    loop {
        headers.insert("ory-webhook-request-id", id());
        let left = end.saturating_duration_since(Instant::now());
        let ask = Ask { method: target.method.clone(), url: &target.url, headers: headers.clone(), body: body.clone(), timeout: left };
        let result = outside.ask(ask).await;
        let again = match &result {
            Ok(answer) => answer.status == 429 || (answer.status >= 500 && answer.status != 501),
            Err(OutsideError::Failed { .. }) => true,
            Err(_) => false,
        };
        match pauses.next() {
            Some(pause) if again && Instant::now() + *pause < end => tokio::time::sleep(*pause).await,
            _ => return result.map_err(unanswered),
        }
    }
}

fn unanswered(error: OutsideError) -> Problem {
    let (status, reason) = match &error {
        OutsideError::TimedOut(_) => (StatusCode::GATEWAY_TIMEOUT, "A web hook did not answer in time. Please try again later."),
        OutsideError::TooLarge(_) | OutsideError::Status { .. } => {
            (StatusCode::BAD_GATEWAY, "A web hook gave an answer of no use. Please try again later.")
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "A web hook could not be reached. Please try again later."),
    };
    Problem::new(status, reason).with_debug(error)
}

fn id() -> HeaderValue {
    HeaderValue::try_from(Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("none"))
}

/// What the snippet gets to see.
fn context(caller: &Caller, scene: &Scene) -> Value {
    let cookies: Map<String, Value> = crate::edge::cookie::names(caller.headers())
        .filter_map(|name| caller.cookie(name).map(|value| (name.to_owned(), Value::from(value))))
        .collect();
    let mut context = json!({
        "flow": scene.flow,
        "request_headers": caller.shown_headers(),
        "request_method": caller.method().as_str(),
        "request_url": caller.request_url(),
        "request_cookies": cookies,
    });
    if let Some(members) = context.as_object_mut() {
        let more = [("identity", &scene.identity), ("session", &scene.session)];
        members.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?))));
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: http::HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn messages_point_at_fields() {
        let body = r##"{"messages": [{"instance_ptr": "#/traits/a~1b", "messages": [{"id": 7, "text": "no", "type": "error", "context": {"x": 1}}, {"id": 8, "text": "hm", "type": "success"}]}, {"messages": [{"id": 9}]}]}"##;
        let Failure::Invalid(violations) = refusal(&answer(400, body)) else { panic!("not refused with messages") };
        let seen: Vec<_> = violations.iter().map(|v| (v.path.clone(), v.message.id, v.message.severity)).collect();
        let field = vec!["traits".to_owned(), "a/b".to_owned()];
        assert_eq!(seen, [(field.clone(), 7, Severity::Error), (field, 8, Severity::Info), (Vec::new(), 9, Severity::Info)]);
    }

    #[test]
    fn a_refusal_without_messages_is_an_error() {
        for body in ["", "no", "{}", r#"{"messages": []}"#, "[]"] {
            assert!(matches!(refusal(&answer(403, body)), Failure::Problem(_)), "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_answer_can_be_read(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200), pointer in ".{0,40}") {
            let _ = refusal(&Answer { status: 400, headers: http::HeaderMap::new(), body });
            let _ = steps(&pointer);
        }
    }
}
