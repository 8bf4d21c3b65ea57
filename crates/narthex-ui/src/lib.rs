//! The pages of Narthex, drawn on the server from what its API answers: every schema and method gets a form by its nodes.
//! Never reads a database, never speaks HTTP, never decides; without JavaScript the pages do all the same.
//! Next: `theme` for what is worked out once, `page` for the pages, `form` for how nodes become HTML.

mod asset;
mod color;
mod device;
mod form;
mod i18n;
mod link;
mod page;
mod policy;
mod theme;

pub use asset::Asset;
pub use i18n::{Locale, negotiate};
pub use page::{Ended, Mail, Page, Sessions, Ui};
pub use theme::{Options, Theme, ThemeError};
