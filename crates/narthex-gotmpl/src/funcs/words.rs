//! Case and words.
//! It never knows languages: upper and lower case are Unicode's.
//! Next: `strings` for all else about texts.

#![expect(clippy::unnecessary_wraps, reason = "functions of templates share one signature")]

use super::{Call, Function, Type, fixed};
use crate::error::Fault;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("upper", &[Type::Str], |call| each(call, |characters| characters.map(upper).collect())),
    fixed("lower", &[Type::Str], |call| each(call, |characters| characters.map(lower).collect())),
    fixed("title", &[Type::Str], |call| each(call, |characters| capitalized(characters, upper, is_separator))),
    fixed("untitle", &[Type::Str], |call| each(call, |characters| capitalized(characters, lower, char::is_whitespace))),
    fixed("swapcase", &[Type::Str], |call| each(call, |characters| characters.map(swapped).collect())),
    fixed("initials", &[Type::Str], initials),
    fixed("snakecase", &[Type::Str], |call| Ok(Value::str(words(call.str(0)).join("_")))),
    fixed("kebabcase", &[Type::Str], |call| Ok(Value::str(words(call.str(0)).join("-")))),
    fixed("camelcase", &[Type::Str], |call| {
        let words = words(call.str(0));
        Ok(Value::str(words.iter().map(|word| capitalized(word.chars(), upper, |_| false)).collect::<String>()))
    }),
];

fn each(call: &Call<'_>, change: impl Fn(std::str::Chars<'_>) -> String) -> Result<Value, Fault> {
    Ok(Value::str(change(call.str(0).chars())))
}

/// Go maps character by character: what has no single counterpart stays.
fn upper(character: char) -> char {
    let mut mapped = character.to_uppercase();
    if mapped.len() == 1 { mapped.next().unwrap_or(character) } else { character }
}

fn lower(character: char) -> char {
    let mut mapped = character.to_lowercase();
    if mapped.len() == 1 { mapped.next().unwrap_or(character) } else { character }
}

fn swapped(character: char) -> char {
    if character.is_uppercase() { lower(character) } else { upper(character) }
}

/// Go's idea of what parts words: all but letters, digits and the underscore, beyond ASCII white space only.
fn is_separator(character: char) -> bool {
    if character.is_ascii() { !character.is_ascii_alphanumeric() && character != '_' } else { character.is_whitespace() }
}

/// Changes the first character and each that follows a separator.
fn capitalized(characters: std::str::Chars<'_>, change: fn(char) -> char, separates: impl Fn(char) -> bool) -> String {
    let mut first = true;
    characters
        .map(|character| {
            let changed = if first { change(character) } else { character };
            first = separates(character);
            changed
        })
        .collect()
}

fn initials(call: &Call<'_>) -> Result<Value, Fault> {
    Ok(Value::str(call.str(0).split_whitespace().filter_map(|word| word.chars().next()).collect::<String>()))
}

/// The words of a name in any style (`first_name`, `FirstName`, `first name`, `HTTPServer`), in lower case.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut previous: Option<char> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let parts = character.is_whitespace() || matches!(character, '_' | '-');
        let next_is_lower = characters.peek().is_some_and(|next| next.is_lowercase());
        let begins = character.is_uppercase()
            && previous.is_some_and(|previous| previous.is_alphanumeric() && (!previous.is_uppercase() || next_is_lower))
            || character.is_ascii_digit() != previous.is_some_and(|previous| previous.is_ascii_digit())
                && !word.is_empty()
                && !parts
                && character.is_ascii_digit();
        if (parts || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if !parts {
            word.extend(character.to_lowercase());
        }
        previous = Some(character);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
