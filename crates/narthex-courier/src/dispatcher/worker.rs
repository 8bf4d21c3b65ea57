//! The loop: claims as many messages of each channel as that has free places, and sleeps while none is due.
//! Never claims what it cannot begin to deliver at once.
//! Next: `recorder.rs` takes the ends.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use narthex_db::Full;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::{CLAIM, CONCURRENCY, Outbound, Shared, backoff, recorder};
use crate::message::Via;
use crate::store::{self, Claimed, Settled, Verdict};

/// The shortest pause after the database could not be asked.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until told to stop, then waits for what is under way.
pub(super) async fn run(shared: Arc<Shared>, mut stop: watch::Receiver<bool>) {
    let (ends, received) = mpsc::channel(CONCURRENCY);
    let recorder = tokio::spawn(recorder::run(shared.db.clone(), received));
    work(&shared, &ends, &mut stop).await;
    drop(ends);
    // The recorder ends once the last delivery has handed in its end.
    if recorder.await.is_err() {
        tracing::error!("deliveries were not noted down and will be repeated");
    }
}

/// How much of one channel may be under way: a server that is slow or dead holds up no other channel.
struct Lane {
    via: Via,
    places: Arc<Semaphore>,
}

async fn work(shared: &Arc<Shared>, ends: &mpsc::Sender<Settled>, stop: &mut watch::Receiver<bool>) {
    let lanes = Via::ALL.map(|via| Lane { via, places: Arc::new(Semaphore::new(CONCURRENCY)) });
    loop {
        // Only waiting is ever interrupted: a claim cut short would keep its messages from everybody else.
        if *stop.borrow() || stop.has_changed().is_err() {
            return;
        }
        let outbound = shared.outbound.load_full();
        let full = Full::of(lanes.iter().map(|lane| &lane.places));
        let pause = match claim(shared, &outbound, &lanes).await {
            Ok(claimed) if !claimed.is_empty() => {
                for (message, place) in claimed {
                    let delivery = deliver(Arc::clone(shared), Arc::clone(&outbound), message, ends.clone(), place);
                    tokio::spawn(delivery);
                }
                continue;
            }
            Ok(_) => outbound.worker.pull_wait,
            Err(error) => {
                tracing::warn!(%error, "cannot look into the message queue");
                outbound.worker.pull_wait.max(PAUSE)
            }
        };
        tokio::select! {
            () = told_to_stop(stop) => return,
            () = shared.wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = full.a_place() => {}
        }
    }
}

/// Ends when the dispatcher says so, or is gone.
async fn told_to_stop(stop: &mut watch::Receiver<bool>) {
    // The error is that the dispatcher is gone.
    let _ = stop.wait_for(|stop| *stop).await;
}

type Placed = (Claimed, OwnedSemaphorePermit);

/// Claims messages for the free places of all channels, `pull_count` for each at most.
async fn claim(shared: &Shared, outbound: &Outbound, lanes: &[Lane]) -> Result<Vec<Placed>, narthex_db::DbError> {
    let free = |lane: &Lane| u32::try_from(lane.places.available_permits()).unwrap_or(0).min(outbound.worker.pull_count);
    let free: Vec<_> = lanes.iter().map(|lane| (lane.via, free(lane))).filter(|(_, free)| *free > 0).collect();
    if free.is_empty() {
        return Ok(Vec::new());
    }
    let now = (shared.clock)();
    let claimed = store::claim(&shared.db, now, now.plus(CLAIM), &free).await?;
    // Places are taken here only, so that those which were free still are.
    let place = |claimed: Claimed| {
        let lane = lanes.iter().find(|lane| lane.via == claimed.message.via)?;
        Some((claimed, Arc::clone(&lane.places).try_acquire_owned().ok()?))
    };
    Ok(claimed.into_iter().filter_map(place).collect())
}

async fn deliver(shared: Arc<Shared>, outbound: Arc<Outbound>, claimed: Claimed, ends: mpsc::Sender<Settled>, place: OwnedSemaphorePermit) {
    let delivery = AssertUnwindSafe(outbound.channels.deliver(&claimed.message)).catch_unwind();
    let result = delivery.await.unwrap_or_else(|_| Err("the delivery broke down".to_owned()));
    let at = (shared.clock)();
    let verdict = match result {
        Ok(()) => Verdict::Sent,
        Err(error) => {
            let tries = claimed.send_count.saturating_add(1);
            let template_type = &claimed.message.template_type;
            tracing::warn!(id = %claimed.id, template_type, tries, error, "a message could not be delivered");
            backoff::after_failure(outbound.worker, claimed.id, tries, at, error)
        }
    };
    // The recorder outlives all deliveries; should it have broken down, the claim runs out and the message comes again.
    let _ = ends.send(Settled { claimed, verdict, at, keeps_text: outbound.keeps_texts }).await;
    drop(place);
}
