//! The server over HTTP: one program, a module for each noun of the API.
#![expect(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod edges;
