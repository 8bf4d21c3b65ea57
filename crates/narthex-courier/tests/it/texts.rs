//! Texts of the configuration in place of our own.

use std::fs;

use base64::Engine;
use narthex_config::Courier;
use narthex_courier::{Composer, CourierError, Letter, Occasion, Recipient, Template, Via};
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::post::{outside, recovery_code};

fn b64(text: &str) -> String {
    format!("base64://{}", base64::engine::general_purpose::STANDARD.encode(text))
}

fn courier(templates: &Value, folder: Option<&std::path::Path>) -> Courier {
    serde_json::from_value(json!({
        "delivery_strategy": "smtp",
        "message_retries": 5,
        "worker": { "pull_count": 10, "pull_wait": "50ms" },
        "template_override_path": folder,
        "templates": templates,
        "smtp": {
            "from_address": "no-reply@issuer.test", "local_name": "localhost",
            "client_cert_path": "", "client_key_path": "",
        },
        "http": { "request_config": { "method": "POST" } },
    }))
    .unwrap()
}

fn composer(courier: &Courier) -> Result<Composer, Vec<CourierError>> {
    Composer::default().with_overrides(courier, outside().http)
}

fn letter() -> Letter {
    let mut letter = recovery_code(Via::Email, "zoe@example.org");
    letter.occasion.identity = json!({"traits": {"email": "zoe@example.org", "name": {"first": "Zoë & Co"}}});
    letter.occasion.transient_payload = json!({"note": "<b>bold</b>"});
    letter
}

#[tokio::test]
async fn texts_of_the_configuration_see_the_documented_fields() {
    let templates = json!({ "recovery_code": { "valid": { "email": {
        "subject": b64("  recover {{ .To }}\n"),
        "body": {
            "plaintext": b64("{{ .RecoveryCode }} {{ .Identity.traits.name.first | upper }} {{ .RequestURL }} \
                              {{ .ExpiresInMinutes }} {{ .TransientPayload.note }} {{ .TransientPayload.other }}"),
            "html": b64("<b>{{ .RecoveryCode }}</b> {{ .TransientPayload.note }}{{ .TransientPayload.other }} \
                         <a href=\"{{ .RequestURL }}\">x</a>"),
        },
    } } } });
    let message = composer(&courier(&templates, None)).unwrap().compose(&letter()).await;
    let url = "http://127.0.0.1:4433/self-service/recovery/api";
    assert_eq!(message.subject, "recover zoe@example.org");
    assert_eq!(message.body, format!("482913 ZOË & CO {url} 60 <b>bold</b> <no value>"));
    let html = format!("<b>482913</b> &lt;b&gt;bold&lt;/b&gt; <a href=\"{url}\">x</a>");
    assert_eq!(message.html_body, Some(html));
}

#[tokio::test]
async fn a_folder_replaces_the_texts_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("recovery_code/valid");
    fs::create_dir_all(&directory).unwrap();
    let write = |name: &str, text: &str| fs::write(directory.join(name), text).unwrap();
    write("email.body.gotmpl", "{{ template \"greeting\" . }}{{ define \"greeting\" }}hi {{ .Identity.traits.name.first }}{{ end }}");
    write("email.subject.gotmpl", "{{ template \"email.subject.de.gotmpl\" . }}");
    write("email.subject.de.gotmpl", "Für {{ .To }}");
    let composer = composer(&courier(&json!({}), Some(folder.path()))).unwrap();
    let message = composer.compose(&letter()).await;
    assert_eq!(message.subject, "Für zoe@example.org");
    assert_eq!(message.html_body.as_deref(), Some("hi Zoë &amp; Co"));
    let own = Composer::default().compose(&letter()).await;
    assert_eq!(message.body, own.body, "the folder has no plain text");
    let other = Letter { template: Template::RecoveryCodeInvalid, ..letter() };
    assert_eq!(composer.compose(&other).await, Composer::default().compose(&other).await);
}

#[tokio::test]
async fn texts_by_http_are_fetched_once_when_first_needed() {
    let texts = Gateway::start(&[(200, "fetched {{ .To }}"), (200, "changed {{ .To }}")]).await;
    let templates = json!({ "recovery_code": { "valid": { "email": { "subject": format!("{}/subject", texts.url) } } } });
    let composer = composer(&courier(&templates, None)).unwrap();
    assert!(texts.calls().is_empty());
    for _ in 0..2 {
        assert_eq!(composer.compose(&letter()).await.subject, "fetched zoe@example.org");
    }
    assert_eq!(texts.calls().len(), 1);
}

#[tokio::test]
async fn a_text_that_cannot_be_had_or_rendered_leaves_the_word_to_ours() {
    let texts = Gateway::start(&[(404, "")]).await;
    let templates = json!({ "recovery_code": { "valid": { "email": {
        "subject": format!("{}/subject", texts.url),
        "body": { "plaintext": b64("{{ fail \"no\" }}") },
    } } } });
    let composer = composer(&courier(&templates, None)).unwrap();
    let own = Composer::default().compose(&letter()).await;
    for _ in 0..2 {
        assert_eq!(composer.compose(&letter()).await, own);
    }
    assert_eq!(texts.calls().len(), 1, "what failed just now is not asked for again at once");
}

#[tokio::test]
async fn text_messages_have_a_text_of_their_own() {
    let text = b64("{{ .To }} {{ .VerificationCode }} {{ .RequestURLDomain }} {{ .ExpiresInMinutes }}");
    let templates = json!({ "verification_code": { "valid": { "sms": { "body": { "plaintext": text } } } } });
    let letter = Letter {
        to: Recipient { via: Via::Sms, address: "+4915222222401".into() },
        template: Template::VerificationCodeValid {
            verification_code: "482913".into(),
            verification_url: String::new(),
            expires_in_minutes: 60,
        },
        occasion: Occasion { request_url: "http://127.0.0.1:4433/x".into(), ..Occasion::default() },
    };
    let message = composer(&courier(&templates, None)).unwrap().compose(&letter).await;
    assert_eq!(message.body, "+4915222222401 482913 127.0.0.1 60");
}

#[tokio::test]
async fn texts_that_can_never_be_rendered_are_refused_by_name() {
    let refused = |templates: Value| {
        let mistakes = composer(&courier(&templates, None)).unwrap_err();
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        mistakes[0].to_string()
    };
    let subject = |text: &str| json!({ "recovery_code": { "valid": { "email": { "subject": b64(text) } } } });
    let unknown = refused(subject("{{ if .To }}{{ else }}{{ .Nope }}{{ end }}"));
    assert!(unknown.starts_with("courier.templates.recovery_code.valid.email.subject:") && unknown.contains("no field .Nope"), "{unknown}");
    let endless = refused(subject("{{ range until 100000000 }}{{ end }}"));
    assert!(endless.contains("too many steps"), "{endless}");
    // Each kind of message has fields of its own, and so has each way out.
    let elsewhere = json!({ "recovery_code": { "invalid": { "email": { "subject": b64("{{ .RecoveryCode }}") } } } });
    assert!(refused(elsewhere).contains("no field .RecoveryCode"));
    let by_mail =
        |field: &str| json!({ "verification_code": { "valid": { "email": { "subject": b64(&format!("{{{{ .{field} }}}}")) } } } });
    assert!(refused(by_mail("RequestURLDomain")).contains("no field .RequestURLDomain"));
    composer(&courier(&by_mail("Identity.traits.a.b.c"), None)).unwrap();
}

#[tokio::test]
async fn all_texts_that_are_no_templates_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("login_code/valid")).unwrap();
    fs::write(folder.path().join("login_code/valid/sms.body.gotmpl"), "{{ end }}").unwrap();
    let templates = json!({
        "recovery": { "invalid": { "email": { "subject": b64("{{ .To") } } },
        "recovery_code": { "valid": { "email": { "subject": b64("{{ if .To }}{{ .VerificationCode }}{{ end }}") } } },
        "verification": { "valid": { "email": { "body": { "html": "file:///nowhere.gotmpl" } } } },
        "verifiable_address_changed": { "email": { "body": { "plaintext": b64("{{ nosuchfunction }}") } } },
    });
    let mistakes = composer(&courier(&templates, Some(folder.path()))).unwrap_err();
    let mut keys: Vec<_> = mistakes.iter().map(|mistake| mistake.key.as_str()).collect();
    keys.sort_unstable();
    let wanted = [
        "courier.template_override_path",
        "courier.templates.recovery.invalid.email.subject",
        "courier.templates.recovery_code.valid.email.subject",
        "courier.templates.verifiable_address_changed.email.body.plaintext",
        "courier.templates.verification.valid.email.body.html",
    ];
    assert_eq!(keys, wanted);
    let folder = mistakes.iter().find(|mistake| mistake.key == wanted[0]).unwrap();
    assert!(folder.reason.contains("login_code/valid") && folder.reason.contains("sms.body.gotmpl"), "{folder}");
}
