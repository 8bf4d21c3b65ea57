//! Ways in that administrators bring along: password hashes, accounts at providers, second factors, keys.
//! Never checks a password's quality: who imports it has taken it before. Next: `document.rs`, which carries the imports.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use narthex_api::Time;
use narthex_hash::{HashError, Password};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Credential, store};
use crate::edge::{Caller, Problem};

/// base64 with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
);

/// The ways in of a document.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Imports {
    password: Option<Import<PasswordImport>>,
    oidc: Option<Import<Providers>>,
    saml: Option<Import<Providers>>,
    totp: Option<Import<TotpImport>>,
    lookup_secret: Option<Import<CodesImport>>,
    webauthn: Option<Import<KeysImport>>,
    passkey: Option<Import<KeysImport>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound = "T: Default + Deserialize<'de>")]
struct Import<T> {
    config: T,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PasswordImport {
    hashed_password: String,
    password: String,
    use_password_migration_hook: bool,
}

impl std::fmt::Debug for PasswordImport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordImport(..)")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Providers {
    providers: Vec<Provider>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names on the wire")]
struct Provider {
    subject: String,
    provider: String,
    organization: Option<Uuid>,
    use_auto_link: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TotpImport {
    totp_url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CodesImport {
    codes: Vec<RecoveryCode>,
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct RecoveryCode {
    code: String,
    used_at: Option<Time>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct KeysImport {
    credentials: Vec<Map<String, Value>>,
    user_handle: String,
}

impl Imports {
    /// Refuses lists where there have to be objects, which the reader of structures would take for their members in a row.
    ///
    /// # Errors
    /// 400 with the place.
    pub fn check_shape(credentials: &Value) -> Result<(), Problem> {
        let object = |value: &Value, name: &str| match value {
            Value::Object(_) | Value::Null => Ok(()),
            _ => Err(Problem::bad_request(format!("The body cannot be read: {name} is no object."))),
        };
        object(credentials, "credentials")?;
        for (kind, credential) in credentials.as_object().into_iter().flatten() {
            object(credential, kind)?;
            object(credential.get("config").unwrap_or(&Value::Null), &format!("{kind}.config"))?;
        }
        Ok(())
    }

    /// How many passwords in plain text would have to be hashed.
    pub fn plain_passwords(&self) -> usize {
        usize::from(self.password.as_ref().is_some_and(|import| !import.config.password.is_empty()))
    }

    /// Adds what is imported to the ways in that an identity has.
    ///
    /// # Errors
    /// 400 where something cannot be imported, 503 where too many passwords wait to be hashed.
    pub async fn add_to(self, credentials: &mut Vec<Credential>, caller: &Caller, identity: Uuid, now: Time) -> Result<(), Problem> {
        if let Some(import) = self.password {
            let mut password = take(credentials, "password", 1, now);
            password.config = hashed(caller, import.config).await?;
            credentials.push(password);
        }
        for (kind, import) in [("oidc", self.oidc), ("saml", self.saml)] {
            if let Some(import) = import {
                let mut linked = take(credentials, kind, 0, now);
                import.config.add_to(&mut linked);
                credentials.push(linked);
            }
        }
        if let Some(import) = self.totp {
            let mut totp = take(credentials, "totp", 0, now);
            totp.config = json!({ "totp_url": import.config.totp_url });
            totp.identifiers = vec![identity.to_string()];
            credentials.push(totp);
        }
        if let Some(import) = self.lookup_secret {
            let mut codes = take(credentials, "lookup_secret", 0, now);
            append(&mut codes.config, "recovery_codes", import.config.codes.iter().map(|code| json!(code)));
            codes.identifiers = vec![identity.to_string()];
            credentials.push(codes);
        }
        if let Some(import) = self.webauthn {
            let mut keys = take(credentials, "webauthn", 1, now);
            import.config.add_to(&mut keys)?;
            credentials.push(keys);
        }
        if let Some(import) = self.passkey {
            let mut passkey = take(credentials, "passkey", 0, now);
            import.config.add_to(&mut passkey)?;
            name_passkey(caller, &mut passkey, identity).await?;
            credentials.push(passkey);
        }
        Ok(())
    }
}

/// Takes out the credential of this kind, or makes one.
fn take(credentials: &mut Vec<Credential>, kind: &'static str, version: i64, now: Time) -> Credential {
    let made = || Credential { version, ..Credential::new(kind, json!({}), Vec::new(), now) };
    let known = credentials.iter().position(|credential| credential.kind == kind);
    Credential { updated_at: now, ..known.map_or_else(made, |at| credentials.remove(at)) }
}

/// Adds to a list in a credential's configuration.
fn append(config: &mut Value, name: &str, items: impl IntoIterator<Item = Value>) {
    let list = config.as_object_mut().map(|config| config.entry(name).or_insert_with(|| json!([])));
    if let Some(list) = list.and_then(Value::as_array_mut) {
        list.extend(items);
    }
}

/// What is kept of a password: the hash that is given, or one of the password itself, which counts where both are given.
async fn hashed(caller: &Caller, import: PasswordImport) -> Result<Value, Problem> {
    if !import.password.is_empty() {
        let hash =
            caller.app.hasher.hash(Password::from(import.password), &caller.settings.hashing).await.map_err(|error| match error {
                HashError::Busy => Problem::busy(),
                HashError::TooLong => Problem::bad_request("The password is longer than bcrypt can take in: at most 72 bytes."),
                other => Problem::internal(other),
            })?;
        return Ok(json!({ "hashed_password": hash }));
    }
    if !import.hashed_password.is_empty() {
        narthex_hash::recognise(&import.hashed_password)
            .map_err(|error| Problem::bad_request(format!("The password hash cannot be imported: {error}.")))?;
        return Ok(json!({ "hashed_password": import.hashed_password }));
    }
    if import.use_password_migration_hook {
        return Ok(json!({ "use_password_migration_hook": true }));
    }
    Err(Problem::bad_request("The credential password needs one of hashed_password, password and use_password_migration_hook."))
}

impl Providers {
    fn add_to(self, credential: &mut Credential) {
        append(&mut credential.config, "providers", []);
        for Provider { subject, provider, organization, use_auto_link } in self.providers {
            let identifier = format!("{provider}:{subject}");
            let mut kept = json!({
                "subject": subject,
                "provider": provider,
                "initial_id_token": "",
                "initial_access_token": "",
                "initial_refresh_token": "",
            });
            if let Some(kept) = kept.as_object_mut() {
                organization.filter(|id| !id.is_nil()).and_then(|id| kept.insert("organization".to_owned(), json!(id)));
                use_auto_link.then(|| kept.insert("use_auto_link".to_owned(), json!(true)));
            }
            if !credential.identifiers.contains(&identifier) {
                credential.identifiers.push(identifier);
                append(&mut credential.config, "providers", [kept]);
            }
        }
    }
}

impl KeysImport {
    /// Adds keys; one that is there already, by its id, is replaced.
    fn add_to(self, credential: &mut Credential) -> Result<(), Problem> {
        for key in &self.credentials {
            for field in ["id", "public_key"] {
                let text = key.get(field).and_then(Value::as_str).filter(|text| !text.is_empty());
                text.and_then(|text| LENIENT.decode(text).ok())
                    .ok_or_else(|| Problem::bad_request(format!("The key's {field} is missing or no base64.")))?;
            }
        }
        append(&mut credential.config, "credentials", []);
        if let Some(keys) = credential.config.get_mut("credentials").and_then(Value::as_array_mut) {
            for key in self.credentials {
                keys.retain(|known| known.get("id") != key.get("id"));
                keys.push(Value::Object(key));
            }
            keys.sort_by(|a, b| a.get("id").and_then(Value::as_str).cmp(&b.get("id").and_then(Value::as_str)));
        }
        let Some(config) = credential.config.as_object_mut() else { return Ok(()) };
        if !self.user_handle.is_empty() {
            LENIENT.decode(&self.user_handle).map_err(|_| Problem::bad_request("The user_handle is no base64."))?;
            config.insert("user_handle".to_owned(), Value::String(self.user_handle));
        } else if !config.contains_key("user_handle") {
            return Err(Problem::bad_request("Keys need the user_handle that they were made for."));
        }
        Ok(())
    }
}

/// A passkey is found by the handle that the authenticator keeps; two identities cannot share one.
async fn name_passkey(caller: &Caller, passkey: &mut Credential, identity: Uuid) -> Result<(), Problem> {
    if passkey.config.get("credentials").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        return Err(Problem::bad_request("A passkey needs at least one key."));
    }
    let handle = passkey.config.get("user_handle").and_then(Value::as_str).unwrap_or_default();
    let decoded = LENIENT.decode(handle).unwrap_or_default();
    let identifier = String::from_utf8(decoded).unwrap_or_else(|_| handle.to_owned());
    let owner = store::owner(&caller.app.db, "passkey", &identifier).await?;
    if owner.is_some_and(|owner| owner != identity) {
        return Err(Problem::bad_request("The passkey's user_handle is another identity's."));
    }
    passkey.identifiers = vec![identifier];
    Ok(())
}

/// The handle by which authenticators know an identity that was given none.
pub fn user_handle(identity: Uuid) -> String {
    STANDARD.encode(identity.as_bytes())
}
