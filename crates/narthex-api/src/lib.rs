//! What goes over the wire: flows, their forms, messages, identities, sessions and errors, as plain serde types.
//! Never does I/O and never decides anything; the server fills these types, pages and tests read them.
//! Next: `flow` for what the self-service endpoints answer, `node` for what a form consists of.

mod time;

pub mod continue_with;
pub mod flow;
pub mod identity;
pub mod json;
pub mod message;
pub mod node;
pub mod problem;
pub mod session;

pub use time::Time;

/// Text that is nearly always known when the server is built.
pub type Text = std::borrow::Cow<'static, str>;
