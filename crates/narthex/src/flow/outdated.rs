//! What is under way to let somebody into an account counts no more once it has been secured: by its owner, or by an administrator.

use narthex_db::Batch;

use super::code;
use crate::audit::Before;
use crate::identity::{Credential, Identity};

/// Adds to what is written together with a change of an account what does not count any more because of it.
pub fn outdate_into(batch: Batch, before: &Before, after: (&Identity, &[Credential])) -> Batch {
    let (identity, credentials) = after;
    if before.signs_in_otherwise(credentials) { code::outdate_into(batch, identity.id) } else { batch }
}
