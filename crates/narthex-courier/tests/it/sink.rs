//! A mail server that does as it is told: accepts, refuses, dawdles, or hangs up at the worst moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_rustls::TlsAcceptor;

/// What it does with a mail whose envelope it accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Takes it.
    #[default]
    Accept,
    /// Takes it after this pause.
    Dawdle(Duration),
    /// Hangs up after the first line of the mail.
    CutOff,
    /// Takes it but hangs up without saying so.
    Silent,
}

/// How the connection is protected.
#[derive(Clone, Default)]
pub(crate) enum Tls {
    #[default]
    None,
    Upgraded(TlsAcceptor),
    Implicit(TlsAcceptor),
}

#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) hello: String,
    pub(crate) user: Option<String>,
    pub(crate) encrypted: bool,
    pub(crate) client_certificate: bool,
}

#[derive(Default)]
struct State {
    mails: Vec<Received>,
    refusals: HashMap<String, (String, u32)>,
    manners: Vec<Manner>,
    connections: u32,
    mails_per_connection: Option<u32>,
    without_auth: bool,
}

#[derive(Clone)]
pub(crate) struct Sink {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
    arrived: Arc<Notify>,
}

impl Sink {
    pub(crate) async fn start() -> Self {
        Self::start_with(Tls::None).await
    }

    pub(crate) async fn start_with(tls: Tls) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let sink = Self { port: listener.local_addr().unwrap().port(), state: Arc::default(), arrived: Arc::default() };
        let serving = sink.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                serving.state.lock().unwrap().connections += 1;
                // A client that hangs up in between is no failure of the test.
                let (sink, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move { sink.serve(stream, tls).await.ok() });
            }
        });
        sink
    }

    pub(crate) fn uri(&self) -> String {
        format!("smtp://127.0.0.1:{}/?disable_starttls=true", self.port)
    }

    /// Answers `RCPT TO` for this address so, the next `times` times.
    pub(crate) fn refuse(&self, address: &str, answer: &str, times: u32) {
        let refusal = (answer.to_owned(), times);
        self.state.lock().unwrap().refusals.insert(address.to_owned(), refusal);
    }

    /// Treats the next mails so, one after the other; then accepts.
    pub(crate) fn manners(&self, manners: &[Manner]) {
        self.state.lock().unwrap().manners = manners.iter().rev().copied().collect();
    }

    /// Whether a manner is left that no mail has met yet.
    pub(crate) fn is_told_more(&self) -> bool {
        !self.state.lock().unwrap().manners.is_empty()
    }

    pub(crate) fn close_after(&self, mails: u32) {
        self.state.lock().unwrap().mails_per_connection = Some(mails);
    }

    pub(crate) fn without_auth(&self) {
        self.state.lock().unwrap().without_auth = true;
    }

    pub(crate) fn connections(&self) -> u32 {
        self.state.lock().unwrap().connections
    }

    pub(crate) fn mails(&self) -> Vec<Received> {
        self.state.lock().unwrap().mails.clone()
    }

    /// The mails, once there are so many.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Received> {
        let enough = async {
            loop {
                let arrived = self.arrived.notified();
                let mails = self.mails();
                if mails.len() >= count {
                    return mails;
                }
                arrived.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), enough).await;
        waited.unwrap_or_else(|_| panic!("{} mails came, not {count}", self.mails().len()))
    }

    async fn serve(&self, stream: TcpStream, tls: Tls) -> std::io::Result<()> {
        match tls {
            Tls::None => self.talk(BufStream::new(stream), Session::default(), true).await.map(|_| ()),
            Tls::Implicit(acceptor) => self.talk_encrypted(acceptor, stream, true).await,
            Tls::Upgraded(acceptor) => {
                let session = Session { starttls: true, ..Session::default() };
                match self.talk(BufStream::new(stream), session, true).await? {
                    Some(stream) => self.talk_encrypted(acceptor, stream.into_inner(), false).await,
                    None => Ok(()),
                }
            }
        }
    }

    async fn talk_encrypted(&self, acceptor: TlsAcceptor, stream: TcpStream, greet: bool) -> std::io::Result<()> {
        let stream = acceptor.accept(stream).await?;
        let client_certificate = stream.get_ref().1.peer_certificates().is_some();
        let session = Session { encrypted: true, client_certificate, ..Session::default() };
        self.talk(BufStream::new(stream), session, greet).await.map(|_| ())
    }

    /// Answers with the stream once the client asks for TLS.
    async fn talk<S>(&self, mut stream: BufStream<S>, mut session: Session, greet: bool) -> std::io::Result<Option<BufStream<S>>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if greet {
            say(&mut stream, "220 sink").await?;
        }
        let mut line = String::new();
        while {
            line.clear();
            stream.read_line(&mut line).await? > 0
        } {
            let verb = line.trim_end();
            if let Some(name) = verb.strip_prefix("EHLO ") {
                session.hello = name.to_owned();
                say(&mut stream, &self.hello(&session)).await?;
            } else if verb == "STARTTLS" {
                say(&mut stream, "220 go on").await?;
                return Ok(Some(stream));
            } else if let Some(credentials) = verb.strip_prefix("AUTH PLAIN ") {
                session.user = Some(credentials.to_owned());
                say(&mut stream, "235 welcome").await?;
            } else if let Some(from) = verb.strip_prefix("MAIL FROM:") {
                let limit = self.state.lock().unwrap().mails_per_connection;
                if limit.is_some_and(|limit| session.mails >= limit) {
                    say(&mut stream, "421 enough for one connection").await?;
                    return Ok(None);
                }
                session.from = from.to_owned();
                say(&mut stream, "250 ok").await?;
            } else if let Some(to) = verb.strip_prefix("RCPT TO:") {
                to.trim_matches(['<', '>']).clone_into(&mut session.to);
                let answer = self.refusal(&session.to).unwrap_or_else(|| "250 ok".into());
                say(&mut stream, &answer).await?;
            } else if verb == "DATA" {
                say(&mut stream, "354 go on").await?;
                if !self.take(&mut stream, &mut session).await? {
                    return Ok(None);
                }
            } else if verb == "QUIT" {
                say(&mut stream, "221 bye").await?;
                return Ok(None);
            } else {
                say(&mut stream, "250 ok").await?;
            }
        }
        Ok(None)
    }

    fn hello(&self, session: &Session) -> String {
        let mut lines = vec!["250-sink", "250-8BITMIME"];
        if session.starttls {
            lines.push("250-STARTTLS");
        }
        if !self.state.lock().unwrap().without_auth {
            lines.push("250-AUTH LOGIN PLAIN");
        }
        lines.push("250 SIZE 1000000");
        lines.join("\r\n")
    }

    fn refusal(&self, address: &str) -> Option<String> {
        let mut state = self.state.lock().unwrap();
        let (answer, times) = state.refusals.get_mut(address).filter(|(_, times)| *times > 0)?;
        *times -= 1;
        Some(answer.clone())
    }

    /// Takes a mail; answers whether the conversation goes on.
    async fn take<S>(&self, stream: &mut BufStream<S>, session: &mut Session) -> std::io::Result<bool>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let manner = self.state.lock().unwrap().manners.pop().unwrap_or_default();
        let mut text = String::new();
        let mut line = String::new();
        while {
            line.clear();
            stream.read_line(&mut line).await? > 0
        } && line != ".\r\n"
        {
            if manner == Manner::CutOff {
                return Ok(false);
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        if let Manner::Dawdle(pause) = manner {
            tokio::time::sleep(pause).await;
        }
        session.mails += 1;
        self.state.lock().unwrap().mails.push(session.received(text));
        self.arrived.notify_waiters();
        if manner == Manner::Silent {
            return Ok(false);
        }
        say(stream, "250 taken").await?;
        Ok(true)
    }
}

#[derive(Default)]
struct Session {
    hello: String,
    user: Option<String>,
    from: String,
    to: String,
    mails: u32,
    starttls: bool,
    encrypted: bool,
    client_certificate: bool,
}

impl Session {
    fn received(&self, text: String) -> Received {
        Received {
            from: self.from.clone(),
            to: self.to.clone(),
            text,
            hello: self.hello.clone(),
            user: self.user.clone(),
            encrypted: self.encrypted,
            client_certificate: self.client_certificate,
        }
    }
}

async fn say<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut BufStream<S>, line: &str) -> std::io::Result<()> {
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}
