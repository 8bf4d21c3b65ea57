//! From the configuration's `courier` section to the courier's own settings.
//! Never checks values: what cannot work is refused, by its key, when channels are built.
//! Next: `settings.rs` for what comes out.

use narthex_config as config;

use crate::settings::{
    ClientCertificate, Email, HttpAuth, HttpRequest, Settings, SmtpServer, Worker,
};

impl Settings {
    /// The settings that the section asks for. `keeps_mail` is `narthex.mailbox.enabled`: nothing is sent then.
    pub fn from_config(courier: &config::Courier, keeps_mail: bool) -> Self {
        let email = match courier.delivery_strategy {
            _ if keeps_mail => Email::Mailbox,
            config::DeliveryStrategy::Smtp => {
                smtp(&courier.smtp).map_or(Email::Missing, Email::Smtp)
            }
            config::DeliveryStrategy::Http => Email::Http(request(
                "courier.http.request_config".into(),
                &courier.http.request_config,
            )),
        };
        let channels = courier.channels.iter().enumerate();
        let sms = channels
            .filter(|(_, channel)| channel.id == "sms")
            .map(|(index, channel)| {
                request(
                    format!("courier.channels.{index}.request_config"),
                    &channel.request_config,
                )
            });
        // Of several of one id the first counts, as in the reference.
        let sms = sms.filter(|_| !keeps_mail).next();
        let worker = Worker {
            pull_count: u32::try_from(courier.worker.pull_count.max(0)).unwrap_or(u32::MAX),
            pull_wait: courier.worker.pull_wait,
            message_retries: u32::try_from(courier.message_retries.max(0)).unwrap_or(u32::MAX),
        };
        Self { email, sms, worker }
    }
}

fn smtp(smtp: &config::Smtp) -> Option<SmtpServer> {
    let set = |path: &str| (!path.is_empty()).then(|| path.into());
    let certificate = set(&smtp.client_cert_path);
    let key = set(&smtp.client_key_path);
    let client_certificate = match (certificate, key) {
        (None, None) => None,
        // One without the other is refused when it is read.
        (certificate, key) => Some(ClientCertificate {
            certificate: certificate.unwrap_or_default(),
            key: key.unwrap_or_default(),
        }),
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
        url: request
            .url
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        method: request.method.clone(),
        headers: request
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), value.expose().to_owned()))
            .collect(),
        auth: request.auth.as_ref().map(auth),
        body: request.body.as_ref().map(ToString::to_string),
    }
}

fn auth(auth: &config::HttpAuth) -> HttpAuth {
    match auth {
        config::HttpAuth::BasicAuth { user, password } => HttpAuth::Basic {
            user: user.clone(),
            password: password.expose().to_owned(),
        },
        config::HttpAuth::ApiKey { name, value, r#in } => {
            let (name, value) = (name.clone(), value.expose().to_owned());
            match r#in {
                config::ApiKeyPlace::Header => HttpAuth::Header { name, value },
                config::ApiKeyPlace::Cookie => HttpAuth::Cookie { name, value },
            }
        }
    }
}
