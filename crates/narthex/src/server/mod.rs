//! The server as a process: listeners, routers, and their orderly end.
//! Never answers a request by itself. Next: `routers.rs` for what is where, `listener.rs` for connections, `front.rs` for what holds for every request.

mod crossing;
mod front;
mod listener;
pub mod routers;
mod socket;
mod tls;

pub use listener::{Bound, bind};
pub use socket::ListenError;
pub use tls::Certificates;

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use front::{Front, Side};

/// How long requests under way may take once the server has been told to end.
const GRACE: Duration = Duration::from_secs(8);

/// Serves metrics and health of a process that answers nothing else, until `stop` says so.
pub async fn serve_metrics(app: App, metrics: Bound, stop: watch::Receiver<bool>) {
    listener::run(metrics, Front::new(&app, Side::Metrics), stop, GRACE).await;
}

/// Serves until `stop` says so, then lets requests under way come to their end.
pub async fn serve(app: App, public: Bound, admin: Bound, stop: watch::Receiver<bool>) {
    let public = listener::run(public, Front::new(&app, Side::Public), stop.clone(), GRACE);
    let admin = listener::run(admin, Front::new(&app, Side::Admin), stop, GRACE);
    tokio::join!(public, admin);
}
