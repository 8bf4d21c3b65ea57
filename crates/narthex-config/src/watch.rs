//! Notices that files changed.
//! It looks at them a few times a second instead of asking the system for events: a database next to the configuration would
//! raise thousands of those, and replaced files, symbolic links of mounted volumes and network file systems need no special care.
//! Next: `load.rs` for what happens then.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Files under watch.
#[derive(Debug)]
pub struct Watch {
    files: Vec<PathBuf>,
    seen: Vec<Stamp>,
}

/// What tells one state of a file from another; equal for files that are not there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    inode: u64,
}

impl Watch {
    /// Watches these files from now on. They need not exist.
    pub fn new(files: impl IntoIterator<Item = PathBuf>) -> Self {
        let files: Vec<_> = files.into_iter().collect();
        let seen = stamps(&files);
        Self { files, seen }
    }

    /// Waits until any file is another one than when this was last answered, and has stayed the same for one look.
    /// May be dropped and called again at any time. Never answers when there are no files.
    pub async fn changed(&mut self) {
        if self.files.is_empty() {
            std::future::pending::<()>().await;
        }
        let mut last = self.seen.clone();
        loop {
            tokio::time::sleep(PAUSE).await;
            let now = stamps(&self.files);
            if now != self.seen && now == last {
                self.seen = now;
                return;
            }
            last = now;
        }
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    files.iter().map(|path| stamp(path)).collect()
}

fn stamp(path: &Path) -> Stamp {
    let Ok(metadata) = std::fs::metadata(path) else {
        return Stamp::default();
    };
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let inode = 0;
    Stamp { modified: metadata.modified().ok(), length: metadata.len(), inode }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_file_that_stays_the_same_is_no_change() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut watch = Watch::new([file.path().to_owned()]);
        tokio::time::timeout(Duration::from_secs(60), watch.changed()).await.unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn writing_replacing_removing_and_making_a_file_are_changes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kratos.yml");
        let other = dir.path().join("other");
        let mut watch = Watch::new([path.clone()]);
        let minute = Duration::from_secs(60);
        std::fs::write(&path, "a").unwrap();
        tokio::time::timeout(minute, watch.changed()).await.unwrap();
        std::fs::write(&path, "longer").unwrap();
        tokio::time::timeout(minute, watch.changed()).await.unwrap();
        std::fs::write(&other, "longer").unwrap();
        std::fs::rename(&other, &path).unwrap();
        tokio::time::timeout(minute, watch.changed()).await.unwrap();
        std::fs::remove_file(&path).unwrap();
        tokio::time::timeout(minute, watch.changed()).await.unwrap();
        tokio::time::timeout(minute, watch.changed()).await.unwrap_err();
    }
}
