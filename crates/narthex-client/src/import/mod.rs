//! Imports of any size: documents are read one at a time, sent many at a time, and what was done is noted down as it goes.
//! Next: `documents.rs` reads, `batch.rs` packs, `run.rs` sends, `there.rs` knows what was sent before, `checkpoint.rs` remembers.

mod batch;
mod checkpoint;
mod documents;
mod run;
mod scan;
mod there;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use documents::{Document, Documents, Place, Source, SyntaxError};
pub use run::{Import, ImportError, Observer, Refusal, Tally};
