//! Signing in with a password.

use futures_util::future::BoxFuture;
use http::StatusCode;
use narthex_api::message::Message;
use narthex_api::node::{DEFAULT_GROUP, Input, Node};
use narthex_db::Batch;
use narthex_hash::{HashError, Password as Clear};
use serde_json::{Value, json};

use super::{Password, hash_failure, migration};
use crate::config::Settings;
use crate::edge::{Caller, Problem};
use crate::flow::form::Form;
use crate::flow::input::Input as Sent;
use crate::flow::login::strategy::{Attempt, FormContext, Outcome, SignIn, Step, Strategy};
use crate::flow::login::{Login, first_form, public};
use crate::flow::{Failure, Flow, missing, object_or_empty};
use crate::hook::Scene;
use crate::identity::{Credential, Identity, store as identities};
use crate::session;
use crate::throttle::{self, Account, Secret};

const NAME: &str = "password";

impl Strategy for Password {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.methods.password.enabled
    }

    fn nodes(&self, context: &FormContext<'_>, form: &mut Form) {
        let label = match context.step {
            Step::Whole => {
                form.upsert(context.identifier(DEFAULT_GROUP));
                SIGN_IN
            }
            Step::Credentials(credentials) if credentials.is_none_or(offers) => SIGN_IN,
            Step::Refresh(person) if offers(&person.credentials) => {
                let identifier = person.credential(NAME).and_then(|credential| credential.identifiers.first());
                form.upsert(Node::input(
                    DEFAULT_GROUP,
                    Input::new("identifier", "hidden").with_value(identifier.cloned().unwrap_or_default()),
                ));
                Message::info(1_010_001, "Sign in")
            }
            _ => return,
        };
        let field = Input::new(NAME, "password").required().autocomplete("current-password");
        form.upsert(Node::input(NAME, field).labelled(Message::info(1_070_001, "Password")));
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(label));
    }

    fn submit<'a>(&'a self, attempt: Attempt<'a>) -> BoxFuture<'a, Result<Outcome, Failure>> {
        Box::pin(submit(attempt))
    }
}

const SIGN_IN: Message = Message::info(1_010_022, "Sign in with password");

/// Whether a password can be asked for.
fn offers(credentials: &[Credential]) -> bool {
    credentials.iter().any(|credential| credential.kind == NAME && (hash_of(credential).is_some() || is_elsewhere(credential)))
}

fn hash_of(credential: &Credential) -> Option<&str> {
    credential.config.get("hashed_password").and_then(Value::as_str).filter(|hash| !hash.is_empty())
}

/// Whether another system knows the password.
fn is_elsewhere(credential: &Credential) -> bool {
    credential.config.get("use_password_migration_hook").and_then(Value::as_bool).unwrap_or(false)
}

async fn submit(attempt: Attempt<'_>) -> Result<Outcome, Failure> {
    let Attempt { caller, flow, input, .. } = attempt;
    if input.method() != NAME || flow.own.requested_aal != crate::flow::login::Aal::Aal1 {
        return Ok(Outcome::NotMine);
    }
    if !Password.enabled(&caller.settings) {
        return Err(
            Problem::new(StatusCode::NOT_FOUND, "Nobody can sign in with a password here: the method password is switched off.").into()
        );
    }
    let identifier = input.filled("identifier").or_else(|| input.filled("password_identifier")).unwrap_or_default();
    match sign_in(caller, &Try { flow, input, identifier: &identifier }).await {
        Ok(sign_in) => Ok(Outcome::SignIn(Box::new(sign_in))),
        Err(failure) => {
            let mut form = flow.form.take().unwrap_or_else(|| first_form(&caller.settings, flow));
            if let Some(field) = form.find_mut("identifier").and_then(Node::as_input_mut) {
                field.value = Some(identifier.into());
            }
            flow.form = Some(form);
            Err(failure)
        }
    }
}

/// The password that was sent, if all that is needed was.
fn check(input: &Sent, identifier: &str) -> Result<Clear, Failure> {
    let password =
        input.filled(NAME).or_else(|| input.json()?.get(NAME).filter(|value| value.is_array() || value.is_object()).map(Value::to_string));
    let mut violations = Vec::new();
    if identifier.is_empty() {
        violations.push(missing("identifier"));
    }
    match password {
        Some(password) if violations.is_empty() => return Ok(Clear::from(password)),
        Some(_) => {}
        None => violations.push(missing(NAME)),
    }
    Err(Failure::Invalid(violations))
}

fn wrong() -> Failure {
    Message::error(4_000_006, "The account or the password is not right. Please check both for typing mistakes.").into()
}

/// A submission.
struct Try<'a> {
    flow: &'a Flow<Login>,
    input: &'a Sent,
    identifier: &'a str,
}

/// Who signs in with the password that was sent. The try is counted before the password is looked at: at the account, whichever of
/// its names was typed.
async fn sign_in(caller: &Caller, tried: &Try<'_>) -> Result<SignIn, Failure> {
    let password = check(tried.input, tried.identifier)?;
    tried.flow.check_submission(caller, tried.input.csrf_token().as_deref())?;
    let name = narthex_schema::normalize_identifier(tried.identifier);
    let known = identities::by_identifier(&caller.app.db, NAME, &name).await?;
    let owner = known.as_ref().map(|(identity, _)| identity.id);
    let account = owner.map_or(Account::Named(&name), Account::Identity);
    let counted = throttle::count(caller, Secret::Password, &[account], owner).await?;
    let checked = match known {
        Some(known) => check_password(caller, tried, known, password).await,
        None => burn(caller, password).await,
    };
    if matches!(checked, Err(Failure::Problem(_))) {
        // Nobody has learnt anything about the password.
        counted.withdraw(caller).await;
        return checked;
    }
    checked.map(|sign_in| SignIn { counted, ..sign_in })
}

/// Signs the owner of this credential in, if the password is theirs.
async fn check_password(
    caller: &Caller,
    tried: &Try<'_>,
    (identity, credential): (Identity, Credential),
    password: Clear,
) -> Result<SignIn, Failure> {
    caller.concerns(identity.id);
    let proof = session::proof(NAME, "aal1", caller.app.clock.now());
    let Some(hash) = hash_of(&credential) else {
        if !is_elsewhere(&credential) {
            return burn(caller, password).await;
        }
        let mut shown = public(&caller.settings, tried.flow);
        shown.transient_payload = Some(object_or_empty(tried.input.transient_payload().as_ref()));
        let scene = Scene::of(&shown)?.with_identity(caller, &identity);
        let clear = password.clone();
        // The hash that is kept of a right password is made meanwhile, and of a wrong one, too: so it takes as long as anybody's.
        let hashed = caller.app.hasher.hash(password, &caller.settings.hashing);
        let (right, hashed) = tokio::join!(migration::is_right(caller, &scene, tried.identifier, clear.as_str()), hashed);
        if !right? {
            return Err(wrong());
        }
        let also = keep(caller, &identity, &credential, hashed);
        return Ok(SignIn { method: NAME, identity, changed: false, proof, also, counted: throttle::Try::default() });
    };
    let Hashed { right, better } = verify(caller, password, hash).await;
    match right {
        Ok(true) => {}
        Ok(false) => return Err(wrong()),
        Err(error) => return Err(hash_failure(error)),
    }
    let also = better.map_or_else(Batch::durable, |hashed| keep(caller, &identity, &credential, hashed));
    Ok(SignIn { method: NAME, identity, changed: false, proof, also, counted: throttle::Try::default() })
}

/// What became of a password that was held against a hash.
struct Hashed {
    right: Result<bool, HashError>,
    /// The hash that takes the place of one of another kind or cost than is configured.
    better: Option<Result<String, HashError>>,
}

/// Holds a password against its account's hash. A better hash is made meanwhile, for a wrong password, too: so it takes as long as one
/// for an account that there is not.
async fn verify(caller: &Caller, password: Clear, hash: &str) -> Hashed {
    let (hasher, settings) = (&caller.app.hasher, &caller.settings.hashing);
    if !narthex_hash::needs_rehash(hash, settings) {
        return Hashed { right: hasher.verify(password, hash).await, better: None };
    }
    let (right, better) = tokio::join!(hasher.verify(password.clone(), hash), hasher.hash(password, settings));
    Hashed { right, better: Some(better) }
}

/// Takes as long as checking a password does, so that nobody learns from the time which accounts there are.
async fn burn(caller: &Caller, password: Clear) -> Result<SignIn, Failure> {
    match caller.app.hasher.hash(password, &caller.settings.hashing).await {
        Ok(_) | Err(HashError::TooLong) => Err(wrong()),
        Err(error) => Err(hash_failure(error)),
    }
}

/// What keeps a hash made in the configured way in place of one made otherwise, or of none. Where it cannot be made, all stays as
/// it is.
fn keep(caller: &Caller, identity: &Identity, credential: &Credential, hashed: Result<String, HashError>) -> Batch {
    let none = Batch::durable();
    match hashed {
        Ok(hash) => {
            let config = json!({ "hashed_password": hash });
            identities::reconfigure_into(none, identity.id, credential, &config, caller.app.clock.now())
        }
        Err(error) => {
            tracing::warn!(%error, identity = %identity.id, "a password's hash could not be made in the configured way");
            none
        }
    }
}
