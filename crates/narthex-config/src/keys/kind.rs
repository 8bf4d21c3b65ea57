//! What the table of keys is made of.

/// One key of an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// One sentence for the documents.
    pub(crate) about: &'static str,
    pub(crate) default: Fallback,
    pub(crate) required: bool,
    /// The value is never printed.
    pub(crate) secret: bool,
    /// An object that is absent unless somebody wrote it; others are made by their defaults.
    pub(crate) optional: bool,
    pub(crate) state: State,
    pub(crate) reload: Reload,
    /// Which key is to be used in its place.
    pub(crate) deprecated: Option<&'static str>,
}

/// What holds when nobody says anything.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fallback {
    Nothing,
    Bool(bool),
    Int(i64),
    Number(f64),
    Text(&'static str),
    Texts(&'static [&'static str]),
    /// Worked out from other keys or from the machine, in these words.
    Computed(&'static str),
}

/// Whether anything acts on a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// As the object it stands in; the root is built.
    Inherited,
    /// Acted on.
    Built,
    /// Its feature is not built yet.
    NotBuilt,
    /// Accepted for the sake of existing documents, without effect.
    NoEffect,
}

/// How a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reload {
    /// As the object it stands in; the root is hot.
    Inherited,
    /// With the next request.
    Hot,
    /// With the next start.
    Restart,
    /// Taken from the command line or the environment; a file's value gives way to the flag's default.
    Flag,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Bool,
    Int {
        min: i64,
        max: i64,
    },
    Number,
    Text(Text),
    List {
        of: &'static Kind,
        min: usize,
        unique: bool,
    },
    /// Free names; `secret` hides the values.
    Map {
        of: &'static Kind,
        secret: bool,
    },
    Object(&'static Object),
    /// One of several objects, told apart by the text of one member.
    Variants {
        tag: &'static str,
        of: &'static [Variant],
    },
    Any,
}

/// What a text may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    Any,
    /// A length in characters.
    Length {
        min: usize,
        max: usize,
    },
    OneOf(&'static [&'static str]),
    Duration,
    /// A duration that begins with no zero.
    PositiveDuration,
    Bytes,
    /// A URI with a scheme.
    Uri,
    /// A URI with one of these schemes.
    UriOf(&'static [&'static str]),
    /// A URI or a path that begins with `/`.
    Address,
    /// Anything that parses as a URI reference.
    UriReference,
    Email,
    /// An origin of CORS: a URI or `*`, at most one `*` in it.
    CorsOrigin,
    Uuid,
    Hostname,
    IpBlock,
    Color,
    Locale,
}

/// An object and its members.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object {
    pub(crate) keys: &'static [Key],
    /// Unknown members are tolerated.
    pub(crate) open: bool,
}

/// One of the objects that [`Kind::Variants`] chooses from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    pub(crate) tag: &'static str,
    pub(crate) object: &'static Object,
}

impl Object {
    pub(crate) const fn closed(keys: &'static [Key]) -> Self {
        Self { keys, open: false }
    }

    pub(crate) const fn open(keys: &'static [Key]) -> Self {
        Self { keys, open: true }
    }

    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

pub(crate) const BOOL: Kind = Kind::Bool;
pub(crate) const TEXT: Kind = Kind::Text(Text::Any);
pub(crate) const TEXTS: Kind = Kind::List { of: &TEXT, min: 0, unique: false };
pub(crate) const DURATION: Kind = Kind::Text(Text::Duration);
pub(crate) const BYTES: Kind = Kind::Text(Text::Bytes);
pub(crate) const URI: Kind = Kind::Text(Text::Uri);
pub(crate) const ADDRESS: Kind = Kind::Text(Text::Address);
pub(crate) const HEADERS: Kind = Kind::Map { of: &TEXT, secret: true };
pub(crate) const TEMPLATE: Kind = Kind::Text(Text::UriOf(&["http", "https", "file", "base64"]));

/// A key that is acted on, has no default and may be left out.
pub(crate) const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key {
        name,
        kind,
        about,
        default: Fallback::Nothing,
        required: false,
        secret: false,
        optional: false,
        state: State::Inherited,
        reload: Reload::Inherited,
        deprecated: None,
    }
}

/// A text that is one of these.
pub(crate) const fn one_of(values: &'static [&'static str]) -> Kind {
    Kind::Text(Text::OneOf(values))
}

impl Key {
    pub(crate) const fn yes(mut self) -> Self {
        self.default = Fallback::Bool(true);
        self
    }

    pub(crate) const fn no(mut self) -> Self {
        self.default = Fallback::Bool(false);
        self
    }

    pub(crate) const fn int(mut self, default: i64) -> Self {
        self.default = Fallback::Int(default);
        self
    }

    pub(crate) const fn number(mut self, default: f64) -> Self {
        self.default = Fallback::Number(default);
        self
    }

    pub(crate) const fn text(mut self, default: &'static str) -> Self {
        self.default = Fallback::Text(default);
        self
    }

    pub(crate) const fn texts(mut self, default: &'static [&'static str]) -> Self {
        self.default = Fallback::Texts(default);
        self
    }

    pub(crate) const fn computed(mut self, how: &'static str) -> Self {
        self.default = Fallback::Computed(how);
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub(crate) const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    pub(crate) const fn not_built(mut self) -> Self {
        self.state = State::NotBuilt;
        self
    }

    pub(crate) const fn no_effect(mut self) -> Self {
        self.state = State::NoEffect;
        self
    }

    pub(crate) const fn restart(mut self) -> Self {
        self.reload = Reload::Restart;
        self
    }

    pub(crate) const fn hot(mut self) -> Self {
        self.reload = Reload::Hot;
        self
    }

    pub(crate) const fn flag(mut self) -> Self {
        self.reload = Reload::Flag;
        self
    }

    pub(crate) const fn deprecated(mut self, instead: &'static str) -> Self {
        self.deprecated = Some(instead);
        self
    }
}
