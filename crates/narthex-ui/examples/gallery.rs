//! Writes one page of each kind, with the files that they refer to, to a directory: to be looked at.
//!
//! `cargo run -p narthex-ui --example gallery -- DIRECTORY [LANGUAGE] [COLOUR]`

#[path = "../tests/it/samples/mod.rs"]
#[expect(dead_code, clippy::indexing_slicing, clippy::unwrap_used, reason = "made for tests, which use more of it and fail by panicking")]
mod samples;

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use narthex_ui::{Locale, Options, Theme};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("which directory?")?);
    let locale = arguments.next().and_then(|tag| Locale::from_tag(&tag));
    let theme = Theme::new(Options { locale, color: arguments.next(), base: String::new(), ..Options::default() })?;

    fs::create_dir_all(directory.join("assets"))?;
    for (name, draw) in samples::ALL {
        let page = draw(theme.ui(None));
        // The pages are opened from the file system, where a path has no root.
        let html = page.html.replace("\"/assets/", "\"assets/");
        for url in html.split('"').filter_map(|part| part.strip_prefix("assets/")) {
            if let Some(asset) = theme.asset(url) {
                fs::write(directory.join("assets").join(url), asset.bytes)?;
            }
        }
        fs::write(directory.join(format!("{name}.html")), html)?;
    }
    Ok(())
}
