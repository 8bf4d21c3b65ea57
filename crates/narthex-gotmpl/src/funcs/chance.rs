//! Functions whose results are left to chance. They are made for names and examples: no code or key should come from a template.
//! It never makes more than the bounds of the rendering allow.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};

use super::{Call, Function, Type, fixed};
use crate::error::Fault;
use crate::value::Value;

const DIGITS: &str = "0123456789";
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("randAlpha", &[Type::Int], |call| text(call, LETTERS)),
    fixed("randNumeric", &[Type::Int], |call| text(call, DIGITS)),
    fixed("randAlphaNum", &[Type::Int], |call| text(call, &format!("{LETTERS}{DIGITS}"))),
    fixed("randAscii", &[Type::Int], |call| text(call, &(' '..='~').collect::<String>())),
    fixed("randBytes", &[Type::Int], |call| {
        let mut bytes = vec![0; count(call)?];
        rand::rng().fill(bytes.as_mut_slice());
        Ok(Value::str(STANDARD.encode(bytes)))
    }),
    fixed("randInt", &[Type::Int, Type::Int], |call| {
        let (least, end) = (call.int(0), call.int(1));
        if least >= end {
            return Err(Fault::new("the second number has to be larger than the first"));
        }
        Ok(Value::Int(rand::rng().random_range(least..end)))
    }),
    fixed("shuffle", &[Type::Str], |call| {
        let mut characters: Vec<char> = call.str(0).chars().collect();
        characters.shuffle(&mut rand::rng());
        Ok(Value::str(characters.into_iter().collect::<String>()))
    }),
    fixed("uuidv4", &[], |_| Ok(Value::str(uuid::Uuid::new_v4().to_string()))),
];

/// How many are wanted, paid for.
fn count(call: &Call<'_>) -> Result<usize, Fault> {
    let count = usize::try_from(call.int(0)).map_err(|_| Fault::new("a length is not below zero"))?;
    call.budget.spend(count)?;
    Ok(count)
}

fn text(call: &Call<'_>, alphabet: &str) -> Result<Value, Fault> {
    let (count, alphabet) = (count(call)?, alphabet.as_bytes());
    let mut chance = rand::rng();
    let mut text = call.budget.text();
    for _ in 0..count {
        text.push_char(char::from(alphabet.choose(&mut chance).copied().unwrap_or(b' ')))?;
    }
    Ok(Value::str(text.into_string()))
}
