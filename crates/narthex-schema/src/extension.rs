//! The keyword `ory.sh/kratos`: which traits sign in, name a key, are verified, recover an account.
//! Never here: credentials and addresses as they are stored. Next: `identity_schema.rs`, which hands out what is found.

use serde_json::{Map, Value};

use crate::identifier::{normalize_identifier, strict_email, strict_phone};
use crate::json_schema::{Hit, brief};
use crate::message::{self, Violation};

/// The keyword's name.
pub(crate) const KEYWORD: &str = "ory.sh/kratos";

const VIAS: &str = "\"email\", \"sms\"";

/// How a message reaches an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// By e-mail.
    Email,
    /// By text message.
    Sms,
}

impl Via {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|via| via.as_str() == name)
    }
}

/// What the keyword says of one trait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the document")]
pub(crate) struct Extension {
    pub(crate) password: bool,
    pub(crate) webauthn: bool,
    pub(crate) passkey: bool,
    pub(crate) totp: bool,
    pub(crate) code: bool,
    code_via: Option<Via>,
    verification: Option<Via>,
    recovery: Option<Via>,
    /// The `format` beside the keyword: whether an address has to be strictly one.
    format: String,
}

impl Extension {
    /// Whether the trait is something to sign in with or to be named by.
    pub(crate) fn names_an_account(&self) -> bool {
        self.password || self.webauthn || self.passkey || self.totp || self.code
    }

    /// Whether text messages go to the trait.
    fn is_phone(&self) -> bool {
        [self.code_via, self.verification, self.recovery].contains(&Some(Via::Sms))
    }
}

/// A mistake in the keyword's value, its pointer relative to that value.
pub(crate) struct ExtensionFault {
    pub(crate) pointer: String,
    pub(crate) problem: String,
    pub(crate) accepted: &'static str,
}

/// Reads the keyword's value, given the keywords beside it.
pub(crate) fn parse(value: &Value, siblings: &Map<String, Value>) -> (Extension, Vec<ExtensionFault>) {
    let mut reader = Reader { faults: Vec::new() };
    let top = reader.object("", value, "credentials, verification, recovery, organizations");
    let credentials = reader.member(top, "", "credentials", "password, webauthn, passkey, totp, code");
    let password = reader.member(credentials, "/credentials", "password", "identifier");
    let webauthn = reader.member(credentials, "/credentials", "webauthn", "identifier");
    let passkey = reader.member(credentials, "/credentials", "passkey", "display_name");
    let app = reader.member(credentials, "/credentials", "totp", "account_name");
    let code = reader.member(credentials, "/credentials", "code", "identifier, via");
    let verification = reader.member(top, "", "verification", "via");
    let recovery = reader.member(top, "", "recovery", "via");
    let organizations = reader.member(top, "", "organizations", "matcher");
    reader.read(organizations, "/organizations", "matcher", "\"email_domain\"", |v| (v == "email_domain").then_some(()));
    let extension = Extension {
        password: reader.flag(password, "/credentials/password", "identifier"),
        webauthn: reader.flag(webauthn, "/credentials/webauthn", "identifier"),
        passkey: reader.flag(passkey, "/credentials/passkey", "display_name"),
        totp: reader.flag(app, "/credentials/totp", "account_name"),
        code: reader.flag(code, "/credentials/code", "identifier"),
        code_via: reader.via(code, "/credentials/code"),
        verification: reader.via(verification, "/verification"),
        recovery: reader.via(recovery, "/recovery"),
        format: siblings.get("format").and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    (extension, reader.faults)
}

type Members<'v> = Option<&'v Map<String, Value>>;

struct Reader {
    faults: Vec<ExtensionFault>,
}

impl Reader {
    fn fault(&mut self, pointer: String, problem: String, accepted: &'static str) {
        self.faults.push(ExtensionFault { pointer, problem, accepted });
    }

    fn object<'v>(&mut self, pointer: &str, value: &'v Value, accepted: &'static str) -> Members<'v> {
        let Some(members) = value.as_object() else {
            self.fault(pointer.to_owned(), format!("{} is no object", brief(value)), accepted);
            return None;
        };
        for name in members.keys().filter(|name| !accepted.split(", ").any(|known| known == *name)) {
            self.fault(pointer.to_owned(), format!("the member \"{name}\" is not known"), accepted);
        }
        Some(members)
    }

    fn member<'v>(&mut self, of: Members<'v>, pointer: &str, name: &str, accepted: &'static str) -> Members<'v> {
        let value = of?.get(name)?;
        self.object(&format!("{pointer}/{name}"), value, accepted)
    }

    fn read<'v, T>(
        &mut self,
        of: Members<'v>,
        pointer: &str,
        name: &str,
        accepted: &'static str,
        read: impl Fn(&'v Value) -> Option<T>,
    ) -> Option<T> {
        let value = of?.get(name)?;
        let read = read(value);
        if read.is_none() {
            self.fault(format!("{pointer}/{name}"), format!("{} is no value for {name}", brief(value)), accepted);
        }
        read
    }

    fn flag(&mut self, of: Members<'_>, pointer: &str, name: &str) -> bool {
        self.read(of, pointer, name, "true or false", Value::as_bool).unwrap_or_default()
    }

    fn via(&mut self, of: Members<'_>, pointer: &str) -> Option<Via> {
        self.read(of, pointer, "via", VIAS, |value| Via::named(value.as_str()?))
    }
}

/// What the traits of an identity say of it, in the order of the schema. Identifiers are normalised
/// ([`crate::normalize_identifier`]) and each is there once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extracted {
    /// What can be typed with a password.
    pub password_identifiers: Vec<String>,
    /// Where a code to sign in can be sent, sorted.
    pub code_addresses: Vec<(String, Via)>,
    /// What can be typed before a security key is asked for.
    pub webauthn_identifiers: Vec<String>,
    /// The name of the account on a passkey, as it was typed.
    pub passkey_display_name: Option<String>,
    /// The name of the account in an authenticator app, as it was typed.
    pub totp_account_name: Option<String>,
    /// Addresses that want to be verified.
    pub verifiable: Vec<(String, Via)>,
    /// Addresses to which recovery messages go.
    pub recovery: Vec<(String, Via)>,
    /// Phone numbers that were not typed in their normal form (E.164): the steps to them, and that form.
    phones: Vec<(Vec<String>, String)>,
}

impl Extracted {
    /// Collects what the hits of a validation say. Only text and numbers can identify anything.
    ///
    /// # Errors
    /// Addresses that nothing can be sent to.
    pub(crate) fn collect(hits: &[Hit<'_>]) -> Result<Self, Vec<Violation>> {
        let mut extracted = Self::default();
        let mut violations = Vec::new();
        let mut security_key_name = None;
        for hit in hits {
            let text = match hit.value {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => continue,
            };
            if hit.extension.webauthn && !text.is_empty() {
                security_key_name.get_or_insert_with(|| text.to_lowercase());
            }
            extracted.identifiers(hit.extension, &text);
            if hit.extension.is_phone()
                && let Some(normal) = strict_phone(&text).filter(|normal| *normal != text)
            {
                extracted.phones.push((hit.path.clone(), normal));
            }
            if let Err(message) = extracted.addresses(hit.extension, &text) {
                violations.push(Violation::new(hit.path.clone(), message));
            }
        }
        extracted.code_addresses.sort();
        extracted.passkey_display_name = extracted.passkey_display_name.or(security_key_name);
        if violations.is_empty() { Ok(extracted) } else { Err(violations) }
    }

    /// Brings the phone numbers of `traits` that messages go to into their normal form (E.164).
    pub fn normalize_phones(&self, traits: &mut Value) {
        for (path, normal) in &self.phones {
            let mut steps = path.iter().skip(1);
            let place = steps.try_fold(&mut *traits, |at, step| match at {
                Value::Object(members) => members.get_mut(step),
                Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
                _ => None,
            });
            if let Some(place) = place {
                *place = Value::String(normal.clone());
            }
        }
    }

    fn identifiers(&mut self, extension: &Extension, text: &str) {
        let normal = normalize_identifier(text);
        if extension.password && !normal.is_empty() {
            add(&mut self.password_identifiers, normal.clone());
        }
        if extension.webauthn && !normal.is_empty() {
            add(&mut self.webauthn_identifiers, normal);
        }
        if extension.passkey && !text.is_empty() {
            self.passkey_display_name.get_or_insert_with(|| text.to_owned());
        }
        if extension.totp && !text.is_empty() {
            self.totp_account_name = Some(text.to_owned());
        }
    }

    fn addresses(&mut self, extension: &Extension, text: &str) -> Result<(), narthex_api::message::Message> {
        let strict = matches!(extension.format.as_str(), "" | "email");
        if extension.code {
            let via = extension.code_via.ok_or_else(|| message::generic("It is not said how a code gets here."))?;
            let address = match via {
                Via::Email if !strict => normalize_identifier(text),
                via => deliverable(text, via)?,
            };
            add(&mut self.code_addresses, (address, via));
        }
        if let Some(via) = extension.recovery {
            let address = match via {
                Via::Email if !strict => normalize_identifier(text),
                via => deliverable(text, via)?,
            };
            add_address(&mut self.recovery, address, via);
        }
        if let Some(via) = extension.verification {
            let address = match extension.format.as_str() {
                "email" | "tel" => deliverable(text, via)?,
                "" if via == Via::Email => deliverable(text, via)?,
                "" => {
                    return Err(message::generic("A phone number to be verified needs the format \"tel\" in the schema."));
                }
                _ => text.trim().to_owned(),
            };
            add_address(&mut self.verifiable, address, via);
        }
        Ok(())
    }
}

/// The normal form of an address that something can be sent to.
fn deliverable(text: &str, via: Via) -> Result<String, narthex_api::message::Message> {
    let address = match via {
        Via::Email => strict_email(text),
        Via::Sms => strict_phone(text),
    };
    address.ok_or_else(|| match via {
        _ if text.is_empty() => message::generic("An address is missing here."),
        Via::Email => message::email(text),
        Via::Sms => message::phone(text),
    })
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// Adds an address unless one is there that is the same but for how it is written.
fn add_address(list: &mut Vec<(String, Via)>, address: String, via: Via) {
    let normal = normalize_identifier(&address);
    if !list.iter().any(|(other, v)| *v == via && normalize_identifier(other) == normal) {
        list.push((address, via));
    }
}
