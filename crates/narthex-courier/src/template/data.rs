//! The data of a letter under the names of the reference: for HTTP deliveries in snake case, for Go templates by field name.
//! Never formats for people.
//! Next: `compose.rs` hands it on.

use jiff::Timestamp;
use narthex_api::Time;
use serde_json::{Map, Value, json};
use url::Url;

use super::{Letter, Occasion, Recipient, Template};
use crate::message::Via;

/// One datum; a name of `None` leaves it out of that form.
struct Field {
    json: Option<&'static str>,
    go: Option<&'static str>,
    value: Value,
}

fn field(json: &'static str, go: &'static str, value: impl Into<Value>) -> Field {
    Field { json: Some(json), go: Some(go), value: value.into() }
}

/// `template_data` as the body of an HTTP delivery sees it.
pub(super) fn template_data(letter: &Letter) -> Value {
    let named = fields(letter).into_iter().filter_map(|field| Some((field.json?.to_owned(), field.value)));
    Value::Object(named.collect())
}

/// What a Go template sees as `.`.
pub(super) fn go_data(letter: &Letter) -> Map<String, Value> {
    let named = fields(letter).into_iter().filter_map(|field| Some((field.go?.to_owned(), field.value)));
    named.collect()
}

/// What Go templates of a kind of message find in their data.
pub(super) fn field_names(template_type: &str, via: Via) -> Vec<&'static str> {
    specimen(template_type, via).iter().flat_map(fields).filter_map(|field| field.go).collect()
}

/// A letter of this kind, to try templates on.
pub(super) fn specimen(template_type: &str, via: Via) -> Option<Letter> {
    let template = specimens().into_iter().find(|template| template.type_name() == template_type)?;
    Some(Letter { to: Recipient { via, address: String::new() }, template, occasion: Occasion::default() })
}

/// One message of each kind, whatever it says.
fn specimens() -> [Template; 12] {
    let (expires_in_minutes, at) = (0, Time::new(Timestamp::UNIX_EPOCH));
    let text = String::new;
    [
        Template::RecoveryValid { recovery_url: text(), expires_in_minutes },
        Template::RecoveryInvalid,
        Template::RecoveryCodeValid { recovery_code: text(), expires_in_minutes },
        Template::RecoveryCodeInvalid,
        Template::VerificationValid { verification_url: text(), expires_in_minutes },
        Template::VerificationInvalid,
        Template::VerificationCodeValid { verification_code: text(), verification_url: text(), expires_in_minutes },
        Template::VerificationCodeInvalid,
        Template::LoginCodeValid { login_code: text(), expires_in_minutes },
        Template::RegistrationCodeValid { registration_code: text(), expires_in_minutes },
        Template::VerifiableAddressChanged { changed_at: at, stays: false },
        Template::AuthenticatorKeyAdded { added_at: at },
    ]
}

fn fields(letter: &Letter) -> Vec<Field> {
    let Letter { to, template, occasion } = letter;
    let mut fields = vec![field("to", "To", to.address.as_str())];
    if let (Some((json, go)), Some(code)) = (code_names(template, to.via), template.code()) {
        fields.push(field(json, go, code));
    }
    if let (Some((json, go)), Some(link)) = (link_names(template, to.via), template.link()) {
        fields.push(field(json, go, link));
    }
    fields.extend(person(template, to.via, &occasion.identity));
    fields.push(field("transient_payload", "TransientPayload", or_empty(&occasion.transient_payload)));
    match template {
        Template::VerifiableAddressChanged { changed_at: at, .. } => {
            fields.extend(moment("changed_at", "ChangedAt", *at));
        }
        Template::AuthenticatorKeyAdded { added_at: at } => {
            fields.extend(moment("added_at", "AddedAt", *at));
        }
        _ => {
            fields.push(field("request_url", "RequestURL", occasion.request_url.as_str()));
            if to.via == Via::Sms {
                fields.push(field("request_url_domain", "RequestURLDomain", request_domain(letter)));
            }
        }
    }
    if let Some(minutes) = template.expires_in_minutes() {
        fields.push(field("expires_in_minutes", "ExpiresInMinutes", minutes));
    }
    if knows_oauth2(template) {
        fields.extend(login_request(occasion.oauth2_login_request.as_ref()));
    }
    fields
}

fn code_names(template: &Template, via: Via) -> Option<(&'static str, &'static str)> {
    Some(match template {
        // The reference calls the code so in text messages.
        Template::RecoveryCodeValid { .. } if via == Via::Sms => ("verification_code", "RecoveryCode"),
        Template::RecoveryCodeValid { .. } => ("recovery_code", "RecoveryCode"),
        Template::VerificationCodeValid { .. } => ("verification_code", "VerificationCode"),
        Template::LoginCodeValid { .. } => ("login_code", "LoginCode"),
        Template::RegistrationCodeValid { .. } => ("registration_code", "RegistrationCode"),
        _ => return None,
    })
}

fn link_names(template: &Template, via: Via) -> Option<(&'static str, &'static str)> {
    Some(match template {
        Template::RecoveryValid { .. } => ("recovery_url", "RecoveryURL"),
        Template::VerificationCodeValid { .. } if via == Via::Sms => return None,
        Template::VerificationValid { .. } | Template::VerificationCodeValid { .. } => ("verification_url", "VerificationURL"),
        _ => return None,
    })
}

/// Whom the message is about, unless nobody is known.
fn person(template: &Template, via: Via, identity: &Value) -> Option<Field> {
    match template {
        Template::RecoveryInvalid | Template::RecoveryCodeInvalid | Template::VerificationInvalid | Template::VerificationCodeInvalid => {
            None
        }
        Template::RegistrationCodeValid { .. } if via == Via::Email => {
            Some(field("traits", "Traits", identity.get("traits").cloned().unwrap_or_default()))
        }
        _ => Some(field("identity", "Identity", identity.clone())),
    }
}

fn knows_oauth2(template: &Template) -> bool {
    matches!(
        template,
        Template::VerificationValid { .. }
            | Template::VerificationCodeValid { .. }
            | Template::LoginCodeValid { .. }
            | Template::RegistrationCodeValid { .. }
    )
}

/// The host by which the server was reached, without its port.
pub(super) fn request_domain(letter: &Letter) -> String {
    Url::parse(&letter.occasion.request_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

pub(super) fn or_empty(value: &Value) -> Value {
    if value.is_null() { json!({}) } else { value.clone() }
}

/// The login request, as JSON and as Go's struct of it; templates may test for it where there is none.
fn login_request(request: Option<&Value>) -> Vec<Field> {
    const CLIENT: [(&str, &str); 5] = [
        ("client_id", "ClientID"),
        ("client_name", "ClientName"),
        ("client_uri", "ClientURI"),
        ("logo_uri", "LogoURI"),
        ("metadata", "Metadata"),
    ];
    let Some(request) = request else {
        return vec![Field { json: None, go: Some("OAuth2LoginRequest"), value: Value::Null }];
    };
    let challenge = request.get("challenge").cloned().unwrap_or_default();
    let of_client = |name: &str| request.pointer("/client").and_then(|client| client.get(name)).cloned();
    let snake = CLIENT.iter().filter_map(|(name, _)| Some(((*name).to_owned(), of_client(name)?)));
    let pascal = CLIENT.iter().map(|(name, go)| ((*go).to_owned(), of_client(name).unwrap_or_default()));
    let json = json!({ "challenge": challenge, "client": snake.collect::<Map<_, _>>() });
    let go = json!({ "Challenge": challenge, "Client": pascal.collect::<Map<_, _>>() });
    vec![
        Field { json: Some("oauth2_login_request"), go: None, value: json },
        Field { json: None, go: Some("OAuth2LoginRequest"), value: go },
    ]
}

/// A moment as JSON has it, and as Go prints it.
fn moment(json: &'static str, go: &'static str, at: Time) -> Vec<Field> {
    let printed = at.timestamp().strftime("%Y-%m-%d %H:%M:%S%.f +0000 UTC").to_string();
    vec![Field { json: Some(json), go: None, value: at.to_string().into() }, Field { json: None, go: Some(go), value: printed.into() }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(via: Via, template: Template) -> Letter {
        let occasion = Occasion {
            identity: json!({"id": "7", "traits": {"email": "ada@example.org"}}),
            request_url: "http://127.0.0.1:4433/self-service/recovery/api".into(),
            ..Occasion::default()
        };
        Letter { to: Recipient { via, address: "ada@example.org".into() }, template, occasion }
    }

    fn names(value: &Value) -> Vec<&str> {
        let mut names: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn recovery_code() -> Template {
        Template::RecoveryCodeValid { recovery_code: "123456".into(), expires_in_minutes: 60 }
    }

    #[test]
    fn mail_carries_the_documented_keys() {
        let data = template_data(&letter(Via::Email, recovery_code()));
        let wanted = ["expires_in_minutes", "identity", "recovery_code", "request_url", "to", "transient_payload"];
        assert_eq!(names(&data), wanted);
        assert_eq!(data["transient_payload"], json!({}));
        let data = template_data(&letter(Via::Email, Template::RecoveryCodeInvalid));
        assert_eq!(names(&data), ["request_url", "to", "transient_payload"]);
    }

    #[test]
    fn text_messages_name_the_domain_and_call_the_recovery_code_otherwise() {
        let data = template_data(&letter(Via::Sms, recovery_code()));
        assert_eq!((&data["verification_code"], &data["request_url_domain"]), (&"123456".into(), &"127.0.0.1".into()));
        assert_eq!(go_data(&letter(Via::Sms, recovery_code()))["RecoveryCode"], "123456");
    }

    #[test]
    fn registration_shows_traits_by_mail_and_the_identity_by_text_message() {
        let template = Template::RegistrationCodeValid { registration_code: "1".into(), expires_in_minutes: 5 };
        assert_eq!(template_data(&letter(Via::Email, template.clone()))["traits"]["email"], "ada@example.org");
        assert_eq!(template_data(&letter(Via::Sms, template))["identity"]["id"], "7");
    }

    #[test]
    fn the_login_request_is_absent_from_json_and_nil_in_templates_when_there_is_none() {
        let template = Template::LoginCodeValid { login_code: "1".into(), expires_in_minutes: 5 };
        let mut letter = letter(Via::Email, template);
        assert!(template_data(&letter).get("oauth2_login_request").is_none());
        assert_eq!(go_data(&letter)["OAuth2LoginRequest"], Value::Null);
        letter.occasion.oauth2_login_request =
            Some(json!({"challenge": "c", "subject": "s", "client": {"client_name": "Shop", "secret": "x"}}));
        let shown = template_data(&letter)["oauth2_login_request"].clone();
        assert_eq!(shown, json!({"challenge": "c", "client": {"client_name": "Shop"}}));
        assert_eq!(go_data(&letter)["OAuth2LoginRequest"]["Client"]["ClientName"], "Shop");
    }

    #[test]
    fn moments_print_as_go_prints_them() {
        let changed_at = Time::new("2026-01-02T03:04:05.5Z".parse().unwrap());
        let letter = letter(Via::Email, Template::VerifiableAddressChanged { changed_at, stays: false });
        assert_eq!(go_data(&letter)["ChangedAt"], "2026-01-02 03:04:05.5 +0000 UTC");
        assert_eq!(names(&template_data(&letter)), ["changed_at", "identity", "to", "transient_payload"]);
    }
}
