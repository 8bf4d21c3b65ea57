//! A strict reader of our own pages: what is not well-formed fails.

use std::collections::BTreeMap;

/// Elements that have no content (HTML, section 13.1.2).
const VOID: [&str; 6] = ["meta", "link", "input", "img", "br", "hr"];

/// An element with its text, that of its descendants included.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) text: String,
    /// Which of the document's forms it is in.
    pub(crate) form: Option<usize>,
}

impl Element {
    pub(crate) fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(String::as_str)
    }

    pub(crate) fn has(&self, attribute: &str) -> bool {
        self.attributes.contains_key(attribute)
    }
}

/// The elements of a document, in their order.
pub(crate) struct Document(pub(crate) Vec<Element>);

impl Document {
    /// Reads a document.
    ///
    /// # Panics
    /// When it is not well-formed.
    pub(crate) fn read(html: &str) -> Self {
        let mut rest = html.strip_prefix("<!doctype html>").expect("a doctype");
        let mut elements: Vec<Element> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut forms = 0;
        while let Some((text, markup)) = rest.split_once('<') {
            let text = unescape(text);
            for at in &open {
                elements[*at].text.push_str(&text);
            }
            if let Some(closing) = markup.strip_prefix('/') {
                let (name, next) = closing.split_once('>').expect("an end of the end tag");
                let opened = open.pop().expect("a start tag");
                assert_eq!(elements[opened].name, name, "closed by </{name}>");
                rest = next;
            } else {
                let (name, attributes, next) = start_tag(markup);
                let in_form = open.iter().any(|at| elements[*at].name == "form");
                if name == "form" {
                    assert!(!in_form, "a form within a form");
                    forms += 1;
                }
                let form = (name == "form" || in_form).then_some(forms);
                elements.push(Element { name: name.clone(), attributes, text: String::new(), form });
                if !VOID.contains(&name.as_str()) {
                    open.push(elements.len() - 1);
                }
                rest = next;
            }
        }
        assert!(open.is_empty(), "left open: {}", elements[open[0]].name);
        assert_eq!(rest.trim(), "", "text after the document");
        Self(elements)
    }

    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.0.iter().filter(move |element| element.name == name)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<&Element> {
        self.0.iter().find(|element| element.get("id") == Some(id))
    }

    /// The control or button that sends `name`; of several, the first with this value.
    pub(crate) fn named(&self, name: &str, value: Option<&str>) -> Option<&Element> {
        self.0.iter().find(|e| e.get("name") == Some(name) && e.name != "meta" && (value.is_none() || e.get("value") == value))
    }

    /// What the page says, in one line.
    pub(crate) fn text(&self) -> String {
        self.all("body").map(|body| body.text.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }
}

fn start_tag(markup: &str) -> (String, BTreeMap<String, String>, &str) {
    let end = markup.find([' ', '>']).expect("an end of the tag");
    let (name, mut rest) = markup.split_at(end);
    assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric()), "<{name}");
    let mut attributes = BTreeMap::new();
    loop {
        if let Some(next) = rest.strip_prefix('>') {
            return (name.to_owned(), attributes, next);
        }
        let attribute = rest.strip_prefix(' ').expect("a space before an attribute");
        let (key, after) = attribute.split_once("=\"").expect("a quoted value");
        assert!(!key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "attribute {key:?}");
        let (value, next) = after.split_once('"').expect("an end of the value");
        assert!(!value.contains('<'), "a tag in an attribute");
        assert!(attributes.insert(key.to_owned(), unescape(value)).is_none(), "{key} twice in <{name}>");
        rest = next;
    }
}

fn unescape(text: &str) -> String {
    assert!(!text.contains('>'), "a stray > in {text:?}");
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        let (entity, next) = after.split_once(';').expect("an end of the entity");
        plain.push_str(before);
        plain.push(match entity {
            "amp" | "#38" => '&',
            "lt" | "#60" => '<',
            "gt" | "#62" => '>',
            "quot" | "#34" => '"',
            "#39" | "#x27" => '\'',
            other => panic!("entity {other}"),
        });
        rest = next;
    }
    plain.push_str(rest);
    plain
}
