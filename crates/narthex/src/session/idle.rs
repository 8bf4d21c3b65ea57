//! Sessions that have been left unused for too long. They do not count from that moment on, whoever asks; that they have ended is noted
//! here, by the clean-up, so that looking at a session never has to.

use futures_util::{StreamExt, stream};
use narthex_db::{Batch, DbError};

use super::store;
use crate::app::App;
use crate::audit::{self, Event, Kind};

/// Writes that are under way at the same time: enough to be committed together, too few to keep anybody waiting.
const AT_ONCE: usize = 16;

/// Notes that up to `most` sessions have ended because nobody has used them, each once and with its event, however many instances do so;
/// tells how many there were. One that was over before it had been unused for too long just ends.
///
/// # Errors
/// Where the database does not answer.
pub(crate) async fn end(app: &App, most: u32) -> Result<usize, DbError> {
    let Some(idle) = app.settings().config.narthex.session.idle_timeout else { return Ok(0) };
    let before = app.clock.now().minus(idle);
    let unused = store::unused(&app.db, before, most).await?;
    let seen = unused.len();
    let ended = unused.into_iter().map(|session| {
        let mut batch = store::end_unused_into(Batch::ephemeral(), session.id, before);
        if session.last_used_at.plus(idle) < session.expires_at {
            let event = Event::new(Kind::SessionTimedOut {}).of(session.identity_id).session(session.id);
            batch = audit::system_event_into(batch, app, event);
        }
        app.db.write(batch)
    });
    let mut ended = stream::iter(ended).buffer_unordered(AT_ONCE);
    while let Some(written) = ended.next().await {
        match written {
            // Used once more, revoked, or seen by another instance.
            Ok(_) | Err(DbError::Unmet { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(seen)
}
