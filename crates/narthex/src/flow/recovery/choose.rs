//! Recovery that lets people choose among the addresses of their account (`feature_flags.choose_recovery_address`). Whoever gives
//! one address sees of the others only what does not give them away, and has to know in full the one that a code is to go to.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use narthex_config::AddressMethod;
use sha2::{Digest, Sha256};

use super::Recovery;
use super::form::{self, Choice};
use super::send::{self, Known};
use crate::edge::{Caller, Problem};
use crate::flow::input::Input;
use crate::flow::{Failure, Flow, State, address, missing, store};

/// Takes an address that was given, chosen or confirmed, or the step back.
pub(super) async fn submit(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<(), Failure> {
    if flow.state != State::RecoveryAwaitingAddress && input.text("screen").as_deref() == Some("previous") {
        return Ok(go_back(caller, flow, input).await?);
    }
    match flow.state {
        State::RecoveryAwaitingAddress => begin(caller, flow, input).await,
        State::RecoveryAwaitingAddressChoice => chosen(caller, flow, input).await,
        _ => confirmed(caller, flow, input).await,
    }
}

/// The address in a field that has to be filled in.
fn given(input: &Input, name: &str) -> Result<String, Failure> {
    let given = input.filled(name).ok_or_else(|| Failure::Invalid(vec![missing(name)]))?;
    match address::too_long(name, &given) {
        Some(violation) => Err(Failure::Invalid(vec![violation])),
        None => Ok(given),
    }
}

/// An address was given. One that nobody has looks like one of an account with no other.
async fn begin(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<(), Failure> {
    let given = given(input, "recovery_address")?;
    match send::find(caller, &given).await? {
        Some(known) if has_choice(&known) => Ok(offer(caller, flow, &given, &known).await?),
        known => Ok(send(caller, flow, input, &given, &given, known).await?),
    }
}

/// One of the addresses was chosen: sent to where it is the one that was given, or else to be written in full.
async fn chosen(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<(), Failure> {
    let given = given(input, "recovery_address")?;
    let wanted = input.filled("recovery_select_address").ok_or_else(|| Failure::Invalid(vec![missing("recovery_select_address")]))?;
    let known = send::find(caller, &given).await?;
    let choice = known.as_ref().and_then(|known| known.identity.recovery_addresses.iter().find(|address| digest(&address.value) == wanted));
    let (Some(known), Some(choice)) = (&known, choice) else {
        return Err(Problem::bad_request("The chosen address is none of those that can be chosen.").into());
    };
    if choice.value == known.address {
        let address = choice.value.clone();
        let known = Known { identity: known.identity.clone(), address: address.clone(), via: choice.via.to_string() };
        return Ok(send(caller, flow, input, &given, &address, Some(known)).await?);
    }
    flow.state = State::RecoveryConfirmingAddress;
    flow.form = Some(form::confirmation(flow, &given, &choice.via, &mask(&choice.value)));
    Ok(store::update(&caller.app.db, flow).await?)
}

/// An address was written in full. A wrong one looks like the right one.
async fn confirmed(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<(), Failure> {
    let to = given(input, "recovery_confirm_address")?;
    let given = given(input, "recovery_address")?;
    let known = send::find(caller, &to).await?;
    let same = match (&known, send::find(caller, &given).await?) {
        (Some(known), Some(begun)) => known.identity.id == begun.identity.id,
        (Some(_), None) => false,
        (None, _) => true,
    };
    if !same {
        say_sent(flow, &given, &to);
        return Ok(send::pretend(caller, flow, &to).await?);
    }
    Ok(send(caller, flow, input, &given, &to, known).await?)
}

/// Back to the choice, or to the beginning where there is none.
async fn go_back(caller: &Caller, flow: &mut Flow<Recovery>, input: &Input) -> Result<(), Problem> {
    let given = input.filled("recovery_address").unwrap_or_default();
    match send::find(caller, &given).await? {
        Some(known) if has_choice(&known) => offer(caller, flow, &given, &known).await,
        _ => {
            flow.state = State::RecoveryAwaitingAddress;
            flow.form = None;
            store::update(&caller.app.db, flow).await
        }
    }
}

fn has_choice(known: &Known) -> bool {
    known.identity.recovery_addresses.len() > 1
}

async fn offer(caller: &Caller, flow: &mut Flow<Recovery>, given: &str, known: &Known) -> Result<(), Problem> {
    let mut addresses: Vec<&str> = known.identity.recovery_addresses.iter().map(|address| address.value.as_str()).collect();
    addresses.sort_unstable();
    let choices = addresses.into_iter().map(|address| Choice { value: digest(address), masked: mask(address) }).collect();
    flow.state = State::RecoveryAwaitingAddressChoice;
    flow.form = Some(form::choice(flow, given, choices));
    store::update(&caller.app.db, flow).await
}

async fn send(
    caller: &Caller,
    flow: &mut Flow<Recovery>,
    input: &Input,
    given: &str,
    to: &str,
    known: Option<Known>,
) -> Result<(), Problem> {
    say_sent(flow, given, to);
    send::send(caller, flow, AddressMethod::Code, known.as_ref(), to, input.transient_payload()).await
}

/// The flow says that a code is on its way, whether or not one is.
fn say_sent(flow: &mut Flow<Recovery>, given: &str, to: &str) {
    flow.state = State::RecoveryAwaitingCode;
    flow.form = Some(form::code_sent_to(flow, given, to, &mask(to)));
}

/// What stands for an address in the form.
fn digest(address: &str) -> String {
    STANDARD.encode(Sha256::digest(address.as_bytes()))
}

/// What may be seen of an address by somebody who knows another one of the same account.
fn mask(address: &str) -> String {
    let parts = match address.split_once('@') {
        Some((local, domain)) => {
            local.char_indices().nth(2).map_or(Some((local, domain)), |(end, _)| local.get(..end).map(|head| (head, domain)))
        }
        None => None,
    };
    match parts {
        Some((head, domain)) if head.chars().count() >= 2 => format!("{head}****@{domain}"),
        Some(_) => address.to_owned(),
        None => {
            let digits: Vec<char> = address.chars().collect();
            if digits.len() < 6 {
                return address.to_owned();
            }
            let head: String = digits.iter().take(3).collect();
            let tail: String = digits.iter().skip(digits.len() - 2).collect();
            format!("{head}****{tail}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn little_is_seen_of_an_address() {
        assert_eq!(mask("mia.lindqvist@example.org"), "mi****@example.org");
        assert_eq!(mask("mi@example.org"), "mi****@example.org");
        assert_eq!(mask("m@example.org"), "m@example.org");
        assert_eq!(mask("+4915222222201"), "+49****01");
        assert_eq!(mask("+4915"), "+4915");
    }

    proptest::proptest! {
        #[test]
        fn any_address_can_be_masked(address in ".{0,40}") {
            let _ = mask(&address);
        }
    }
}
