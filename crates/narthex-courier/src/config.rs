//! From the configuration's `courier` section to the courier's own settings.
//! Never checks values: what cannot work is refused, by its key, when channels are built.
//! Next: `settings.rs` for what comes out.

use narthex_config as config;

use crate::settings::{ClientCertificate, Email, HttpAuth, HttpRequest, Settings, SmtpServer, Worker};

impl Settings {
    /// The settings that the section asks for. `keeps_mail` is `narthex.mailbox.enabled`: nothing is sent then, and all can be read.
    pub fn from_config(courier: &config::Courier, keeps_mail: bool) -> Self {
        let email = match courier.delivery_strategy {
            _ if keeps_mail => Email::Mailbox,
            config::DeliveryStrategy::Smtp => smtp(&courier.smtp).map_or(Email::Missing, Email::Smtp),
            config::DeliveryStrategy::Http => Email::Http(request("courier.http.request_config".into(), &courier.http.request_config)),
        };
        // Of several of one id the first counts, as in the reference.
        let mut channels = courier.channels.iter().enumerate();
        let sms = channels
            .find(|(_, channel)| channel.id == "sms" && !keeps_mail)
            .map(|(index, channel)| request(format!("courier.channels.{index}.request_config"), &channel.request_config));
        let worker = Worker {
            pull_count: u32::try_from(courier.worker.pull_count.max(0)).unwrap_or(u32::MAX),
            pull_wait: courier.worker.pull_wait,
            message_retries: u32::try_from(courier.message_retries.max(0)).unwrap_or(u32::MAX),
        };
        Self { email, sms, worker, keeps_texts: keeps_mail }
    }
}

fn smtp(smtp: &config::Smtp) -> Option<SmtpServer> {
    let set = |path: &str| (!path.is_empty()).then(|| path.into());
    let certificate = set(&smtp.client_cert_path);
    let key = set(&smtp.client_key_path);
    let client_certificate = match (certificate, key) {
        (None, None) => None,
        // One without the other is refused when it is read.
        (certificate, key) => Some(ClientCertificate { certificate: certificate.unwrap_or_default(), key: key.unwrap_or_default() }),
    };
    Some(SmtpServer {
        connection_uri: smtp.connection_uri.as_ref()?.expose().to_owned(),
        from_address: smtp.from_address.clone(),
        from_name: smtp.from_name.clone(),
        headers: smtp.headers.clone(),
        local_name: smtp.local_name.clone(),
        client_certificate,
    })
}

fn request(key: String, request: &config::CourierRequest) -> HttpRequest {
    HttpRequest {
        key,
        url: request.url.as_ref().map(ToString::to_string).unwrap_or_default(),
        method: request.method.clone(),
        headers: request.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())).collect(),
        auth: request.auth.as_ref().map(auth),
        body: request.body.as_ref().map(ToString::to_string),
    }
}

fn auth(auth: &config::HttpAuth) -> HttpAuth {
    match auth {
        config::HttpAuth::BasicAuth { user, password } => HttpAuth::Basic { user: user.clone(), password: password.expose().to_owned() },
        config::HttpAuth::ApiKey { name, value, r#in } => {
            let (name, value) = (name.clone(), value.expose().to_owned());
            match r#in {
                config::ApiKeyPlace::Header => HttpAuth::Header { name, value },
                config::ApiKeyPlace::Cookie => HttpAuth::Cookie { name, value },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    fn settings(changes: &[(&str, Value)], keeps_mail: bool) -> Settings {
        let mut courier = json!({
            "delivery_strategy": "smtp",
            "message_retries": 5,
            "worker": { "pull_count": 10, "pull_wait": "50ms" },
            "templates": {},
            "smtp": {
                "from_address": "no-reply@issuer.test", "local_name": "localhost",
                "client_cert_path": "", "client_key_path": "",
            },
            "http": { "request_config": { "method": "POST", "body": "base64://e30=" } },
        });
        for (pointer, value) in changes {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            courier.pointer_mut(parent).unwrap()[name] = value.clone();
        }
        Settings::from_config(&serde_json::from_value(courier).unwrap(), keeps_mail)
    }

    fn uri() -> (&'static str, Value) {
        ("/smtp/connection_uri", json!("smtp://127.0.0.1:1025"))
    }

    #[test]
    fn mail_leaves_by_smtp_if_there_is_a_server() {
        assert!(matches!(settings(&[], false).email, Email::Missing));
        let Email::Smtp(server) = settings(&[uri()], false).email else { panic!("not by SMTP") };
        assert_eq!((server.connection_uri.as_str(), server.client_certificate), ("smtp://127.0.0.1:1025", None));
    }

    #[test]
    fn half_a_client_certificate_is_not_forgotten() {
        let changes = [uri(), ("/smtp/client_key_path", json!("/etc/key.pem"))];
        let Email::Smtp(server) = settings(&changes, false).email else { panic!("not by SMTP") };
        assert_eq!(server.client_certificate.unwrap().key.to_str(), Some("/etc/key.pem"));
    }

    #[test]
    fn the_mailbox_keeps_everything() {
        let channel = json!([{ "id": "sms", "request_config": { "url": "https://sms.test", "method": "POST" } }]);
        let changes = [uri(), ("/channels", channel)];
        let settings = settings(&changes, true);
        assert!(matches!(settings.email, Email::Mailbox) && settings.sms.is_none() && settings.keeps_texts);
    }

    #[test]
    fn requests_keep_their_key_and_their_credentials() {
        let auth = |config: Value, kind: &str| json!({ "type": kind, "config": config });
        let basic = auth(json!({ "user": "u", "password": "p" }), "basic_auth");
        let cookie = auth(json!({ "name": "n", "value": "v", "in": "cookie" }), "api_key");
        let channel = json!([{
            "id": "sms", "request_config": { "url": "https://sms.test", "method": "PUT", "auth": cookie },
        }]);
        let changes = [
            ("/delivery_strategy", json!("http")),
            ("/http/request_config/url", json!("https://mail.test")),
            ("/http/request_config/auth", basic),
            ("/channels", channel),
        ];
        let settings = settings(&changes, false);
        let Email::Http(mail) = settings.email else { panic!("not by HTTP") };
        assert_eq!((mail.key.as_str(), mail.url.as_str()), ("courier.http.request_config", "https://mail.test"));
        assert!(matches!(mail.auth, Some(HttpAuth::Basic { user, .. }) if user == "u"));
        assert_eq!(mail.body.as_deref(), Some("base64://e30="));
        let sms = settings.sms.unwrap();
        assert_eq!((sms.key.as_str(), sms.method.as_str()), ("courier.channels.0.request_config", "PUT"));
        assert!(matches!(sms.auth, Some(HttpAuth::Cookie { name, .. }) if name == "n"));
        assert!(sms.body.is_none());
    }

    #[test]
    fn numbers_below_zero_count_as_zero() {
        let changes = [("/message_retries", json!(-1)), ("/worker/pull_count", json!(-5))];
        let wanted = Worker { pull_count: 0, pull_wait: Duration::from_millis(50), message_retries: 0 };
        assert_eq!(settings(&changes, false).worker, wanted);
    }
}
