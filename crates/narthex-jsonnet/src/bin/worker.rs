//! A worker on its own: what tests and measurements start. The server starts itself instead.
//! It never does more than call the library.
//! Next: `narthex_jsonnet::worker_main`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let stream = std::env::args().any(|argument| argument == "-0");
    narthex_jsonnet::worker_main(if stream { narthex_jsonnet::Input::Stream } else { narthex_jsonnet::Input::Single })
}
