//! Texts of the configuration that stand in for our own: `courier.templates` first, then `courier.template_override_path`.
//! Never lets a message fail: a text that cannot be had or rendered is told to the operators, and ours is used.
//! Next: `folder.rs` finds files, `places.rs` knows where the text of each message is kept; `narthex-gotmpl` renders.

mod folder;
mod places;

use std::collections::HashMap;
use std::path::Path;

use narthex_config::Courier;
use narthex_gotmpl::{Data, Flavour, TemplateSet};
use places::{KINDS, Kind};

use super::data::{field_names, go_data, specimen};
use crate::document::Document;
use crate::error::CourierError;
use crate::message::Via;
use crate::outside::Http;

/// The parts of a message that have texts of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Part {
    Subject,
    Plain,
    Html,
    Sms,
}

impl Part {
    const ALL: [Self; 4] = [Self::Subject, Self::Plain, Self::Html, Self::Sms];

    fn via(self) -> Via {
        match self {
            Self::Sms => Via::Sms,
            Self::Subject | Self::Plain | Self::Html => Via::Email,
        }
    }

    fn flavour(self) -> Flavour {
        match self {
            Self::Html => Flavour::Html,
            Self::Subject | Self::Plain | Self::Sms => Flavour::Text,
        }
    }
}

/// A text, and the templates that it may call.
#[derive(Debug)]
struct Text {
    templates: TemplateSet,
    entry: String,
}

/// Every text of one configuration.
#[derive(Debug)]
pub(super) struct Overrides {
    texts: HashMap<(&'static str, Part), Document<Text>>,
    http: Http,
}

impl Overrides {
    /// Reads and parses all texts but those that have to be fetched. Answers with all mistakes, not the first only.
    pub(super) fn load(courier: &Courier, http: Http) -> Result<Self, Vec<CourierError>> {
        let folder = courier.template_override_path.as_deref().map(Path::new);
        if let Some(path) = folder.filter(|path| !path.is_dir()) {
            tracing::warn!(path = %path.display(), "courier.template_override_path: there is no such directory");
        }
        let (mut texts, mut mistakes) = (HashMap::new(), Vec::new());
        for kind in &KINDS {
            for part in Part::ALL {
                match find(courier, folder, kind, part) {
                    Ok(Some(text)) => drop(texts.insert((kind.template_type, part), text)),
                    Ok(None) => {}
                    Err(mistake) => mistakes.push(mistake),
                }
            }
        }
        if mistakes.is_empty() { Ok(Self { texts, http }) } else { Err(mistakes) }
    }

    /// The rendered text of this part, if the configuration has one that can be had.
    pub(super) async fn render(&self, template_type: &'static str, part: Part, data: &Data) -> Option<String> {
        let document = self.texts.get(&(template_type, part))?;
        let rendered = match document.get(&self.http).await {
            Ok(text) => text.templates.render(&text.entry, data).map_err(|error| error.to_string()),
            Err(error) => Err(error),
        };
        match rendered {
            Ok(text) => Some(text),
            Err(error) => {
                tracing::error!(template_type, ?part, error, "a message template failed; the built-in text is used");
                None
            }
        }
    }

    /// Whether any part of this message has a text of the configuration.
    pub(super) fn know(&self, template_type: &'static str) -> bool {
        Part::ALL.into_iter().any(|part| self.texts.contains_key(&(template_type, part)))
    }
}

fn find(courier: &Courier, folder: Option<&Path>, kind: &'static Kind, part: Part) -> Result<Option<Document<Text>>, CourierError> {
    if let Some(uri) = kind.uri(courier, part) {
        let key = kind.key(part);
        let name = key.clone();
        let parse = move |text: &str| parse(kind, part, &name, vec![(name.clone(), text.to_owned())]);
        return Document::open(uri, parse).map(Some).map_err(|reason| CourierError::new(key, reason));
    }
    let Some(folder) = folder else {
        return Ok(None);
    };
    let wrong = |reason: String| CourierError::new("courier.template_override_path", reason);
    let Some(files) = folder::find(folder, kind.path, part).map_err(wrong)? else {
        return Ok(None);
    };
    parse(kind, part, folder::entry(part), files)
        .map(|text| Some(Document::Here(text)))
        .map_err(|reason| wrong(format!("{}: {reason}", kind.path)))
}

fn parse(kind: &Kind, part: Part, entry: &str, files: Vec<(String, String)>) -> Result<Text, String> {
    let templates = TemplateSet::parse(files, part.flavour()).map_err(|error| error.to_string())?;
    // What every rendering would fail by is found before anybody waits for the message.
    templates.check_fields(entry, &field_names(kind.template_type, part.via())).map_err(|error| error.to_string())?;
    // So is work without end. What else may fail is a matter of the data, such as the traits of a schema.
    if let Some(letter) = specimen(kind.template_type, part.via())
        && let Err(error) = templates.render(entry, &Data::fields(&go_data(&letter)))
        && error.is_boundless
    {
        return Err(error.to_string());
    }
    Ok(Text { templates, entry: entry.to_owned() })
}
