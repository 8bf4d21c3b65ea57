//! The fields of the traits, which several methods ask for.

use narthex_api::message::Message;
use narthex_api::node::{Input, InputOption, Node};
use narthex_schema::{Field, IdentitySchema};
use serde_json::json;

use crate::flow::form::Form;

/// Adds a field for each trait.
pub fn nodes(schema: &IdentitySchema, group: &'static str, form: &mut Form) {
    for field in schema.fields() {
        form.upsert(node(field, group));
    }
}

/// Turns the traits into fields that are sent along unseen.
pub fn hide(form: &mut Form) {
    for node in &mut form.nodes {
        if node.id().starts_with("traits")
            && let Some(input) = node.as_input_mut()
        {
            input.kind = "hidden".into();
        }
    }
}

fn node(field: &Field, group: &'static str) -> Node {
    let mut input = Input::new(field.name.clone(), field.input_type.as_str());
    input.required = field.required;
    input.disabled = field.disabled;
    input.autocomplete = field.autocomplete.map(Into::into);
    input.pattern = field.pattern.clone().map(Into::into);
    let options = field.options.iter().map(|value| InputOption { value: value.clone() });
    input.options = (!field.options.is_empty()).then(|| options.collect());
    let node = Node::input(group, input);
    match &field.title {
        Some(title) => node.labelled(label(title, &field.name)),
        None => node,
    }
}

fn label(title: &str, name: &str) -> Message {
    Message::info(1_070_002, "").with_text(title.to_owned()).with_context(json!({ "title": title, "name": name }))
}
