//! What is under way to let somebody into an account, or to change its address, counts no more once the account has been secured: by
//! its owner, or by an administrator.

use narthex_api::identity::State;
use narthex_db::Batch;

use super::{code, verification};
use crate::audit::Before;
use crate::identity::{Credential, Identity};

/// Adds to what is written together with a change of an account what does not count any more because of it, whoever asked for it:
/// a session that was stolen is the owner's own as well.
pub fn outdate_into(batch: Batch, before: &Before, after: (&Identity, &[Credential])) -> Batch {
    let (identity, credentials) = after;
    let otherwise = before.signs_in_otherwise(credentials);
    let batch = if otherwise { code::outdate_into(batch, identity.id) } else { batch };
    if otherwise || before.is_reached_otherwise(identity) || identity.state != State::Active {
        return verification::call_off_into(batch, identity.id);
    }
    batch
}
