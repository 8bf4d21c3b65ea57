//! What a form consists of: nodes, each an input, a text, a link, an image or a script, in a group of its method.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::Text;
use crate::message::Message;

/// The group of nodes that belong to no method in particular.
pub const DEFAULT_GROUP: &str = "default";

/// One element of a form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// `input`, `img`, `a`, `text` or `script`: the same as the attributes' `node_type`.
    #[serde(rename = "type")]
    pub kind: Text,
    /// The method that the node serves, or `default`.
    pub group: Text,
    /// What the element is and holds.
    pub attributes: Attributes,
    /// What is to be said at this element, errors above all.
    #[serde(default)]
    pub messages: Vec<Message>,
    /// The element's label.
    #[serde(default)]
    pub meta: Meta,
}

/// What is known of a node beside its attributes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// The text that names the element to a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Message>,
}

/// What an element is and holds, told apart by `node_type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "node_type", rename_all = "lowercase")]
pub enum Attributes {
    /// A field or a button.
    Input(Box<Input>),
    /// A picture, such as a QR code.
    Img(Image),
    /// A link.
    A(Anchor),
    /// A text to be read or copied.
    Text(TextAttributes),
    /// A script that the form needs.
    Script(Script),
}

/// A field or a button of a form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// The name under which the value is sent.
    pub name: Text,
    /// The HTML input type.
    #[serde(rename = "type")]
    pub kind: Text,
    /// What the field holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Whether the form cannot be sent without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// What a browser may fill in by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autocomplete: Option<Text>,
    /// A regular expression that the value has to match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Text>,
    /// Whether the field can be changed.
    pub disabled: bool,
    /// A script to be run when the button is pressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onclick: Option<Text>,
    /// The name of the function that `onclick` calls, for clients that may not run scripts from data.
    #[serde(default, rename = "onclickTrigger", skip_serializing_if = "Option::is_none")]
    pub onclick_trigger: Option<Text>,
    /// A script to be run when the form is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onload: Option<Text>,
    /// The name of the function that `onload` calls.
    #[serde(default, rename = "onloadTrigger", skip_serializing_if = "Option::is_none")]
    pub onload_trigger: Option<Text>,
    /// The most characters that the value may have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maxlength: Option<u32>,
    /// The values to choose from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<InputOption>>,
}

/// One of the values of a field that offers a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputOption {
    /// The value that is sent.
    pub value: Value,
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Where the picture is, or the picture itself as a `data:` URL.
    pub src: Text,
    /// The element's id.
    pub id: Text,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// Where it leads.
    pub href: Text,
    /// What it says.
    pub title: Message,
    /// The element's id.
    pub id: Text,
}

/// A text to be read or copied.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextAttributes {
    /// The text.
    pub text: Message,
    /// The element's id.
    pub id: Text,
}

/// A script that a form needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// Where it is.
    pub src: Text,
    /// Whether it may be run when it arrives.
    #[serde(rename = "async")]
    pub asynchronous: bool,
    /// The HTML attribute `referrerpolicy`.
    pub referrerpolicy: Text,
    /// The HTML attribute `crossorigin`.
    pub crossorigin: Text,
    /// Subresource integrity: the digest of the script.
    pub integrity: Text,
    /// The script's media type.
    #[serde(rename = "type")]
    pub kind: Text,
    /// The element's id.
    pub id: Text,
    /// For a content security policy.
    pub nonce: Uuid,
}

impl Node {
    /// A field or a button.
    pub fn input(group: impl Into<Text>, input: Input) -> Self {
        Self {
            kind: Text::Borrowed("input"),
            group: group.into(),
            attributes: Attributes::Input(Box::new(input)),
            messages: Vec::new(),
            meta: Meta::default(),
        }
    }

    /// A text to be read.
    pub fn text(group: impl Into<Text>, id: impl Into<Text>, text: Message) -> Self {
        Self {
            kind: Text::Borrowed("text"),
            group: group.into(),
            attributes: Attributes::Text(TextAttributes { text, id: id.into() }),
            messages: Vec::new(),
            meta: Meta::default(),
        }
    }

    /// The same node with a label.
    #[must_use]
    pub fn labelled(mut self, label: Message) -> Self {
        self.meta.label = Some(label);
        self
    }

    /// What the node is known by in its form: an input's name, the id of all others.
    pub fn id(&self) -> &str {
        match &self.attributes {
            Attributes::Input(input) => &input.name,
            Attributes::Img(image) => &image.id,
            Attributes::A(anchor) => &anchor.id,
            Attributes::Text(text) => &text.id,
            Attributes::Script(script) => &script.id,
        }
    }

    /// The attributes of an input; nothing for another kind of node.
    pub fn as_input(&self) -> Option<&Input> {
        match &self.attributes {
            Attributes::Input(input) => Some(input),
            _ => None,
        }
    }

    /// The attributes of an input, to be changed.
    pub fn as_input_mut(&mut self) -> Option<&mut Input> {
        match &mut self.attributes {
            Attributes::Input(input) => Some(input),
            _ => None,
        }
    }
}

impl Input {
    /// A field of this type.
    pub fn new(name: impl Into<Text>, kind: &'static str) -> Self {
        Self { name: name.into(), kind: Text::Borrowed(kind), ..Self::default() }
    }

    /// A button that sends `value` under `name`.
    pub fn submit(name: impl Into<Text>, value: impl Into<String>) -> Self {
        Self::new(name, "submit").with_value(value.into())
    }

    /// The same field, holding `value`.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<Value>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// The same field, to be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same field, which a browser may fill in.
    #[must_use]
    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = Some(Text::Borrowed(what));
        self
    }
}
