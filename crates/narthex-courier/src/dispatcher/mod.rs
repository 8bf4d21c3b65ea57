//! Works off the queue: claims what is due, lets the channels deliver it, and notes down how that ended.
//! Never holds a message back for another one, and never delivers without a claim: any number of instances may run.
//! Next: `worker.rs` is the loop, `recorder.rs` writes the ends, `backoff.rs` says when to try again.

mod backoff;
mod recorder;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use narthex_api::Time;
use narthex_db::Db;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::channel::Channels;
use crate::error::CourierError;
use crate::outside::Outside;
use crate::settings::{Settings, Worker};

/// Tells the time; the server's own, so that tests can set it.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// How long a claim holds: longer than a delivery may take, so that nobody else delivers meanwhile.
const CLAIM: Duration = Duration::from_secs(60);
/// Deliveries of one channel that are under way at the same time.
const CONCURRENCY: usize = 64;

/// The running worker of this process.
pub struct Dispatcher {
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Wakes the worker of this process. Clones wake the same one.
#[derive(Clone)]
pub struct Bell(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Clock,
    outbound: ArcSwap<Outbound>,
    wake: Notify,
}

/// What a configuration makes of deliveries.
struct Outbound {
    channels: Channels,
    worker: Worker,
    keeps_texts: bool,
}

impl Outbound {
    fn new(settings: &Settings, outside: &Outside) -> Result<Arc<Self>, CourierError> {
        Ok(Arc::new(Self { channels: Channels::new(settings, outside)?, worker: settings.worker, keeps_texts: settings.keeps_texts }))
    }
}

impl Dispatcher {
    /// Starts working off the queue in `db`. Needs a Tokio runtime.
    ///
    /// # Errors
    /// A setting that no channel can be built from.
    pub fn start(db: Db, settings: &Settings, outside: &Outside, clock: Clock) -> Result<Self, CourierError> {
        let outbound = ArcSwap::new(Outbound::new(settings, outside)?);
        let shared = Arc::new(Shared { db, clock, outbound, wake: Notify::new() });
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(worker::run(Arc::clone(&shared), stopped));
        Ok(Self { shared, stop, task })
    }

    /// Follows other settings from the next delivery on. Those under way end as they began.
    ///
    /// # Errors
    /// A setting that no channel can be built from; the former ones stay in force then.
    pub fn reload(&self, settings: &Settings, outside: &Outside) -> Result<(), CourierError> {
        self.shared.outbound.store(Outbound::new(settings, outside)?);
        self.shared.wake.notify_one();
        Ok(())
    }

    /// What wakes the worker once a message was queued.
    pub fn bell(&self) -> Bell {
        Bell(Arc::clone(&self.shared))
    }

    /// Takes no more messages, and waits up to `grace` for those under way. Those that take longer are tried
    /// again, by whichever instance comes first, once their claim runs out. Answers whether all ended in time.
    pub async fn stop(self, grace: Duration) -> bool {
        // An error means that the worker is gone already.
        let _ = self.stop.send(true);
        let abort = self.task.abort_handle();
        let ended = tokio::time::timeout(grace, self.task).await.is_ok();
        if !ended {
            abort.abort();
        }
        ended
    }
}

impl Bell {
    /// Says that a message was queued just now.
    pub fn notify(&self) {
        self.0.wake.notify_one();
    }
}
