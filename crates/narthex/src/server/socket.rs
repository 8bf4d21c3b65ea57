//! Where a listener listens: a TCP port or a Unix socket, and the connections that come in there.

use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use narthex_config::{Listener as Configured, Socket as Owner};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener, UnixStream};

/// Why a listener cannot listen.
#[derive(Debug, thiserror::Error)]
#[error("the {listener} listener cannot listen on {place}: {reason}")]
pub struct ListenError {
    /// Which listener.
    pub(super) listener: &'static str,
    /// Where.
    pub(super) place: String,
    /// Why not.
    pub(super) reason: String,
}

/// A stream of bytes in both directions.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin + 'static> Stream for S {}

/// Where connections come in.
pub(super) enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener, PathBuf),
}

/// A connection that came in.
pub(super) enum Incoming {
    Tcp(tokio::net::TcpStream, SocketAddr),
    Unix(UnixStream),
}

impl Socket {
    /// Takes the port or the path that is configured.
    pub(super) async fn bind(listener: &'static str, configured: &Configured) -> Result<Self, ListenError> {
        let failed = |place: &str, reason: String| ListenError { listener, place: place.to_owned(), reason };
        if let Some(path) = configured.host.strip_prefix("unix:") {
            return unix(Path::new(path), &configured.socket).await.map_err(|error| failed(&configured.host, error.to_string()));
        }
        let host = match configured.host.as_str() {
            "" => "0.0.0.0",
            host => host.trim_start_matches('[').trim_end_matches(']'),
        };
        let reason = |error: io::Error| match error.kind() {
            io::ErrorKind::AddrInUse => "another program listens there already".to_owned(),
            _ => error.to_string(),
        };
        match TcpListener::bind((host, configured.port)).await {
            Ok(socket) => Ok(Self::Tcp(socket)),
            Err(error) => Err(failed(&format!("{host}:{}", configured.port), reason(error))),
        }
    }

    /// Whether other machines can reach it, as far as its address tells.
    pub(super) fn is_open_to_others(&self) -> bool {
        match self {
            Self::Tcp(socket) => !socket.local_addr().is_ok_and(|address| address.ip().to_canonical().is_loopback()),
            Self::Unix(..) => false,
        }
    }

    /// The next connection.
    pub(super) async fn accept(&self) -> io::Result<Incoming> {
        match self {
            Self::Tcp(socket) => socket.accept().await.map(|(stream, peer)| Incoming::Tcp(stream, peer)),
            Self::Unix(socket, _) => socket.accept().await.map(|(stream, _)| Incoming::Unix(stream)),
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Self::Unix(_, path) = self {
            let _ = std::fs::remove_file(path);
        }
    }
}

async fn unix(path: &Path, owner: &Owner) -> io::Result<Socket> {
    clear(path).await?;
    let socket = UnixListener::bind(path)?;
    let id = |file: &str, name: &str| if name.is_empty() { Ok(None) } else { lookup(Path::new(file), name).map(Some) };
    let (user, group) = (id("/etc/passwd", &owner.owner)?, id("/etc/group", &owner.group)?);
    if user.is_some() || group.is_some() {
        chown(path, user, group)?;
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(owner.mode))?;
    Ok(Socket::Unix(socket, path.to_owned()))
}

/// Removes a socket that a server left behind when it was killed; one that somebody listens on stays.
async fn clear(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file of this name that is no socket"))
        }
        Ok(_) if UnixStream::connect(path).await.is_ok() => {
            Err(io::Error::new(io::ErrorKind::AddrInUse, "another program listens there already"))
        }
        Ok(_) => std::fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// The number of a user or group: the name itself if it is one, or what the system's list says.
fn lookup(list: &Path, name: &str) -> io::Result<u32> {
    if let Ok(number) = name.parse() {
        return Ok(number);
    }
    let text = std::fs::read_to_string(list)?;
    let found = text.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok()).flatten()
    });
    found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("{} does not know {name}", list.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_users_are_looked_up_and_numbers_taken_as_they_are() {
        let place = tempfile::tempdir().unwrap();
        let list = place.path().join("passwd");
        std::fs::write(&list, "root:x:0:0::/root:/bin/sh\nbroken\nweb:x:33:34::/:\n").unwrap();
        assert_eq!(lookup(&list, "web").unwrap(), 33);
        assert_eq!(lookup(&list, "1000").unwrap(), 1000);
        assert!(lookup(&list, "nobody-knows").unwrap_err().to_string().contains("nobody-knows"));
    }

    #[tokio::test]
    async fn a_socket_left_behind_is_replaced_and_one_in_use_is_not() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("narthex.sock");
        let owner = Owner { owner: String::new(), group: String::new(), mode: 0o640 };
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let first = unix(&path, &owner).await.unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(unix(&path, &owner).await.err().unwrap().kind(), io::ErrorKind::AddrInUse);
        drop(first);
        assert!(!path.exists());
        std::fs::write(&path, "text").unwrap();
        assert_eq!(unix(&path, &owner).await.err().unwrap().kind(), io::ErrorKind::AlreadyExists);
    }
}
