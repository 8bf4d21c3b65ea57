//! Where in an HTML document a template has got to.
//! It never looks at text.
//! Next: `scan` moves from one context to the next.

/// A place in a document, as far as it matters for escaping.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Context {
    pub(super) state: State,
    pub(super) delimiter: Delimiter,
    pub(super) url: UrlPart,
    pub(super) attribute: Attribute,
    pub(super) element: Element,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// Between tags.
    #[default]
    Text,
    /// Within a tag, before an attribute or its end.
    Tag,
    AttributeName,
    AfterName,
    BeforeValue,
    Comment,
    /// Text of an element that has no elements: `title`, `textarea`.
    Rcdata,
    /// The value of an attribute that is text.
    Value,
    Url,
    /// Values that data must not reach: scripts, lists of image addresses, the content of `meta`.
    Script,
    Srcset,
    MetaContent,
    Css,
    CssString(Quote),
    CssUrl(Option<Quote>),
    CssBlockComment,
    CssLineComment,
    /// Beyond a `break` or `continue`.
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Quote {
    Single,
    Double,
}

/// What ends an attribute's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Delimiter {
    /// Not in an attribute's value.
    #[default]
    None,
    Quote(Quote),
    SpaceOrTagEnd,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum UrlPart {
    /// Nothing yet: what comes may name the scheme.
    #[default]
    Start,
    BeforeQuery,
    QueryOrFragment,
    /// Depends on data.
    Unknown,
}

/// What the current attribute holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attribute {
    #[default]
    Text,
    Url,
    Style,
    Script,
    Srcset,
    MetaContent,
}

/// The current element, if it is one that matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Element {
    #[default]
    Other,
    Script,
    Style,
    Textarea,
    Title,
    Meta,
}

impl Context {
    pub(super) fn in_comment(self) -> bool {
        matches!(self.state, State::Comment | State::CssBlockComment | State::CssLineComment)
    }

    /// The context for an action that stands here: it begins what text would begin too.
    pub(super) fn nudged(self) -> Self {
        match self.state {
            State::Tag => Self { state: State::AttributeName, ..self },
            State::BeforeValue => {
                Self { state: self.attribute.state(), delimiter: Delimiter::SpaceOrTagEnd, attribute: Attribute::Text, ..self }
            }
            State::AfterName => Self { state: State::AttributeName, attribute: Attribute::Text, ..self },
            _ => self,
        }
    }

    /// The context after two branches; `None` if they part.
    pub(super) fn joined(self, other: Self) -> Option<Self> {
        if self == other || other.state == State::Dead {
            return Some(self);
        }
        if self.state == State::Dead {
            return Some(other);
        }
        if (Self { url: other.url, ..self }) == other {
            return Some(Self { url: UrlPart::Unknown, ..self });
        }
        let (a, b) = (self.nudged(), other.nudged());
        if (a, b) == (self, other) { None } else { a.joined(b) }
    }

    /// What messages call the place.
    pub(super) fn name(self) -> &'static str {
        match self.state {
            State::Text => "text",
            State::Tag | State::AttributeName | State::AfterName | State::BeforeValue => "a tag",
            State::Comment => "a comment",
            State::Rcdata => "a title or textarea",
            State::Value => "an attribute's value",
            State::Url => "an address",
            State::Script => "a script",
            State::Srcset => "a srcset attribute",
            State::MetaContent => "the content of a meta element",
            State::Css => "a style",
            State::CssString(_) => "a string of a style",
            State::CssUrl(_) => "an address of a style",
            State::CssBlockComment | State::CssLineComment => "a comment of a style",
            State::Dead => "nowhere",
        }
    }
}

impl Attribute {
    /// The state at the beginning of such an attribute's value.
    pub(super) fn state(self) -> State {
        match self {
            Self::Text => State::Value,
            Self::Url => State::Url,
            Self::Style => State::Css,
            Self::Script => State::Script,
            Self::Srcset => State::Srcset,
            Self::MetaContent => State::MetaContent,
        }
    }

    /// What an attribute of this name holds. Names that are not known are judged by what they look like.
    pub(super) fn of(element: Element, name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        if element == Element::Meta && name == "content" {
            return Self::MetaContent;
        }
        let name = match name.split_once(':') {
            Some(("xmlns", _)) => return Self::Url,
            Some((_, local)) => local,
            None => name.strip_prefix("data-").unwrap_or(&name),
        };
        match name {
            "action" | "archive" | "background" | "cite" | "classid" | "codebase" | "data" | "formaction" | "href" | "icon"
            | "longdesc" | "manifest" | "poster" | "profile" | "src" | "usemap" | "xmlns" => Self::Url,
            "style" => Self::Style,
            "srcset" | "imagesrcset" => Self::Srcset,
            _ if name.starts_with("on") => Self::Script,
            _ if ["src", "uri", "url"].iter().any(|part| name.contains(part)) => Self::Url,
            _ => Self::Text,
        }
    }
}

impl Element {
    pub(super) fn of(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "script" => Self::Script,
            "style" => Self::Style,
            "textarea" => Self::Textarea,
            "title" => Self::Title,
            "meta" => Self::Meta,
            _ => Self::Other,
        }
    }

    /// The tag that alone ends the element's content, if its content is no HTML.
    pub(super) fn end_tag(self) -> Option<&'static str> {
        match self {
            Self::Script => Some("</script"),
            Self::Style => Some("</style"),
            Self::Textarea => Some("</textarea"),
            Self::Title => Some("</title"),
            Self::Other | Self::Meta => None,
        }
    }

    /// The state after the element's opening tag.
    pub(super) fn content(self) -> State {
        match self {
            Self::Script => State::Script,
            Self::Style => State::Css,
            Self::Textarea | Self::Title => State::Rcdata,
            Self::Other | Self::Meta => State::Text,
        }
    }
}
