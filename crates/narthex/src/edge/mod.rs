//! What all routes share: who calls and how they are answered, the guard against forgery, errors, redirects, bodies.
//! Never knows a flow or a method. Next: `caller.rs` for what a handler is given, `reply.rs` for what it gives back.

pub mod accept;
pub mod admin_key;
pub mod body;
pub mod caller;
pub mod cookie;
pub mod cors;
pub mod csrf;
pub mod origin;
pub mod paging;
pub mod problem;
pub mod query;
pub mod reply;
pub mod return_to;
pub mod route;

pub use caller::{Caller, Guard};
pub use origin::{Origin, Told};
pub use problem::Problem;
pub use reply::Reply;
pub use route::Resource;
