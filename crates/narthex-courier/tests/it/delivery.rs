//! From the queue to a mail server, good and bad.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use narthex_courier::{Dispatcher, Email, Filter, Outside, Status, Via, backlog, mailbox};
use narthex_db::{Db, params};
use uuid::Uuid;

use crate::gateway::{Gateway, request};
use crate::post::{become_of, clock, ends, get, outside, queue, queue_letter, recovery_code, settings, smtp, start, to_sink};
use crate::sink::{Manner, Sink};

pub(crate) async fn sent(db: Db) {
    let sink = Sink::start().await;
    let id = queue(&db, "ada@example.org").await;
    let dispatcher = start(&db, &to_sink(&sink, 5));
    let message = become_of(&db, id, Status::Sent).await;
    assert_eq!((message.send_count, ends(&message)), (1, vec!["success"]));
    let mails = sink.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("<no-reply@issuer.test>", "ada@example.org"));
    assert_eq!(mail.hello, "issuer.test");
    for wanted in ["From: \"Test Desk\" <no-reply@issuer.test>", "X-Test: yes", "\r\n482913\r\n", "Date: "] {
        assert!(mail.text.contains(wanted), "{wanted} is not in {}", mail.text);
    }
    assert!(dispatcher.stop(Duration::from_secs(5)).await);
}

pub(crate) async fn woken(db: Db) {
    let sink = Sink::start().await;
    let mut settings = to_sink(&sink, 5);
    settings.worker.pull_wait = Duration::from_secs(60);
    let dispatcher = start(&db, &settings);
    tokio::time::sleep(Duration::from_millis(100)).await;
    queue(&db, "ada@example.org").await;
    dispatcher.bell().notify();
    sink.wait_for(1).await;
}

pub(crate) async fn refused_for_a_while(db: Db) {
    let sink = Sink::start().await;
    sink.refuse("ada@example.org", "451 try later", 2);
    let id = queue(&db, "ada@example.org").await;
    let _dispatcher = start(&db, &to_sink(&sink, 2));
    let message = become_of(&db, id, Status::Sent).await;
    assert_eq!(message.send_count, 3);
    let ends = ends(&message);
    assert_eq!(ends.len(), 3);
    assert_eq!(ends[0], "success");
    assert!(ends[1].contains("451") && ends[1].contains("try later"), "{ends:?}");
    assert_eq!(sink.mails().len(), 1);
}

pub(crate) async fn refused_for_good(db: Db) {
    let sink = Sink::start().await;
    sink.refuse("gone@example.org", "550 no such user", 100);
    let gone = queue(&db, "gone@example.org").await;
    let fine = queue(&db, "fine@example.org").await;
    let _dispatcher = start(&db, &to_sink(&sink, 2));
    let message = become_of(&db, gone, Status::Abandoned).await;
    assert_eq!((message.send_count, ends(&message).len()), (3, 3));
    assert!(ends(&message)[0].contains("550"));
    become_of(&db, fine, Status::Sent).await;
}

pub(crate) async fn unreachable(db: Db) {
    let id = queue(&db, "ada@example.org").await;
    let _dispatcher = start(&db, &settings(Email::Smtp(smtp("smtp://127.0.0.1:1/?disable_starttls=true")), 1));
    let message = become_of(&db, id, Status::Abandoned).await;
    assert_eq!(message.send_count, 2);
    assert!(ends(&message)[0].starts_with("127.0.0.1:1: cannot connect"), "{message:?}");
}

pub(crate) async fn forbidden(db: Db) {
    let sink = Sink::start().await;
    let id = queue(&db, "ada@example.org").await;
    let rules = Outside { forbidden: Some(|address| address.is_loopback()), ..outside() };
    let uri = sink.uri().replace("127.0.0.1", "localhost");
    let _dispatcher = Dispatcher::start(db.clone(), &settings(Email::Smtp(smtp(&uri)), 0), &rules, clock()).unwrap();
    let message = become_of(&db, id, Status::Abandoned).await;
    assert!(ends(&message)[0].contains("clients.smtp.disallow_private_ip_ranges"), "{message:?}");
    assert!(sink.mails().is_empty());
}

pub(crate) async fn cut_off(db: Db) {
    let sink = Sink::start().await;
    sink.manners(&[Manner::CutOff, Manner::CutOff]);
    let id = queue(&db, "ada@example.org").await;
    let _dispatcher = start(&db, &to_sink(&sink, 5));
    let message = become_of(&db, id, Status::Sent).await;
    assert_eq!(message.send_count, 3);
    assert_eq!(sink.mails().len(), 1, "what was cut off did not arrive");
}

pub(crate) async fn unanswered(db: Db) {
    let sink = Sink::start().await;
    sink.manners(&[Manner::Silent]);
    let id = queue(&db, "ada@example.org").await;
    let _dispatcher = start(&db, &to_sink(&sink, 5));
    become_of(&db, id, Status::Sent).await;
    let mails = sink.mails();
    let [first, second] = mails.as_slice() else { panic!("{mails:?}") };
    let message_id = format!("Message-ID: <{id}@issuer.test>");
    assert!(first.text.contains(&message_id) && second.text.contains(&message_id), "a repetition can be told");
}

pub(crate) async fn slow(db: Db) {
    let sink = Sink::start().await;
    sink.manners(&[Manner::Dawdle(Duration::from_millis(700)); 10]);
    for n in 0..10 {
        queue(&db, &format!("u{n}@example.org")).await;
    }
    let begin = Instant::now();
    let _dispatcher = start(&db, &to_sink(&sink, 5));
    sink.wait_for(10).await;
    assert!(begin.elapsed() < Duration::from_secs(5), "they wait side by side");
}

/// A mail server that takes every connection and never says a word, while text messages have a server that works.
pub(crate) async fn dead(db: Db) {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let uri = format!("smtp://{}/?disable_starttls=true", listener.local_addr().unwrap());
    let connections = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            taken.lock().unwrap().push(stream);
        }
    });
    for n in 0..200 {
        queue(&db, &format!("u{n}@example.org")).await;
    }
    let gateway = Gateway::start(&[]).await;
    let mut settings = settings(Email::Smtp(smtp(&uri)), 5);
    settings.sms = Some(request(&gateway));
    let dispatcher = start(&db, &settings);
    let busy = async {
        while connections.lock().unwrap().len() < 64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), busy).await.unwrap();
    for n in 0..100 {
        queue_letter(&db, &recovery_code(Via::Sms, &format!("+49152222224{n:02}"))).await;
    }
    dispatcher.bell().notify();
    let texts = async {
        while gateway.calls().len() < 100 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(8), texts).await.unwrap();
    assert_eq!(connections.lock().unwrap().len(), 64, "a dead server gets no more connections than a busy one");
    let (queued, processing) = (mails(&db, Status::Queued).await, mails(&db, Status::Processing).await);
    assert_eq!((queued, processing), (136, 64), "what cannot be begun is not claimed");
}

/// How many mails there are; the ends of text messages may not be noted down yet.
async fn mails(db: &Db, status: Status) -> usize {
    let all = narthex_courier::list(db, &Filter { status: Some(status), ..Filter::default() }, 1000).await.unwrap();
    all.iter().filter(|message| message.via == Via::Email).count()
}

pub(crate) async fn stopped(db: Db) {
    let sink = Sink::start().await;
    sink.manners(&[Manner::Dawdle(Duration::from_millis(500))]);
    let id = queue(&db, "ada@example.org").await;
    let dispatcher = start(&db, &to_sink(&sink, 5));
    let begun = async {
        while get(&db, id).await.status == Status::Queued {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), begun).await.unwrap();
    assert!(dispatcher.stop(Duration::from_secs(5)).await);
    assert_eq!(get(&db, id).await.status, Status::Sent, "what was under way is noted down before the end");
    let late = queue(&db, "late@example.org").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(get(&db, late).await.status, Status::Queued);
}

pub(crate) async fn connections_are_kept(db: Db) {
    let sink = Sink::start().await;
    let _dispatcher = start(&db, &to_sink(&sink, 0));
    for n in 0..5 {
        let id = queue(&db, &format!("u{n}@example.org")).await;
        become_of(&db, id, Status::Sent).await;
    }
    assert_eq!(sink.connections(), 1);
}

pub(crate) async fn tired_connections_are_replaced(db: Db) {
    let sink = Sink::start().await;
    sink.close_after(2);
    // No retries: a connection that the server closes between mails must not cost a try.
    let _dispatcher = start(&db, &to_sink(&sink, 0));
    for n in 0..6 {
        let id = queue(&db, &format!("u{n}@example.org")).await;
        become_of(&db, id, Status::Sent).await;
    }
    assert_eq!(sink.connections(), 3);
}

pub(crate) async fn many_instances(db: Db) {
    let sink = Sink::start().await;
    for n in 0..200 {
        queue(&db, &format!("u{n}@example.org")).await;
    }
    let dispatchers: Vec<_> = (0..4).map(|_| start(&db, &to_sink(&sink, 5))).collect();
    sink.wait_for(200).await;
    for dispatcher in dispatchers {
        assert!(dispatcher.stop(Duration::from_secs(10)).await);
    }
    let mut recipients: Vec<_> = sink.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(recipients.len(), 200);
    recipients.sort_unstable();
    recipients.dedup();
    assert_eq!(recipients.len(), 200, "each message was delivered once");
    assert_eq!(backlog(&db).await.unwrap(), []);
}

pub(crate) async fn reloaded(db: Db) {
    let (first, second) = (Sink::start().await, Sink::start().await);
    let dispatcher = start(&db, &to_sink(&first, 5));
    queue(&db, "a@example.org").await;
    first.wait_for(1).await;
    dispatcher.reload(&to_sink(&second, 5), &outside()).unwrap();
    queue(&db, "b@example.org").await;
    second.wait_for(1).await;
    let mut wrong = to_sink(&second, 5);
    wrong.email = Email::Smtp(smtp("gopher://x"));
    assert_eq!(dispatcher.reload(&wrong, &outside()).unwrap_err().key, "courier.smtp.connection_uri");
    queue(&db, "c@example.org").await;
    second.wait_for(2).await;
}

pub(crate) async fn development(db: Db) {
    let mail = queue(&db, "ada@example.org").await;
    let text = queue_letter(&db, &recovery_code(Via::Sms, "+4915222222401")).await;
    let _dispatcher = start(&db, &settings(Email::Mailbox, 5));
    become_of(&db, mail, Status::Sent).await;
    become_of(&db, text, Status::Sent).await;
    let shown = mailbox(&db, 10).await.unwrap();
    let recipients: Vec<_> = shown.iter().map(|message| message.recipient.as_str()).collect();
    assert_eq!(recipients, ["+4915222222401", "ada@example.org"]);
    assert!(shown[1].body.contains("482913") && shown[1].html_body.is_some());
}

/// What a copy of the database would show of a message.
async fn kept_of(db: &Db, id: Uuid) -> String {
    let sql = "SELECT subject, body, html_body, template_data, request_headers FROM courier_messages WHERE id = $1";
    let rows = db.query(sql, params![id]).await.unwrap();
    let text = |column| rows[0].get::<Option<String>>(column).unwrap().unwrap_or_default();
    (0..5).map(text).collect::<Vec<_>>().join("|")
}

/// Sent, given up, and in between: a code is kept only as long as it is still to be sent.
pub(crate) async fn blanked(db: Db) {
    let sink = Sink::start().await;
    sink.refuse("ada@example.org", "451 try later", 1);
    let id = queue(&db, "ada@example.org").await;
    assert!(kept_of(&db, id).await.contains("482913"));
    let dispatcher = start(&db, &to_sink(&sink, 2));
    become_of(&db, id, Status::Sent).await;
    dispatcher.stop(Duration::from_secs(5)).await;
    assert_eq!(kept_of(&db, id).await, "|||{}|{}");
    assert_eq!(mailbox(&db, 10).await.unwrap(), [], "what was really sent is not shown as if it had been kept back");
    let id = queue_letter(&db, &recovery_code(Via::Sms, "+4915222222405")).await;
    let _dispatcher = start(&db, &to_sink(&sink, 0));
    become_of(&db, id, Status::Abandoned).await;
    assert_eq!(kept_of(&db, id).await, "|||{}|{}");
}

pub(crate) async fn without_a_channel(db: Db) {
    let sink = Sink::start().await;
    let id = queue_letter(&db, &recovery_code(Via::Sms, "+4915222222403")).await;
    let _dispatcher = start(&db, &to_sink(&sink, 0));
    let message = become_of(&db, id, Status::Abandoned).await;
    assert_eq!((message.send_count, ends(&message).len()), (1, 1));
}
