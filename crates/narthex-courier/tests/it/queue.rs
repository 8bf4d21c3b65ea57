//! The queue itself: transactions, claims that run out, lists, clean-up.

use std::sync::Arc;
use std::time::Duration;

use narthex_api::Time;
use narthex_courier::{Composer, Dispatcher, Filter, Position, Status, Via, backlog, cleanup, enqueue, list};
use narthex_db::{Batch, Db, params};
use uuid::Uuid;

use crate::post::{become_of, get, now, outside, queue, recovery_code, start, to_sink};
use crate::sink::{Manner, Sink};

pub(crate) async fn transactional(db: Db) {
    let id = Uuid::now_v7();
    let message = Composer::default().compose(&recovery_code(Via::Email, "ada@example.org")).await;
    let failing = Batch::durable().append(enqueue(&message, id, now())).push_expecting(
        1,
        "DELETE FROM courier_messages WHERE id = $1",
        params![Uuid::nil()],
    );
    db.write(failing).await.unwrap_err();
    assert!(narthex_courier::get(&db, id).await.unwrap().is_none());
}

/// An instance that is killed in the middle of a delivery: what it claimed comes again when the claim has run out,
/// not before, and once.
pub(crate) async fn killed(db: Db) {
    let sink = Sink::start().await;
    sink.manners(&[Manner::Dawdle(Duration::from_secs(30))]);
    let id = queue(&db, "ada@example.org").await;
    let killed = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (other, to) = (db.clone(), to_sink(&sink, 0));
    killed.spawn(async move {
        let _dispatcher = start(&other, &to);
        std::future::pending::<()>().await;
    });
    let begun = async {
        while sink.is_told_more() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), begun).await.unwrap();
    killed.shutdown_background();

    let dispatcher = start(&db, &to_sink(&sink, 0));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(get(&db, id).await.status, Status::Processing, "the claim still holds");
    dispatcher.stop(Duration::from_secs(5)).await;

    let later = Arc::new(|| now().plus(Duration::from_secs(61)));
    let _dispatcher = Dispatcher::start(db.clone(), &to_sink(&sink, 0), &outside(), later).unwrap();
    let message = become_of(&db, id, Status::Sent).await;
    assert_eq!(message.send_count, 1, "a try that nobody saw the end of does not count");
}

pub(crate) async fn lists(db: Db) {
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(queue(&db, &format!("u{n}@example.org")).await);
    }
    ids.reverse();
    let listed = |filter: Filter, limit| {
        let db = db.clone();
        async move { list(&db, &filter, limit).await.unwrap() }
    };
    let all = listed(Filter::default(), 10).await;
    assert_eq!(all.iter().map(|message| message.id).collect::<Vec<_>>(), ids, "newest first");
    assert!(all.iter().all(|message| message.dispatches.is_none()));

    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = listed(Filter { after, ..Filter::default() }, 2).await;
        let Some(last) = page.last() else { break };
        after = Some(Position::of(last));
        seen.extend(page.iter().map(|message| message.id));
    }
    assert_eq!(seen, ids, "pages neither repeat nor leave out");

    for (recipient, count) in [("u3@example.org", 1), ("U3@EXAMPLE.ORG", 0), ("u3", 0), ("u3@example.org' OR '1'='1", 0)] {
        let filter = Filter { recipient: Some(recipient.into()), ..Filter::default() };
        assert_eq!(listed(filter, 10).await.len(), count, "{recipient}");
    }
    for (status, count) in [(Status::Queued, 5), (Status::Processing, 0), (Status::Sent, 0), (Status::Abandoned, 0)] {
        let filter = Filter { status: Some(status), ..Filter::default() };
        assert_eq!(listed(filter, 10).await.len(), count, "{status:?}");
    }
    let waiting = backlog(&db).await.unwrap();
    assert_eq!((waiting.len(), waiting[0].lane.as_str(), waiting[0].waiting), (1, "email", 5));
}

pub(crate) async fn cleaned_up(db: Db) {
    let sink = Sink::start().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(queue(&db, &format!("u{n}@example.org")).await);
    }
    let dispatcher = start(&db, &to_sink(&sink, 0));
    for id in &ids {
        become_of(&db, *id, Status::Sent).await;
    }
    dispatcher.stop(Duration::from_secs(5)).await;
    let waiting = queue(&db, "waiting@example.org").await;
    let before = ids_time(&db, ids[4]).await;
    assert_eq!(cleanup(&db, before, 3).await.unwrap(), 3);
    assert_eq!(cleanup(&db, before, 3).await.unwrap(), 1, "the fifth is not older than itself");
    assert_eq!(cleanup(&db, now().plus(Duration::from_secs(9)), 100).await.unwrap(), 1);
    assert_eq!(get(&db, waiting).await.status, Status::Queued, "what is not settled stays");
    let left = db.query("SELECT COUNT(*) FROM courier_dispatches", params![]).await.unwrap();
    assert_eq!(left[0].get::<i64>(0).unwrap(), 0);
}

async fn ids_time(db: &Db, id: Uuid) -> Time {
    get(db, id).await.created_at
}
