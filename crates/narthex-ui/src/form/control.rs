//! One node, one control: which HTML element it becomes, and with which attributes.

use narthex_api::node::{Input, Node, TextAttributes};
use serde_json::Value;

use super::view::{About, Attributes, Choice, Field, Item, Note, Picture, Tick};
use super::{Draft, value_text};
use crate::link;

/// The message that lists backup codes.
const CODE_LIST: u64 = 1_050_015;
/// A backup code that is used up, in that list.
const CODE_USED: u64 = 1_050_014;

impl Draft<'_> {
    /// The control for an input that is neither hidden nor a button.
    pub(super) fn control(&self, node: &Node, input: &Input, about: About, name: &str) -> Item {
        match &*input.kind {
            "checkbox" => tick(input, about, name),
            _ if input.options.as_ref().is_some_and(|options| !options.is_empty()) => Item::Choice(choice(input, about, name)),
            _ => Item::Field(self.field(node, input, about, name)),
        }
    }

    fn field(&self, node: &Node, input: &Input, mut about: About, name: &str) -> Field {
        let kind = match &*input.kind {
            kind @ ("password" | "number" | "email" | "tel" | "url" | "date") => kind,
            // The control of browsers yields a time without a zone, which is no RFC 3339 time: so it is typed.
            "datetime-local" => {
                about.hints.push(self.words.date_time_hint.to_owned());
                "text"
            }
            _ => "text",
        };
        let is_password = kind == "password";
        let value = input.value.as_ref().filter(|_| !is_password).map(value_text).unwrap_or_default();

        let mut attributes = about.attributes();
        attributes.push(("type", kind.to_owned()));
        attributes.push(("name", name.to_owned()));
        if !value.is_empty() {
            attributes.push(("value", value.clone()));
        }
        if input.disabled {
            // A field that is switched off is not sent, and the value that it shows would be lost.
            attributes.push((if value.is_empty() { "disabled" } else { "readonly" }, String::new()));
        }
        if input.required {
            attributes.push(("required", String::new()));
        }
        if let Some(what) = autocomplete(node, input) {
            attributes.push(("autocomplete", what.to_owned()));
        }
        if let Some(mode) = input_mode(input) {
            attributes.push(("inputmode", mode.to_owned()));
        }
        match kind {
            "number" => attributes.push(("step", "any".to_owned())),
            "email" | "url" | "text" => attributes.push(("spellcheck", "false".to_owned())),
            _ => {}
        }
        if matches!(kind, "email" | "url" | "password") || &*input.name == "identifier" || mode_is_code(input) {
            attributes.push(("autocapitalize", "none".to_owned()));
        }
        if let Some(length) = input.maxlength {
            attributes.push(("maxlength", length.to_string()));
        }
        if let Some(pattern) = &input.pattern {
            // A schema's pattern may match anywhere in the value; HTML's has to match all of it.
            attributes.push(("pattern", format!(".*(?:{pattern}).*")));
            attributes.push(("title", self.words.pattern_hint.to_owned()));
        }
        Field { is_open: value.is_empty() && !input.disabled, is_password, attributes, about }
    }

    /// A text to read or to copy.
    pub(super) fn note(&self, node: &Node, text: &TextAttributes, id: String) -> Note {
        let listed = text.text.context.as_ref().and_then(|context| context.get("secrets")).and_then(Value::as_array);
        let lines = match listed {
            Some(secrets) if text.text.id == CODE_LIST => secrets.iter().filter_map(|code| self.code(code)).collect(),
            _ => vec![(self.locale.message(&text.text).into_owned(), false)],
        };
        let lines = lines.into_iter().filter(|(line, _)| !line.is_empty()).collect();
        let label = node.meta.label.as_ref().map(|label| self.locale.message(label).into_owned());
        Note { id, label, lines, errors: self.said_at(node).0 }
    }

    /// A backup code and whether it is used up.
    fn code(&self, message: &Value) -> Option<(String, bool)> {
        let message: narthex_api::message::Message = serde_json::from_value(message.clone()).ok()?;
        let used = message.id == CODE_USED;
        Some((self.locale.message(&message).into_owned(), used))
    }
}

/// The picture of a node, if its URL may be shown.
pub(super) fn picture(src: &str, label: String, width: u32, height: u32) -> Option<Picture> {
    link::safe_image(src).map(|src| Picture { src: src.to_owned(), label, width, height })
}

/// A box to tick. It is never `required`: to a schema that means that there is an answer, and "no" is one.
fn tick(input: &Input, about: About, name: &str) -> Item {
    let value = input.value.as_ref().map(value_text);
    let ticked = matches!(value.as_deref(), Some("true" | "True" | "TRUE" | "t" | "T" | "1" | "on" | "yes"));
    let mut attributes = about.attributes();
    attributes.push(("type", "checkbox".to_owned()));
    attributes.push(("name", name.to_owned()));
    attributes.push(("value", "true".to_owned()));
    if ticked {
        attributes.push(("checked", String::new()));
    }
    if input.disabled {
        attributes.push(("disabled", String::new()));
    }
    // The last value of a name counts. An unticked box says "no" where an answer is needed or was given before.
    let may_be_false = input.options.as_ref().is_none_or(|options| options.iter().any(|option| option.value == Value::Bool(false)));
    let otherwise = match (input.disabled, &value) {
        (true, Some(value)) => Some(value.clone()),
        (true, None) => None,
        (false, value) => ((input.required || value.is_some()) && may_be_false).then(|| "false".to_owned()),
    };
    Item::Tick(Tick { about, attributes, otherwise: otherwise.map(|value| (name.to_owned(), value)) })
}

fn choice(input: &Input, about: About, name: &str) -> Choice {
    let value = input.value.as_ref().map(value_text).unwrap_or_default();
    let mut options: Vec<_> = input
        .options
        .iter()
        .flatten()
        .map(|option| value_text(&option.value))
        .filter(|option| !option.is_empty())
        .map(|option| (option == value, option))
        .map(|(chosen, option)| (option, chosen))
        .collect();
    // Long lists are cut: what was chosen beyond their end is to stay.
    if !value.is_empty() && !options.iter().any(|(_, chosen)| *chosen) {
        options.push((value.clone(), true));
    }
    let mut attributes: Attributes = about.attributes();
    attributes.push(("name", name.to_owned()));
    if input.required {
        attributes.push(("required", String::new()));
    }
    if input.disabled {
        attributes.push(("disabled", String::new()));
    }
    let fixed = (input.disabled && !value.is_empty()).then(|| (name.to_owned(), value.clone()));
    Choice { about, attributes, fixed, options, none_chosen: value.is_empty() }
}

/// What a browser may fill in (WCAG 2.2, 1.3.5): as the node says, else as its name suggests.
fn autocomplete<'a>(node: &Node, input: &'a Input) -> Option<&'a str> {
    if let Some(what) = input.autocomplete.as_deref().filter(|what| !what.is_empty()) {
        return Some(what);
    }
    match &*input.name {
        "identifier" => return Some("username"),
        "totp_code" => return Some("one-time-code"),
        "lookup_secret" => return Some("off"),
        "password" if &*node.group == "password" => return Some("current-password"),
        _ => {}
    }
    let path = input.name.strip_prefix("traits.")?.to_ascii_lowercase().replace(['-', '_'], "");
    Some(match path.as_str() {
        "name" | "fullname" | "displayname" => "name",
        "name.first" | "firstname" | "givenname" | "name.given" | "name.firstname" => "given-name",
        "name.last" | "lastname" | "familyname" | "surname" | "name.family" | "name.lastname" => "family-name",
        "username" | "user" | "login" => "username",
        "nickname" => "nickname",
        "phone" | "phonenumber" | "mobile" => "tel",
        "company" | "organization" | "organisation" => "organization",
        "birthdate" | "birthday" | "dateofbirth" => "bday",
        _ => return None,
    })
}

/// Which keyboard a telephone shows.
fn input_mode(input: &Input) -> Option<&'static str> {
    match &*input.kind {
        "number" => Some("decimal"),
        _ if &*input.name == "totp_code" => Some("numeric"),
        _ if input.autocomplete.as_deref() == Some("one-time-code") => Some("numeric"),
        _ => None,
    }
}

/// Whether a code is typed here, whose letters are not to be changed by a keyboard that means well.
fn mode_is_code(input: &Input) -> bool {
    &*input.name == "lookup_secret"
}
