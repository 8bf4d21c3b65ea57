//! The server as a process: listeners, routers, start and end.
//! Never answers a request by itself. Next: `routers.rs` for what is where, `listener.rs` for connections.

mod listener;
pub mod routers;

pub use listener::{Bound, ListenError, bind};

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;

/// How long requests under way may take once the server has been told to end.
const GRACE: Duration = Duration::from_secs(8);

/// Serves until `stop` says so, then lets requests under way come to their end.
pub async fn serve(app: App, public: Bound, admin: Bound, stop: watch::Receiver<bool>) {
    let public = listener::run(public, routers::public(&app), stop.clone(), GRACE);
    let admin = listener::run(admin, routers::admin(&app), stop, GRACE);
    tokio::join!(public, admin);
}
