//! Session tokens for applications that sign in through a browser: the application begins a flow and keeps one code; the browser
//! brings it another; both together fetch the token, once.

use narthex_api::Time;
use narthex_db::{Batch, params};
use uuid::Uuid;

use crate::secret::{Token, alphanumeric};

/// Length of a code: 380 bits.
const LENGTH: usize = 64;

/// Begins an exchange for a flow: the code for the application, and the write.
pub fn begin_into(batch: Batch, flow: Uuid, expires_at: Time) -> (String, Batch) {
    let code = alphanumeric(LENGTH);
    let batch = batch.push(
        "INSERT INTO token_exchanges (flow_id, init_code_hash, expires_at) VALUES ($1, $2, $3)",
        params![flow, Token::received(&code).digest(), expires_at.timestamp()],
    );
    (code, batch)
}
