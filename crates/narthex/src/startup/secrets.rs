//! What the server keeps on disk for itself: its data directory, and secrets that nobody configured.

use std::fmt::Display;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use narthex_config::{GeneratedSecrets, Loaded, Secret, Sources};

use super::StartError;
use crate::secret::alphanumeric;

/// The file in the data directory that keeps generated secrets.
const SECRETS_FILE: &str = "secrets.json";
/// Where the data directory is when nobody names one.
const DEFAULT_DIRECTORY: &str = "./narthex-data";

/// Secrets for a configuration that lacks them, and what to tell about it. They outlive the process if there is a data directory, or one is named.
pub(super) fn generate(loaded: &Loaded, sources: &Sources) -> Result<(GeneratedSecrets, Option<String>), StartError> {
    let directory = &loaded.config.narthex.data_dir;
    let named = sources.flags.data_dir.is_some() || directory != Path::new(DEFAULT_DIRECTORY);
    if loaded.standalone {
        return Ok((kept(directory)?, None));
    }
    if named || directory.exists() {
        let warning = format!(
            "secrets.default and secrets.cookie are not set: the server uses secrets of its own, kept in {}. Other instances do not understand its cookies and codes unless they share that directory.",
            directory.join(SECRETS_FILE).display()
        );
        return Ok((kept(directory)?, Some(warning)));
    }
    let warning = "secrets.default and secrets.cookie are not set: the server made secrets for this run only. Sessions in browsers and codes end with it, and other instances do not understand them. \
         Set secrets.default, or name a directory to keep generated secrets in: narthex.data_dir, --data-dir or NARTHEX_DATA_DIR.";
    Ok((fresh(), Some(warning.to_owned())))
}

/// Makes the data directory, for its owner only.
pub(super) fn make_directory(directory: &Path) -> Result<(), StartError> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|error| {
        StartError(vec![format!("the data directory {} cannot be made: {error}. Name another one with --data-dir.", directory.display())])
    })
}

/// Makes an empty file that only its owner may read, unless it is there: for the database, whose engine would let others read it.
pub(super) fn make_private(path: &Path) -> Result<(), StartError> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StartError(vec![format!("{} cannot be made: {error}", path.display())]))
        }
        _ => Ok(()),
    }
}

fn fresh() -> GeneratedSecrets {
    GeneratedSecrets { default: Secret::new(alphanumeric(43)), cipher: Secret::new(alphanumeric(32)) }
}

/// The secrets of the data directory, made if there are none yet.
fn kept(directory: &Path) -> Result<GeneratedSecrets, StartError> {
    let path = directory.join(SECRETS_FILE);
    let failed = |error: &dyn Display| StartError(vec![format!("the secrets in {} cannot be kept: {error}", path.display())]);
    make_directory(directory)?;
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text).map_err(|reason| failed(&reason)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let fresh = fresh();
            let text = serde_json::json!({ "default": fresh.default.expose(), "cipher": fresh.cipher.expose() }).to_string();
            match write_private(&path, text.as_bytes()) {
                Ok(()) => Ok(fresh),
                // Another instance was faster: its secrets are this one's, too.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => std::fs::read_to_string(&path)
                    .map_err(|error| failed(&error))
                    .and_then(|text| parse(&text).map_err(|reason| failed(&reason))),
                Err(error) => Err(failed(&error)),
            }
        }
        Err(error) => Err(failed(&error)),
    }
}

fn parse(text: &str) -> Result<GeneratedSecrets, String> {
    let kept: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let field = |name: &str| kept.get(name).and_then(serde_json::Value::as_str).map(Secret::new);
    match (field("default"), field("cipher")) {
        (Some(default), Some(cipher)) => Ok(GeneratedSecrets { default, cipher }),
        _ => Err("the file lacks default or cipher; remove it to have new ones made".to_owned()),
    }
}

/// Writes a file that only its owner may read: whole, or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::hard_link(&draft, path)
    };
    let written = write();
    let _ = std::fs::remove_file(&draft);
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_second_start_finds_the_secrets_of_the_first() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("data");
        let first = kept(&directory).unwrap();
        let second = kept(&directory).unwrap();
        assert_eq!(first.default.expose(), second.default.expose());
        assert_eq!(first.cipher.expose(), second.cipher.expose());
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&directory.join(SECRETS_FILE))), (0o700, 0o600));
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_file_of_secrets_is_not_overwritten() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join(SECRETS_FILE), "{").unwrap();
        assert!(kept(place.path()).unwrap_err().to_string().contains(SECRETS_FILE));
        assert_eq!(std::fs::read_to_string(place.path().join(SECRETS_FILE)).unwrap(), "{");
    }
}
