//! One call of a web hook: what is sent, and how often it is tried. Next: `answer.rs` for what comes back.
//!
//! The request's body is made by the user's jsonnet of the moment (`ctx`). Failed connections, `429` and `5xx` are tried again,
//! twice, all within [`BOUND`], after pauses of which a part is left to chance. Source: the `web_hook` action of the reference server.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode};
use narthex_config::WebHook;
use narthex_jsonnet::{Arguments, EvalError};
use rand::Rng;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::change::IdentityChange;
use super::request::{Media, Target};
use super::{Scene, answer, outbox};
use crate::app::App;
use crate::audit::{self, Event, HookFault};
use crate::config::Settings;
use crate::edge::{Caller, Problem};
use crate::flow::Failure;
use crate::outside::{Answer, Ask, OutsideError};

/// How long a hook may take, all tries included.
const BOUND: Duration = Duration::from_secs(30);
/// How long to wait before the second and the third try, at most; at least half of it.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// Asks a target whether the flow may go on, and what is to be otherwise.
///
/// # Errors
/// What the target has against it, for the person at the form; or that it cannot be asked.
pub async fn ask(caller: &Caller, hook: &WebHook, scene: &Scene) -> Result<Option<IdentityChange>, Failure> {
    match asked(caller, hook, scene).await {
        Err(Failure::Problem(problem)) => Err(told_of(caller, hook, scene, *problem).await.into()),
        other => other,
    }
}

async fn asked(caller: &Caller, hook: &WebHook, scene: &Scene) -> Result<Option<IdentityChange>, Failure> {
    if hook.response.ignore {
        return Err(Problem::misconfigured(
            "A web hook cannot both be ignored (response.ignore) and have a say (can_interrupt, response.parse).",
        )
        .into());
    }
    let Some(answer) = Call::new(caller, hook, scene).run().await? else { return Ok(None) };
    if answer.status >= 400 {
        return Err(answer::refusal(&answer));
    }
    if answer.status != 200 || !hook.response.parse {
        return Ok(None);
    }
    Ok(answer::wish(&answer)?)
}

/// Tells a target what has happened. What the outbox takes was kept with that already, see [`outbox::keep_into`].
///
/// # Errors
/// Where it does not take it, unless nobody waits for that.
pub async fn tell(caller: &Caller, hook: &WebHook, scene: &Scene) -> Result<(), Problem> {
    match told(caller, hook, scene).await {
        Err(problem) => Err(told_of(caller, hook, scene, problem).await),
        Ok(()) => Ok(()),
    }
}

/// The same problem, once operators have been told that the web hook failed.
pub async fn told_of(caller: &Caller, hook: &WebHook, scene: &Scene, problem: Problem) -> Problem {
    super::failed(hook, &problem.reason, problem.debug.as_deref());
    audit::record(caller, failed(hook, scene, &problem)).await;
    problem
}

async fn told(caller: &Caller, hook: &WebHook, scene: &Scene) -> Result<(), Problem> {
    if outbox::takes(&caller.settings, hook) {
        return Ok(());
    }
    let call = Call::new(caller, hook, scene);
    if hook.response.ignore {
        let (app, hook, scene) = (caller.app.clone(), hook.clone(), scene.clone());
        tokio::spawn(async move {
            if let Err(problem) = taken(call.run().await) {
                super::failed(&hook, &problem.reason, problem.debug.as_deref());
                audit::record_by_system(&app, failed(&hook, &scene, &problem)).await;
            }
        });
        return Ok(());
    }
    taken(call.run().await)
}

/// Whether a target has taken what it was told.
fn taken(answer: Result<Option<Answer>, Problem>) -> Result<(), Problem> {
    match answer {
        Ok(Some(answer)) if answer.status >= 400 => {
            Err(Problem::new(StatusCode::BAD_GATEWAY, "A web hook did not take what it was told. Please try again later.")
                .with_debug(format!("the target answered {}", answer.status)))
        }
        other => other.map(drop),
    }
}

/// A failed call as an event.
pub(super) fn failed(hook: &WebHook, scene: &Scene, problem: &Problem) -> Event {
    let fault = match problem.status {
        StatusCode::GATEWAY_TIMEOUT => HookFault::TimedOut,
        StatusCode::BAD_GATEWAY => HookFault::BadAnswer,
        StatusCode::SERVICE_UNAVAILABLE => HookFault::Busy,
        _ => HookFault::Failed,
    };
    let id = |of: Option<&Value>| of.and_then(|of| of.get("id")).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok());
    let signed_in = id(scene.session.as_ref().and_then(|session| session.get("identity")));
    let event = super::failure(hook, fault).of(id(scene.identity.as_ref()).filter(|id| !id.is_nil()).or(signed_in));
    let event = if signed_in.is_some() { event.by_owner() } else { event };
    match id(Some(&scene.flow)) {
        Some(flow) => event.flow(flow),
        None => event,
    }
}

/// Calls a target in confidence with what is asked beside the scene, and hands back what it answers, whatever that is; nothing where
/// the snippet calls it off. Without a snippet what is asked is the body.
///
/// # Errors
/// Where it cannot be called, or does not answer.
pub async fn fetch(caller: &Caller, hook: &WebHook, scene: &Scene, asked: Map<String, Value>) -> Result<Option<Answer>, Problem> {
    let mut call = Call { confidential: true, ..Call::new(caller, hook, scene) };
    if hook.body.is_some() {
        if let Some(members) = call.context.as_object_mut() {
            members.extend(asked);
        }
        return call.run().await;
    }
    let target = call.target()?;
    let body = target.body(&Value::Object(asked).to_string(), media(&target)?).map_err(|reason| uncallable(&reason))?;
    call.deliver(&target, body).await.map(Some)
}

/// A call with all it needs, whether or not the request that led to it still lasts.
pub(super) struct Call {
    app: App,
    settings: Arc<Settings>,
    hook: WebHook,
    context: Value,
    /// Whether it is made on behalf of a native application's submission, whose plain errors have the status 400.
    native: bool,
    /// Whether it carries what no other server may get, wherever its target redirects to.
    confidential: bool,
}

impl Call {
    pub(super) fn new(caller: &Caller, hook: &WebHook, scene: &Scene) -> Self {
        let native = caller.method() == http::Method::POST && scene.flow.get("type").is_some_and(|kind| kind == "api");
        Self {
            app: caller.app.clone(),
            settings: caller.settings.clone(),
            hook: hook.clone(),
            context: context(caller, scene),
            native,
            confidential: false,
        }
    }

    fn target(&self) -> Result<Target, Problem> {
        Target::of(&self.hook).map_err(|reason| uncallable(&reason))
    }

    /// Makes the body and calls; no answer where the snippet calls it off.
    async fn run(self) -> Result<Option<Answer>, Problem> {
        let target = self.target()?;
        let Some(body) = self.body(&target).await? else { return Ok(None) };
        self.deliver(&target, body).await.map(Some)
    }

    /// What is to be sent; nothing at all where the snippet calls it off.
    pub(super) async fn make(&self) -> Result<Option<Option<Vec<u8>>>, Problem> {
        self.body(&self.target()?).await
    }

    async fn body(&self, target: &Target) -> Result<Option<Option<Vec<u8>>>, Problem> {
        let Some(url) = &self.hook.body else {
            return Err(self.plain("A web hook has no body. Name the jsonnet that makes it in config.body of the hook."));
        };
        let media = media(target)?;
        let snippet = match self.settings.snippets.get(url, &self.app.outside).await {
            Ok(Some(snippet)) => snippet,
            Ok(None) => return Err(self.not_made("the configuration was read again and does not name its jsonnet any more")),
            Err(reason) => return Err(self.not_made(&reason)),
        };
        let arguments = Arguments { tla: vec![("ctx".to_owned(), self.context.clone())], ext: Vec::new() };
        let made = match self.app.jsonnet.evaluate(snippet, &arguments).await {
            Ok(made) => made,
            // A form has no way to call off a call.
            Err(EvalError::Cancelled) if media == Media::Json => return Ok(None),
            Err(EvalError::Busy) => return Err(Problem::busy()),
            Err(error) => return Err(self.not_made(&format!("{}: {error}", snippet.name()))),
        };
        target.body(&made, media).map(Some).map_err(|reason| self.not_made(&format!("{}: {reason}", snippet.name())))
    }

    fn not_made(&self, why: &str) -> Problem {
        self.plain("The body of a web hook could not be made. Whoever runs this server finds the reason in its log.").with_debug(why)
    }

    /// An error that the reference server gives no status of its own.
    fn plain(&self, reason: &str) -> Problem {
        let problem = Problem { apart: true, ..Problem::new(StatusCode::INTERNAL_SERVER_ERROR, reason) };
        if self.native { Problem { status: StatusCode::BAD_REQUEST, ..problem.told_as("Internal Server Error") } } else { problem }
    }

    async fn deliver(&self, target: &Target, body: Option<Vec<u8>>) -> Result<Answer, Problem> {
        let end = Instant::now() + BOUND;
        let id = Uuid::new_v4().to_string();
        let mut pauses = PAUSES.iter();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let headers = headers(&self.app, &self.settings, &self.hook, target, &id, body.as_deref());
            let ask = Ask { method: target.method.clone(), url: &target.url, headers, body: body.clone(), timeout: left };
            let outside = &self.app.outside;
            let result = if self.confidential { outside.ask(ask).await } else { outside.ask_along(ask).await };
            let again = match &result {
                Ok(answer) => answer.status == 429 || (answer.status >= 500 && answer.status != 501),
                Err(OutsideError::Failed { .. }) => true,
                Err(_) => false,
            };
            let pause = pauses.next().map(|most| most.mul_f64(rand::rng().random_range(0.5..=1.0)));
            match pause {
                Some(pause) if again && Instant::now() + pause < end => tokio::time::sleep(pause).await,
                _ => {
                    called(&self.hook, &id, result.as_ref().ok().map(|answer| answer.status));
                    return result.map_err(|error| self.unanswered(&error));
                }
            }
        }
    }

    fn unanswered(&self, error: &OutsideError) -> Problem {
        let problem = match error {
            OutsideError::TimedOut(_) => {
                Problem::new(StatusCode::GATEWAY_TIMEOUT, "A web hook did not answer in time. Please try again later.")
            }
            OutsideError::TooLarge(_) | OutsideError::Status { .. } => {
                Problem::new(StatusCode::BAD_GATEWAY, "A web hook gave an answer of no use. Please try again later.")
            }
            _ => self.plain("A web hook could not be reached. Please try again later."),
        };
        problem.with_debug(error)
    }
}

/// The headers of one try. `id` stays the same over all tries of a call.
pub(super) fn headers(app: &App, settings: &Settings, hook: &WebHook, target: &Target, id: &str, body: Option<&[u8]>) -> HeaderMap {
    let mut headers = target.headers.clone();
    if hook.emit_analytics_event {
        for (name, id) in [("ory-webhook-trigger-id", id), ("ory-webhook-request-id", &Uuid::new_v4().to_string())] {
            if let Ok(id) = HeaderValue::try_from(id) {
                headers.insert(name, id);
            }
        }
    }
    if settings.signer.signs() || outbox::takes(settings, hook) {
        settings.signer.sign(&mut headers, id, app.clock.now(), body.unwrap_or_default());
    }
    headers
}

/// Shows a call in the log and in traces, unless its hook is to stay out of them.
pub(super) fn called(hook: &WebHook, id: &str, answered: Option<u16>) {
    if hook.emit_analytics_event {
        tracing::info!(hook = hook.id, trigger = id, answered, "a web hook was called");
    }
}

fn media(target: &Target) -> Result<Media, Problem> {
    target.media().map_err(|content_type| {
        Problem::misconfigured("A web hook cannot be called: its body is JSON or a form, and its Content-Type says otherwise.")
            .with_detail("invalid_content_type", content_type)
    })
}

fn uncallable(reason: &str) -> Problem {
    Problem::misconfigured(format!("A web hook cannot be called: {reason}."))
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
