//! From the nodes of a flow to forms in HTML: which nodes share a form, which of its buttons is the chief one.
//! Never knows a method by more than its group, so that a new one is drawn without a change here.
//! Next: `control` for single nodes, `button` for buttons, `view` for what the templates draw.

mod arrange;
mod button;
mod control;
mod list;
pub(crate) mod view;

use narthex_api::flow::Container;
use narthex_api::message::{Message, Severity};
use narthex_api::node::{Attributes, DEFAULT_GROUP, Input, Node};
use serde_json::Value;

use crate::i18n::{Locale, Words};
use crate::link;
use list::Lists;
use view::{About, Forms, Item, Link, Problem, ScriptTag, Weight};

/// What a schema says of a box that has to be ticked: a value is missing, or is not the one expected.
const NO_TICK: [u64; 3] = [4_000_002, 4_000_029, 4_000_030];

/// The forms of a flow. `sections`: each method has a form and a heading of its own.
pub(crate) fn forms(container: &Container, locale: Locale, sections: bool) -> Forms {
    Draft::new(container, locale, sections).finish()
}

/// The forms in the making.
struct Draft<'a> {
    container: &'a Container,
    locale: Locale,
    words: &'static Words,
    sections: bool,
    entries: Vec<Entry<'a>>,
}

/// A node on its way into a form.
struct Entry<'a> {
    index: usize,
    node: &'a Node,
    /// The input's name, as it is sent.
    name: &'a str,
    role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Hidden,
    /// Something to fill in.
    Field,
    /// Something to read.
    Display,
    Button,
    Link,
    Script,
    /// An error at something that the form does not have: the server answers it as a field of no kind in particular.
    Stray,
}

impl<'a> Draft<'a> {
    fn new(container: &'a Container, locale: Locale, sections: bool) -> Self {
        let lists = Lists::of(&container.nodes);
        let entries = container
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| {
                let name = lists.name_of(node)?;
                let role = role(node);
                // A method may add its button once more each time that it is asked.
                let again = |before: &Node| before.group == node.group && before.attributes == node.attributes;
                if role == Role::Button && container.nodes.iter().take(index).any(again) {
                    return None;
                }
                Some(Entry { index, node, name, role })
            })
            .collect();
        Self { container, locale, words: locale.words(), sections, entries }
    }

    fn finish(self) -> Forms {
        let mut forms = Forms::default();
        for groups in self.shapes() {
            let form = self.form(&groups, forms.all.len() + 1);
            if !form.blocks.is_empty() || !form.quiet.is_empty() {
                forms.all.push(form);
            }
        }
        for (index, form) in forms.all.iter_mut().enumerate() {
            form.alternative = index > 0 && !self.sections && !form.blocks.is_empty();
        }
        for message in &self.container.messages {
            let text = self.locale.message(message).into_owned();
            match message.severity {
                Severity::Error => forms.errors.push(Problem { target: None, label: None, text }),
                Severity::Info => forms.leads.push(text),
                Severity::Success => forms.successes.push(text),
            }
        }
        forms.errors.extend(self.entries.iter().flat_map(|entry| self.problems(entry)));
        forms.scripts = self.entries.iter().filter_map(script_tag).collect();
        if forms.errors.is_empty() && !self.sections {
            forms.focus_first_open_field();
        }
        forms.focus_success = forms.errors.is_empty() && (self.sections || !forms.has_field());
        forms
    }

    fn item(&self, entry: &Entry, groups: &[&str], chief: Option<&Entry>) -> Option<Item> {
        let (node, id) = (entry.node, entry.id());
        match &node.attributes {
            Attributes::Input(input) if entry.role == Role::Button => {
                let is_chief = chief.is_some_and(|chief| chief.index == entry.index);
                let weight = if is_chief { Weight::Primary } else { button::weight(node, input) };
                let needs = |other: &Entry| {
                    let group = &*other.node.group;
                    let foreign = groups.contains(&group) && group != &*node.group && !self.is_shared(group);
                    foreign && other.role == Role::Field && other.node.as_input().is_some_and(|input| input.required)
                };
                let skips_checks = (entry.name != "method" && !is_chief) || self.entries.iter().any(needs);
                Some(Item::Button(self.button(node, input, weight, skips_checks)))
            }
            Attributes::Input(input) if entry.role == Role::Field => Some(self.control(node, input, self.about(entry, input), entry.name)),
            Attributes::Input(_) | Attributes::Script(_) => None,
            Attributes::Img(image) => control::picture(&image.src, self.label(entry), image.width, image.height).map(Item::Picture),
            Attributes::Text(text) => Some(self.note(node, text, id)).filter(|note| !note.is_empty()).map(Item::Note),
            Attributes::A(anchor) => link::safe(&anchor.href).map(|href| {
                let label = self.locale.message(&anchor.title).into_owned();
                Item::Link(Link { label, href: href.to_owned() })
            }),
        }
    }

    fn about(&self, entry: &Entry, input: &Input) -> About {
        let (errors, hints) = self.said_at(entry.node);
        let is_required_trait = |entry: &Entry| {
            entry.role == Role::Field && entry.name.starts_with("traits.") && entry.node.as_input().is_some_and(|input| input.required)
        };
        let optional = entry.name.starts_with("traits.")
            && !input.required
            && !input.disabled
            && &*input.kind != "checkbox"
            && self.entries.iter().any(is_required_trait);
        About { id: entry.id(), label: self.label(entry), optional, hints, errors }
    }

    /// What the node is called: by its label, else by what its name says.
    fn label(&self, entry: &Entry) -> String {
        let position = entry.node.id().strip_prefix(entry.name).and_then(|rest| rest.strip_prefix('.'));
        let labelled = match position {
            None => Some(entry.node),
            Some(_) => self.container.nodes.iter().find(|node| node.id() == entry.name),
        };
        let label = labelled.and_then(|node| node.meta.label.as_ref());
        let label = label.map_or_else(|| spoken(entry.name), |label| self.locale.message(label).into_owned());
        match position.and_then(|position| position.parse::<u32>().ok()) {
            Some(position) => format!("{label} {}", position.saturating_add(1)),
            None => label,
        }
    }

    /// Errors and hints at a node.
    fn said_at(&self, node: &Node) -> (Vec<String>, Vec<String>) {
        let is_tick = node.as_input().is_some_and(|input| &*input.kind == "checkbox");
        let text = |message: &Message| {
            if is_tick && NO_TICK.contains(&message.id) {
                return self.words.tick_needed.to_owned();
            }
            self.locale.message(message).into_owned()
        };
        let (errors, hints): (Vec<_>, Vec<_>) = node.messages.iter().partition(|message| message.severity == Severity::Error);
        (errors.into_iter().map(text).collect(), hints.into_iter().map(text).collect())
    }

    fn problems(&self, entry: &Entry<'a>) -> impl Iterator<Item = Problem> {
        let target = matches!(entry.role, Role::Field | Role::Display).then(|| entry.id());
        let label = match entry.role {
            Role::Button => None,
            Role::Stray => (entry.name == "password").then(|| self.words.group_password.to_owned()),
            _ => Some(self.label(entry)),
        };
        let errors = self.said_at(entry.node).0.into_iter();
        errors.map(move |text| Problem { target: target.clone(), label: label.clone(), text })
    }

    fn heading(&self, group: &str) -> Option<&'static str> {
        Some(match group {
            DEFAULT_GROUP => return None,
            "profile" => self.words.group_profile,
            "password" => self.words.group_password,
            "oidc" | "saml" => self.words.group_oidc,
            "lookup_secret" => self.words.group_lookup_secret,
            "webauthn" => self.words.group_webauthn,
            "passkey" => self.words.group_passkey,
            "totp" => self.words.group_totp,
            "code" => self.words.group_code,
            _ => self.words.group_other,
        })
    }
}

impl Role {
    fn is_visible(self) -> bool {
        matches!(self, Self::Field | Self::Display | Self::Button | Self::Link)
    }
}

impl Entry<'_> {
    fn id(&self) -> String {
        format!("node-{}", self.index)
    }
}

fn role(node: &Node) -> Role {
    match &node.attributes {
        Attributes::Input(input) => match &*input.kind {
            "hidden" => Role::Hidden,
            "submit" | "button" => Role::Button,
            "text" if node.meta.label.is_none() && !input.name.starts_with("traits.") => Role::Stray,
            _ => Role::Field,
        },
        Attributes::Script(_) => Role::Script,
        Attributes::A(_) => Role::Link,
        Attributes::Img(_) | Attributes::Text(_) => Role::Display,
    }
}

/// A script's element, if its URL may be loaded.
fn script_tag(entry: &Entry) -> Option<ScriptTag> {
    let Attributes::Script(script) = &entry.node.attributes else {
        return None;
    };
    let mut attributes = vec![("src", link::safe(&script.src)?.to_owned())];
    if script.asynchronous {
        attributes.push(("async", String::new()));
    }
    for (name, value) in [
        ("type", &script.kind),
        ("integrity", &script.integrity),
        ("crossorigin", &script.crossorigin),
        ("referrerpolicy", &script.referrerpolicy),
    ] {
        if !value.is_empty() {
            attributes.push((name, value.to_string()));
        }
    }
    Some(ScriptTag { nonce: script.nonce.to_string(), attributes })
}

/// A value as a form shows and sends it.
fn value_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The last part of a name as words: `First name` for `traits.first_name`.
fn spoken(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let words = last.replace(['_', '-'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => words,
    }
}
