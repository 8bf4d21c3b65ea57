//! Delivers kept calls: claims those that are due, calls, and notes down how that ended.
//! Never claims more of a hook than it can begin at once, so that a slow target holds up no other hook and no other instance.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use narthex_config::WebHook;
use narthex_db::{Batch, DbError, Full};
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
/// How long a call is due before an instance that does not know its hook gives it up: longer than one that has another configuration
/// takes to work off what a slow target has left over.
const UNKNOWN: Duration = Duration::from_secs(24 * 60 * 60);
/// Calls of unknown hooks that are looked at together.
const AT_ONCE: u32 = 100;
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
        let full = Full::of(lanes.places.values());
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
            () = full.a_place() => {}
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
        let hooks = places::web_hooks(&self.settings.config).map(|(_, hook)| fingerprint(hook));
        self.places = places_of(hooks, &self.places);
    }

    /// How many calls of each hook can be begun.
    fn free(&self) -> Vec<(&str, u32)> {
        let free = |places: &Semaphore| u32::try_from(places.available_permits()).unwrap_or(0);
        self.places.iter().map(|(hook, places)| (hook.as_str(), free(places))).filter(|(_, free)| *free > 0).collect()
    }
}

/// The places of these hooks: those that they had before, else new ones. Hooks of one name share theirs.
fn places_of(hooks: impl Iterator<Item = String>, before: &HashMap<String, Arc<Semaphore>>) -> HashMap<String, Arc<Semaphore>> {
    let places = |hook: &String| before.get(hook).cloned().unwrap_or_else(|| Arc::new(Semaphore::new(CONCURRENCY)));
    let mut all = HashMap::new();
    for hook in hooks {
        all.entry(hook).or_insert_with_key(places);
    }
    all
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

/// Gives up calls whose hook is not configured any more. Another instance may go by another configuration: it is given time.
async fn give_up_unknown(app: &App, lanes: &Lanes) {
    let now = app.clock.now();
    let since = now.minus(UNKNOWN);
    let known: Vec<&str> = lanes.places.keys().map(String::as_str).collect();
    let mut count = 0_u32;
    let result: Result<(), DbError> = async {
        loop {
            let unknown = store::unknown(&app.db, &known, since, AT_ONCE).await?;
            if unknown.is_empty() {
                return Ok(());
            }
            for call in unknown {
                let batch = store::give_up_into(Batch::durable(), call.id, since, now, NOT_CONFIGURED);
                let event = crate::hook::failure_at(call.label, &call.url, HookFault::Failed);
                match app.db.write(audit::system_event_into(batch, app, event)).await {
                    Ok(_) => count += 1,
                    // Given up or claimed by another instance.
                    Err(DbError::Unmet { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    .await;
    if count > 0 {
        tracing::warn!(count, "calls of web hooks were given up: {NOT_CONFIGURED}");
    }
    if let Err(error) = result {
        tracing::warn!(%error, "cannot look for web hooks that are not configured any more");
    }
}

/// Delivers a call; its place is free again once its end is noted down. One whose hook has just left the configuration is left alone: it
/// is due again once its claim has run out.
async fn deliver(app: App, claimed: Claimed, _place: OwnedSemaphorePermit) {
    let settings = app.settings();
    let known = places::web_hooks(&settings.config).map(|(_, hook)| hook).find(|hook| fingerprint(hook) == claimed.hook);
    let Some(hook) = known else { return };
    let (answered, error) = call(&app, &settings, hook, &claimed).await;
    if let Some(error) = &error {
        crate::hook::failed(hook, "a call that nobody waits for was not taken", Some(error));
    }
    let ended = ended(&app, &settings, &claimed, answered, error);
    if ended.status == Status::Abandoned {
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
fn ended(app: &App, settings: &Settings, claimed: &Claimed, answered: Option<u16>, error: Option<String>) -> Ended {
    let outbox = &settings.config.narthex.webhooks.outbox;
    let at = app.clock.now();
    let (status, due) = match error {
        None => (Status::Delivered, None),
        Some(_) if answered == Some(410) || claimed.attempts >= outbox.retries => (Status::Abandoned, None),
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
    fn places_that_are_taken_stay_so_over_a_reload_even_where_two_hooks_share_them() {
        let hooks = || ["twice", "twice", "once"].map(str::to_owned).into_iter();
        let before = places_of(hooks(), &HashMap::new());
        let taken = before["twice"].try_acquire().unwrap();
        let after = places_of(hooks(), &before);
        let free = ["twice", "once"].map(|hook| after[hook].available_permits());
        assert_eq!((after.len(), free), (2, [CONCURRENCY - 1, CONCURRENCY]));
        drop(taken);
    }

    #[test]
    fn pauses_double_up_to_an_hour() {
        let base = Duration::from_secs(5);
        for (tries, least) in [(0, 5), (1, 10), (4, 80), (10, 3600), (u32::MAX, 3600)] {
            let pause = pause(base, tries).as_secs_f64();
            assert!(pause >= f64::from(least) && pause <= f64::from(least) * 1.25, "{tries}: {pause}");
        }
    }
}
