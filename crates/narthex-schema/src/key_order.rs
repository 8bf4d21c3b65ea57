//! The order of a schema's properties as the document writes them: fields of a form are sorted by it.
//! Never here: the fields themselves, see `field.rs`. Next: the flows, which sort their nodes.

use serde_json::Value;

/// The dotted names of the leaves under `properties`, in document order. Only an inline `"type": "object"`
/// is entered: neither references nor combinators are.
pub(crate) fn key_order(schema: &Value) -> Vec<String> {
    let mut keys = Vec::new();
    collect(schema, &mut Vec::new(), &mut keys);
    keys
}

fn collect(schema: &Value, path: &mut Vec<String>, keys: &mut Vec<String>) {
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        keys.push(join(path));
        return;
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        path.push(name.clone());
        collect(property, path, keys);
        path.pop();
    }
}

/// Joins the steps of a path by dots, escaping the dots within a step.
pub(crate) fn join(path: &[String]) -> String {
    path.iter().map(|step| step.replace('.', "\\.")).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::key_order;

    #[test]
    fn keys_come_in_document_order_with_nested_names_joined_and_dots_escaped() {
        let schema = json!({ "type": "object", "properties": {
            "traits": { "type": "object", "properties": {
                "z": { "type": "string" },
                "home": { "type": "object", "properties": { "town": {}, "a.b": { "type": "number" } } },
                "empty": { "type": "object" },
                "elsewhere": { "$ref": "#/definitions/place" },
            } },
            "beside": true,
        } });
        assert_eq!(key_order(&schema), ["traits.z", "traits.home.town", "traits.home.a\\.b", "traits.elsewhere", "beside"]);
    }

    #[test]
    fn a_document_without_a_type_is_one_nameless_leaf() {
        assert_eq!(key_order(&json!({ "properties": { "traits": { "type": "object" } } })), [""]);
    }
}
