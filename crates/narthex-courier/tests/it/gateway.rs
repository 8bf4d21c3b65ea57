//! A web server that takes messages, and delivery through it.

use std::sync::{Arc, Mutex};

use base64::Engine;
use narthex_courier::{Email, HttpAuth, HttpRequest, Settings, Status, Via};
use narthex_db::Db;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::post::{become_of, ends, get, queue, queue_letter, recovery_code, settings, start};

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Call {
    fn has(&self, header: &str) -> bool {
        self.headers.iter().any(|line| line.eq_ignore_ascii_case(header))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    answers: Arc<Mutex<Vec<(u16, String)>>>,
}

impl Gateway {
    /// Gives these answers one after the other, then 202.
    pub(crate) async fn start(answers: &[(u16, &str)]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let answers = answers.iter().rev().map(|(status, body)| (*status, (*body).to_owned())).collect();
        let gateway = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            calls: Arc::default(),
            answers: Arc::new(Mutex::new(answers)),
        };
        let serving = gateway.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let gateway = serving.clone();
                tokio::spawn(async move { gateway.serve(stream).await.ok() });
            }
        });
        gateway
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    async fn serve(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        loop {
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await? == 0 {
                    return Ok(());
                }
                if line == "\r\n" {
                    break;
                }
                lines.push(line.trim_end().to_owned());
            }
            let length = lines.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            stream.read_exact(&mut body).await?;
            let call = Call { line: lines.remove(0), headers: lines, body: String::from_utf8(body).unwrap() };
            self.calls.lock().unwrap().push(call);
            let (status, text) = self.answers.lock().unwrap().pop().unwrap_or((202, String::new()));
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\n\r\n{text}", text.len());
            stream.write_all(answer.as_bytes()).await?;
        }
    }
}

fn jsonnet(text: &str) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    format!("base64://{encoded}")
}

pub(crate) fn request(gateway: &Gateway) -> HttpRequest {
    HttpRequest {
        key: "courier.http.request_config".into(),
        url: format!("{}/mail", gateway.url),
        method: "PUT".into(),
        headers: [("X-Tenant".to_owned(), "test".to_owned())].into(),
        auth: Some(HttpAuth::Basic { user: "postman".into(), password: "secret".into() }),
        body: Some(jsonnet("function(ctx) { keys: std.objectFields(ctx), ctx: ctx }")),
    }
}

pub(crate) async fn delivered(db: Db) {
    let gateway = Gateway::start(&[]).await;
    let id = queue(&db, "ada@example.org").await;
    let _dispatcher = start(&db, &settings(Email::Http(request(&gateway)), 0));
    become_of(&db, id, Status::Sent).await;
    let calls = gateway.calls();
    let [call] = calls.as_slice() else { panic!("{calls:?}") };
    assert!(call.line.starts_with("PUT /mail "), "{}", call.line);
    for header in ["x-tenant: test", "content-type: application/json", "authorization: Basic cG9zdG1hbjpzZWNyZXQ="] {
        assert!(call.has(header), "{header} is not in {:?}", call.headers);
    }
    let body = call.json();
    let keys = ["body", "html_body", "message_type", "recipient", "request_headers", "subject", "template_data", "template_type"];
    assert_eq!(body["keys"], json!(keys));
    assert_eq!(body["ctx"]["template_data"]["recovery_code"], "482913");
    assert_eq!((&body["ctx"]["message_type"], &body["ctx"]["request_headers"]), (&json!("email"), &json!({})));
}

pub(crate) async fn tried_again(db: Db) {
    let gateway = Gateway::start(&[(500, "{}"), (404, "")]).await;
    let id = queue(&db, "ada@example.org").await;
    let _dispatcher = start(&db, &settings(Email::Http(request(&gateway)), 3));
    let message = become_of(&db, id, Status::Sent).await;
    assert_eq!((message.send_count, gateway.calls().len()), (3, 3));
    assert_eq!(ends(&message), ["success", "the server answers 404", "the server answers 500"]);
}

pub(crate) async fn default_body(db: Db) {
    let gateway = Gateway::start(&[]).await;
    let id = queue(&db, "ada@example.org").await;
    let auth = HttpAuth::Header { name: "X-Api-Key".into(), value: "secret".into() };
    let request = HttpRequest { body: None, auth: Some(auth), ..request(&gateway) };
    let message = get(&db, id).await;
    let _dispatcher = start(&db, &settings(Email::Http(request), 0));
    become_of(&db, id, Status::Sent).await;
    let call = gateway.calls().remove(0);
    assert!(call.has("x-api-key: secret"));
    let wanted = json!({
        "recipient": "ada@example.org", "template_type": "recovery_code_valid", "to": "ada@example.org",
        "subject": message.subject, "body": message.body, "recovery_code": "482913",
        "recovery_url": null, "verification_url": null, "verification_code": null,
    });
    assert_eq!(call.json(), wanted);
}

pub(crate) async fn text_message(db: Db) {
    let gateway = Gateway::start(&[]).await;
    let id = queue_letter(&db, &recovery_code(Via::Sms, "+4915222222401")).await;
    let sms = HttpRequest {
        key: "courier.channels.0.request_config".into(),
        method: "POST".into(),
        headers: [("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())].into(),
        auth: Some(HttpAuth::Cookie { name: "gateway".into(), value: "secret".into() }),
        body: Some(jsonnet("function(ctx) { To: ctx.recipient, Kind: ctx.template_type, Html: 'html_body' in ctx }")),
        ..request(&gateway)
    };
    let _dispatcher = start(&db, &Settings { sms: Some(sms), ..settings(Email::Missing, 0) });
    let message = become_of(&db, id, Status::Sent).await;
    assert_eq!((message.channel.as_str(), message.subject.as_str()), ("sms", ""));
    let call = gateway.calls().remove(0);
    assert!(call.has("cookie: gateway=secret"));
    assert_eq!(call.body, "Html=false&Kind=recovery_code_valid&To=%2B4915222222401");
}

pub(crate) async fn fetched_snippet(db: Db) {
    let snippets = Gateway::start(&[(200, "function(ctx) { to: ctx.recipient }")]).await;
    let gateway = Gateway::start(&[]).await;
    let request = HttpRequest { body: Some(format!("{}/body.jsonnet", snippets.url)), ..request(&gateway) };
    let _dispatcher = start(&db, &settings(Email::Http(request), 0));
    for address in ["a@example.org", "b@example.org"] {
        let id = queue(&db, address).await;
        become_of(&db, id, Status::Sent).await;
    }
    assert_eq!(snippets.calls().len(), 1, "it is fetched once");
    assert_eq!(gateway.calls()[1].json(), json!({"to": "b@example.org"}));
}

pub(crate) async fn failing_snippet(db: Db) {
    let gateway = Gateway::start(&[]).await;
    let request = HttpRequest { body: Some(jsonnet("function(ctx) error 'not today'")), ..request(&gateway) };
    let id = queue(&db, "ada@example.org").await;
    let _dispatcher = start(&db, &settings(Email::Http(request), 0));
    let message = become_of(&db, id, Status::Abandoned).await;
    assert!(ends(&message)[0].contains("not today"), "{:?}", ends(&message));
    assert!(gateway.calls().is_empty());
}
