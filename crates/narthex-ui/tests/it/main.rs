//! The pages, read as a browser and as a screen reader would read them.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod every_page;
mod fields;
mod forms;
mod hostile;
mod html;
mod pages;
mod samples;
