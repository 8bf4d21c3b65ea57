//! Reads the keywords of one subschema, each with the type that draft-07's meta-schema asks for.
//! Never here: where references lead, see `compile.rs`. Next: `validate.rs`, which applies what is read here.

use indexmap::IndexMap;
use serde_json::{Number, Value};

use super::compile::{At, Compiler, brief, token};
use super::{Additional, Annotations, ArrayRules, Condition, Dependency, Items, Node, NodeId, NumberRules, ObjectRules, StringRules, Type};
use crate::extension::{self, Extension};
use crate::format::Format;
use crate::pattern;

const COUNT: &str = "a whole number, 0 or more";
const NAMES: &str = "a list of different names";
const DRAFTS: &str = "http://json-schema.org/draft-07/schema#, draft-06 or draft-04";

/// Reads a subschema that is an object.
pub(super) fn read(c: &mut Compiler<'_>, at: &At<'_>) -> Node {
    if let Some(reference) = c.typed(at, "$ref", "a URL or a JSON pointer as fragment", Value::as_str) {
        let reference = c.reference(at, reference);
        return Node { reference, ..Node::default() };
    }
    check_draft(c, at);
    c.members(at, "definitions");
    let format = c.typed(at, "format", "text", Value::as_str).unwrap_or_default();
    Node {
        always: None,
        reference: None,
        types: types(c, at),
        constant: at.members.get("const").cloned(),
        choices: c.typed(at, "enum", "a list", Value::as_array).cloned().unwrap_or_default(),
        format: Format::named(format),
        not: c.child(at, "not"),
        all_of: c.children(at, "allOf"),
        any_of: c.children(at, "anyOf"),
        one_of: c.children(at, "oneOf"),
        condition: condition(c, at),
        object: object(c, at),
        array: array(c, at),
        string: string(c, at),
        number: number(c, at),
        annotations: annotations(c, at, format),
        extension: extension(c, at),
    }
}

fn check_draft(c: &mut Compiler<'_>, at: &At<'_>) {
    let Some(draft) = c.typed(at, "$schema", DRAFTS, Value::as_str) else {
        return;
    };
    let name = draft.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('#');
    let known = ["schema", "draft-07/schema", "draft-06/schema", "draft-04/schema"];
    if !name.strip_prefix("json-schema.org/").is_some_and(|name| known.contains(&name)) {
        c.fault(at, "$schema", format!("{} is another dialect", brief(&draft.into())), Some(DRAFTS));
    }
}

fn types(c: &mut Compiler<'_>, at: &At<'_>) -> Vec<Type> {
    let read = |value: &Value| match value {
        Value::String(name) => Type::named(name).map(|t| vec![t]),
        Value::Array(names) if !names.is_empty() => names.iter().map(|n| n.as_str().and_then(Type::named)).collect(),
        _ => None,
    };
    c.typed(at, "type", Type::NAMES, read).unwrap_or_default()
}

fn condition(c: &mut Compiler<'_>, at: &At<'_>) -> Option<Condition> {
    let (test, then, otherwise) = (c.child(at, "if"), c.child(at, "then"), c.child(at, "else"));
    test.filter(|_| then.is_some() || otherwise.is_some()).map(|test| Condition { test, then, otherwise })
}

fn object(c: &mut Compiler<'_>, at: &At<'_>) -> ObjectRules {
    let mut patterns = Vec::new();
    for (expression, schema) in c.members(at, "patternProperties") {
        match pattern::compile(&expression) {
            Ok(regex) => patterns.push((regex, schema)),
            Err(why) => c.fault(at, "patternProperties", format!("{expression} is no regular expression: {why}"), Some("RE2 syntax")),
        }
    }
    ObjectRules {
        min: c.count(at, "minProperties"),
        max: c.count(at, "maxProperties"),
        required: c.typed(at, "required", NAMES, names).unwrap_or_default(),
        properties: c.members(at, "properties"),
        names: c.child(at, "propertyNames"),
        patterns,
        additional: additional(c, at, "additionalProperties"),
        dependencies: dependencies(c, at),
    }
}

fn names(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

fn dependencies(c: &mut Compiler<'_>, at: &At<'_>) -> Vec<(String, Dependency)> {
    let Some(members) = c.typed(at, "dependencies", "an object", Value::as_object) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (name, value) in members {
        let dependency = match names(value) {
            Some(names) => Dependency::Properties(names),
            None => Dependency::Schema(c.inner(at, &["dependencies", name], value)),
        };
        out.push((name.clone(), dependency));
    }
    out
}

fn additional(c: &mut Compiler<'_>, at: &At<'_>, keyword: &str) -> Additional {
    match at.members.get(keyword) {
        None | Some(Value::Bool(true)) => Additional::Anything,
        Some(Value::Bool(false)) => Additional::Nothing,
        Some(value) => Additional::Matching(c.inner(at, &[keyword], value)),
    }
}

fn array(c: &mut Compiler<'_>, at: &At<'_>) -> ArrayRules {
    let items = match at.members.get("items") {
        None => Items::Anything,
        Some(Value::Array(_)) => Items::Tuple(c.children(at, "items")),
        Some(value) => Items::Each(c.inner(at, &["items"], value)),
    };
    ArrayRules {
        min: c.count(at, "minItems"),
        max: c.count(at, "maxItems"),
        unique: c.flag(at, "uniqueItems"),
        items,
        additional: additional(c, at, "additionalItems"),
        contains: c.child(at, "contains"),
    }
}

fn string(c: &mut Compiler<'_>, at: &At<'_>) -> StringRules {
    let expression = c.typed(at, "pattern", "a regular expression in RE2 syntax", Value::as_str);
    let pattern = expression.and_then(|expression| match pattern::compile(expression) {
        Ok(regex) => Some((expression.to_owned(), regex)),
        Err(why) => {
            c.fault(at, "pattern", format!("{} is no regular expression: {why}", brief(&expression.into())), Some("RE2 syntax"));
            None
        }
    });
    StringRules {
        min: c.count(at, "minLength"),
        max: c.count(at, "maxLength"),
        pattern,
        base64: c.typed(at, "contentEncoding", "text", Value::as_str) == Some("base64"),
        json: c.typed(at, "contentMediaType", "text", Value::as_str) == Some("application/json"),
    }
}

fn number(c: &mut Compiler<'_>, at: &At<'_>) -> NumberRules {
    let mut read = |keyword| c.typed(at, keyword, "a number", as_number).cloned();
    NumberRules {
        minimum: read("minimum"),
        exclusive_minimum: read("exclusiveMinimum"),
        maximum: read("maximum"),
        exclusive_maximum: read("exclusiveMaximum"),
        multiple_of: c
            .typed(at, "multipleOf", "a number above 0", |v| as_number(v).filter(|n| n.as_f64().is_some_and(|n| n > 0.0)))
            .cloned(),
    }
}

fn as_number(value: &Value) -> Option<&Number> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

fn annotations(c: &mut Compiler<'_>, at: &At<'_>, format: &str) -> Annotations {
    for keyword in ["$id", "$comment", "description"] {
        c.typed(at, keyword, "text", Value::as_str);
    }
    for keyword in ["readOnly", "writeOnly"] {
        c.flag(at, keyword);
    }
    c.typed(at, "examples", "a list", Value::as_array);
    Annotations {
        title: c.typed(at, "title", "text", Value::as_str).unwrap_or_default().to_owned(),
        format: format.to_owned(),
        has_default: at.members.get("default").is_some_and(|value| !value.is_null()),
        disabled: c.flag(at, "disableFormField"),
    }
}

fn extension(c: &mut Compiler<'_>, at: &At<'_>) -> Option<Extension> {
    let value = at.members.get(extension::KEYWORD)?;
    let (extension, faults) = extension::parse(value, at.members);
    if faults.is_empty() {
        return Some(extension);
    }
    if !at.is_frame() {
        let keyword = At { pointer: format!("{}/{}", at.pointer, token(extension::KEYWORD)), base: at.base.clone(), ..*at };
        for fault in faults {
            let inner = At { pointer: format!("{}{}", keyword.pointer, fault.pointer), base: at.base.clone(), ..*at };
            c.fault(&inner, "", fault.problem, Some(fault.accepted));
        }
    }
    None
}

impl Compiler<'_> {
    /// A keyword's value, if it is there; a mistake if it is not what is accepted.
    fn typed<'v, T>(&mut self, at: &At<'v>, keyword: &str, accepted: &str, read: impl FnOnce(&'v Value) -> Option<T>) -> Option<T> {
        let value = at.members.get(keyword)?;
        let read = read(value);
        if read.is_none() {
            self.fault(at, keyword, format!("{} is no value for {keyword}", brief(value)), Some(accepted));
        }
        read
    }

    fn count(&mut self, at: &At<'_>, keyword: &str) -> Option<u64> {
        self.typed(at, keyword, COUNT, Value::as_u64)
    }

    fn flag(&mut self, at: &At<'_>, keyword: &str) -> bool {
        self.typed(at, keyword, "true or false", Value::as_bool).unwrap_or_default()
    }

    fn child(&mut self, at: &At<'_>, keyword: &str) -> Option<NodeId> {
        at.members.get(keyword).map(|value| self.inner(at, &[keyword], value))
    }

    fn children(&mut self, at: &At<'_>, keyword: &str) -> Vec<NodeId> {
        let list = self.typed(at, keyword, "a list of one or more schemas", |v| v.as_array().filter(|list| !list.is_empty()));
        let list = list.into_iter().flatten().enumerate();
        list.map(|(i, value)| self.inner(at, &[keyword, &i.to_string()], value)).collect()
    }

    fn members(&mut self, at: &At<'_>, keyword: &str) -> IndexMap<String, NodeId> {
        let members = self.typed(at, keyword, "an object whose members are schemas", Value::as_object);
        let members = members.into_iter().flatten();
        members.map(|(name, value)| (name.clone(), self.inner(at, &[keyword, name], value))).collect()
    }

    fn inner(&mut self, at: &At<'_>, steps: &[&str], value: &Value) -> NodeId {
        let mut pointer = at.pointer.clone();
        for step in steps {
            pointer.push('/');
            pointer.push_str(&token(step));
        }
        self.schema(at.document, &at.base, pointer, value)
    }
}
