//! Identity schemas: a JSON Schema document, compiled once, that validates traits, lists the fields of
//! a form, types what a form sends and says which traits identify, verify and recover an account.
//! Never here: reading files or the network, HTTP, the database. Next: [`IdentitySchema`] in `identity_schema.rs`.

mod email;
mod error;
mod extension;
mod field;
mod form;
mod format;
mod identifier;
mod identity_schema;
mod json_schema;
mod key_order;
mod message;
mod pattern;
mod phone;

pub use error::{Fault, SchemaError};
pub use extension::{Extracted, Via};
pub use field::{Field, InputType};
pub use form::FormError;
pub use identifier::normalize_identifier;
pub use identity_schema::{IdentifierLabel, IdentitySchema};
pub use json_schema::References;
pub use message::{Violation, no_email};
