//! Delivers kept calls: claims those that are due, calls, and notes down how that ended.
//! Never claims more of a hook than it can begin at once, so that a slow target holds up no other hook and no other instance.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select_all;
use narthex_config::WebHook;
use narthex_db::DbError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::fingerprint;
use super::store::{self, Claimed, Ended, Status};
use crate::app::App;
use crate::audit::{self, HookFault};
use crate::config::Settings;
use crate::hook::request::Target;
use crate::hook::{places, web_hook};
use crate::outside::Ask;

/// Calls of one hook that are under way at the same time.
const CONCURRENCY: usize = 16;
/// How long a target may take to answer.
const BOUND: Duration = Duration::from_secs(20);
/// How long a claim holds: longer than a call and its note take.
const CLAIM: Duration = Duration::from_secs(60);
/// The pause between two looks at an empty queue; and where nothing is kept any more, but may be left from before.
const PAUSE: Duration = Duration::from_secs(1);
const LONG_PAUSE: Duration = Duration::from_secs(30);
/// The longest pause before another try.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// How long a call is due before an instance that does not know its hook gives it up.
const UNKNOWN: Duration = Duration::from_secs(10 * 60);
const NOT_CONFIGURED: &str = "the configuration has no web hook of this id, method and address";
/// How often the note of an end is tried before the call is left to come again.
const NOTES: u32 = 20;

/// Delivers until `stop` says so, or nobody is left to say it, then waits for the calls under way.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut under_way = JoinSet::new();
    let mut lanes = Lanes::new(app.settings());
    let mut swept = None;
    // An error means that the server is gone.
    while !*stop.borrow() && stop.has_changed().is_ok() {
        while under_way.try_join_next().is_some() {}
        if lanes.follow(app.settings()) {
            swept = None;
        }
        if swept.is_none_or(|swept: Instant| swept.elapsed() > LONG_PAUSE) {
            give_up_unknown(&app, &lanes).await;
            swept = Some(Instant::now());
        }
        let claimed = claim(&app, &lanes).await;
        if !claimed.is_empty() {
            for (claimed, place) in claimed {
                under_way.spawn(deliver(app.clone(), claimed, place));
            }
            continue;
        }
        let pause = if app.settings().config.narthex.webhooks.outbox.enabled { PAUSE } else { LONG_PAUSE };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = app.outbox.notified() => {}
            () = lanes.a_place() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// The places of each hook that there is: a target that is slow or dead holds up no other.
struct Lanes {
    settings: Arc<Settings>,
    places: HashMap<String, Arc<Semaphore>>,
}

impl Lanes {
    fn new(settings: Arc<Settings>) -> Self {
        let mut lanes = Self { settings, places: HashMap::new() };
        lanes.fill();
        lanes
    }

    /// Goes by these settings, and tells whether they are others than before. What is under way keeps its places.
    fn follow(&mut self, settings: Arc<Settings>) -> bool {
        let others = !Arc::ptr_eq(&self.settings, &settings);
        if others {
            self.settings = settings;
            self.fill();
        }
        others
    }

    fn fill(&mut self) {
        let mut before = std::mem::take(&mut self.places);
        let hooks = places::web_hooks(&self.settings.config).map(|(_, hook)| fingerprint(hook));
        self.places = hooks
            .map(|hook| {
                let places = before.remove(&hook).unwrap_or_else(|| Arc::new(Semaphore::new(CONCURRENCY)));
                (hook, places)
            })
            .collect();
    }

    /// How many calls of each hook can be begun.
    fn free(&self) -> Vec<(&str, u32)> {
        let free = |places: &Semaphore| u32::try_from(places.available_permits()).unwrap_or(0);
        self.places.iter().map(|(hook, places)| (hook.as_str(), free(places))).filter(|(_, free)| *free > 0).collect()
    }

    /// Ends when a hook that has no place left has one again; there may be more for it.
    async fn a_place(&self) {
        let full = self.places.values().filter(|places| places.available_permits() == 0);
        let full: Vec<_> = full.map(|places| Box::pin(places.acquire())).collect();
        if full.is_empty() {
            std::future::pending::<()>().await;
        }
        let _ = select_all(full).await;
    }
}

/// Claims calls for the free places of all hooks.
async fn claim(app: &App, lanes: &Lanes) -> Vec<(Claimed, OwnedSemaphorePermit)> {
    let now = app.clock.now();
    let claimed = store::claim(&app.db, now, now.plus(CLAIM), &lanes.free()).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot look for web hooks that are to be called");
        Vec::new()
    });
    // Places are taken here only, so that those which were free still are.
    let place = |claimed: Claimed| {
        let places = lanes.places.get(&claimed.hook)?;
        Some((claimed, Arc::clone(places).try_acquire_owned().ok()?))
    };
    claimed.into_iter().filter_map(place).collect()
}

/// Gives up calls whose hook is not configured any more. Another instance may have read its configuration sooner: it is given time.
async fn give_up_unknown(app: &App, lanes: &Lanes) {
    let now = app.clock.now();
    let known: Vec<&str> = lanes.places.keys().map(String::as_str).collect();
    match store::give_up_others(&app.db, &known, now.minus(UNKNOWN), now, NOT_CONFIGURED).await {
        Ok(0) => {}
        Ok(count) => tracing::warn!(count, "calls of web hooks were given up: {NOT_CONFIGURED}"),
        Err(error) => tracing::warn!(%error, "cannot look for web hooks that are not configured any more"),
    }
}

/// Delivers a call; its place is free again once its end is noted down.
async fn deliver(app: App, claimed: Claimed, _place: OwnedSemaphorePermit) {
    let settings = app.settings();
    let known = places::web_hooks(&settings.config).map(|(_, hook)| hook).find(|hook| fingerprint(hook) == claimed.hook);
    let (answered, error) = match known {
        Some(hook) => call(&app, &settings, hook, &claimed).await,
        None => (None, Some(NOT_CONFIGURED.to_owned())),
    };
    if let (Some(hook), Some(error)) = (known, &error) {
        crate::hook::failed(hook, "a call that nobody waits for was not taken", Some(error));
    }
    let ended = ended(&app, &settings, &claimed, answered, error, known.is_none());
    if let (Some(hook), Status::Abandoned) = (known, ended.status) {
        let fault = if answered.is_some() { HookFault::BadAnswer } else { HookFault::Failed };
        audit::record_by_system(&app, crate::hook::failure(hook, fault)).await;
    }
    for _ in 0..NOTES {
        match store::settle(&app.db, &claimed, &ended).await {
            Ok(()) => return,
            Err(DbError::Busy | DbError::Unavailable(_)) => tokio::time::sleep(PAUSE).await,
            Err(error) => {
                tracing::error!(%error, id = %claimed.id, "the end of a web hook's call is not noted down, so it will be called again");
                return;
            }
        }
    }
}

/// Calls once. Answers the status, and what is wrong where the target has not taken it.
async fn call(app: &App, settings: &Settings, hook: &WebHook, claimed: &Claimed) -> (Option<u16>, Option<String>) {
    let target = match Target::of(hook) {
        Ok(target) => target,
        Err(reason) => return (None, Some(reason)),
    };
    let id = claimed.id.to_string();
    let mut headers = web_hook::headers(app, settings, hook, &target, &id, claimed.body.as_deref());
    settings.signer.sign(&mut headers, &id, app.clock.now(), claimed.body.as_deref().unwrap_or_default());
    let ask = Ask { method: target.method, url: &target.url, headers, body: claimed.body.clone(), timeout: BOUND };
    let result = app.outside.ask_along(ask).await;
    web_hook::called(hook, &id, result.as_ref().ok().map(|answer| answer.status));
    match result {
        Ok(answer) if (200..300).contains(&answer.status) => (Some(answer.status), None),
        Ok(answer) => (Some(answer.status), Some(format!("the target answered {}", answer.status))),
        Err(error) => (None, Some(error.to_string())),
    }
}

/// What becomes of a call after a try. A target that says it is gone for good (410) is believed.
fn ended(app: &App, settings: &Settings, claimed: &Claimed, answered: Option<u16>, error: Option<String>, unknown: bool) -> Ended {
    let outbox = &settings.config.narthex.webhooks.outbox;
    let at = app.clock.now();
    let (status, due) = match error {
        None => (Status::Delivered, None),
        Some(_) if unknown || answered == Some(410) || claimed.attempts >= outbox.retries => (Status::Abandoned, None),
        Some(_) => (Status::Queued, Some(at.plus(pause(outbox.pause, claimed.attempts)))),
    };
    Ended { status, due, answered, error, at }
}

/// The pause after try number `tries`, counted from 0; up to a quarter longer, so that what failed together does not come back together.
fn pause(base: Duration, tries: u32) -> Duration {
    let pause = base.saturating_mul(2_u32.saturating_pow(tries)).min(LONGEST);
    pause.mul_f64(1.0 + rand::random_range(0.0..0.25))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let base = Duration::from_secs(5);
        for (tries, least) in [(0, 5), (1, 10), (4, 80), (10, 3600), (u32::MAX, 3600)] {
            let pause = pause(base, tries).as_secs_f64();
            assert!(pause >= f64::from(least) && pause <= f64::from(least) * 1.25, "{tries}: {pause}");
        }
    }
}
