//! Hooks: what happens before and after a flow, in the order of the configuration.
//! Never knows how a flow goes on; it answers what a flow may do. Next: the flow that calls it.

use crate::edge::{Caller, Problem};
use crate::flow::Flow;
use crate::flow::registration::Registration;

/// The hooks before a registration begins.
///
/// # Errors
/// Where one of them refuses.
pub async fn before_registration(_caller: &Caller, _flow: &Flow<Registration>) -> Result<(), Problem> {
    Ok(())
}
