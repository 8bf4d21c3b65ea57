//! A form as the templates draw it.

/// All forms of a flow's page, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Forms {
    pub(crate) all: Vec<Form>,
    /// What is wrong, in the order of the page.
    pub(crate) errors: Vec<Problem>,
    /// What there is to know before the form.
    pub(crate) leads: Vec<String>,
    /// What was done.
    pub(crate) successes: Vec<String>,
    /// Whether what was done is read first, because nothing waits to be typed.
    pub(crate) focus_success: bool,
    pub(crate) scripts: Vec<ScriptTag>,
}

impl Forms {
    /// Whether there is anything to fill in.
    pub(super) fn has_field(&self) -> bool {
        self.all.iter().flat_map(|form| &form.blocks).flat_map(|block| &block.items).any(Item::is_filled_in)
    }

    /// What the person is called by who is about to sign in, where they have said so before.
    pub(crate) fn username(&self) -> Option<&str> {
        self.all.iter().flat_map(|form| &form.hidden).find(|hidden| hidden.is_username).map(|hidden| hidden.value.as_str())
    }

    /// Puts the cursor where typing begins.
    pub(super) fn focus_first_open_field(&mut self) {
        let items = self.all.iter_mut().flat_map(|form| &mut form.blocks).flat_map(|block| &mut block.items);
        let mut fields = items.filter_map(|item| match item {
            Item::Field(field) if field.is_open => Some(field),
            _ => None,
        });
        if let Some(field) = fields.next() {
            field.attributes.push(("autofocus", String::new()));
        }
    }
}

/// One thing that is wrong.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The id of the control that it is about.
    pub(crate) target: Option<String>,
    /// What that control is called.
    pub(crate) label: Option<String>,
    pub(crate) text: String,
}

/// One `<form>`.
#[derive(Debug, Default)]
pub(crate) struct Form {
    pub(crate) id: String,
    /// Where it is sent; nothing where there is nothing to send.
    pub(crate) action: Option<String>,
    pub(crate) method: &'static str,
    pub(crate) heading: Option<&'static str>,
    /// Whether it is another way to the same end as the form before it.
    pub(crate) alternative: bool,
    pub(crate) hidden: Vec<Hidden>,
    /// The id of another form for buttons that the return key must not press.
    pub(crate) aside: Option<String>,
    pub(crate) blocks: Vec<Block>,
    /// Buttons of lesser weight at the end: back, send again.
    pub(crate) quiet: Vec<Button>,
}

impl Form {
    /// Keeps the return key in a field from pressing a button that takes something away.
    pub(super) fn set_aside_what_takes_away(&mut self) {
        if !self.blocks.iter().flat_map(|block| &block.items).any(Item::is_filled_in) {
            return;
        }
        let id = format!("{}-aside", self.id);
        for item in self.blocks.iter_mut().flat_map(|block| &mut block.items) {
            if let Item::Button(button) = item
                && button.weight == Weight::Danger
            {
                button.attributes.push(("form", id.clone()));
                self.aside = Some(id.clone());
            }
        }
    }
}

/// What is sent along unseen.
#[derive(Debug)]
pub(crate) struct Hidden {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether it names the account, so that password managers know whose the password is.
    pub(crate) is_username: bool,
    /// The function to be called once the page and its scripts are there.
    pub(crate) trigger: Option<String>,
}

/// What belongs to one way of going on.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// Whether it is another way to the same end as the block before it.
    pub(crate) alternative: bool,
    pub(crate) items: Vec<Item>,
}

/// What a block consists of.
#[derive(Debug)]
pub(crate) enum Item {
    Field(Field),
    Choice(Choice),
    Tick(Tick),
    Button(Button),
    Link(Link),
    Note(Note),
    Picture(Picture),
}

impl Item {
    /// Whether a person is asked for something here, not just for a press.
    pub(crate) fn is_filled_in(&self) -> bool {
        matches!(self, Self::Field(_) | Self::Choice(_) | Self::Tick(_))
    }
}

/// What all controls have: an id, a label, and what there is to say at them.
#[derive(Debug, Default)]
pub(crate) struct About {
    pub(crate) id: String,
    pub(crate) label: String,
    /// Whether to say that the control may stay empty.
    pub(crate) optional: bool,
    pub(crate) hints: Vec<String>,
    pub(crate) errors: Vec<String>,
}

impl About {
    /// The ids of the texts that describe the control.
    fn described_by(&self) -> Option<String> {
        let texts = [("hint", !self.hints.is_empty()), ("error", !self.errors.is_empty())];
        let ids: Vec<_> = texts.iter().filter(|(_, there)| *there).map(|(part, _)| format!("{}-{part}", self.id)).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// The attributes by which a control refers to what is said at it.
    pub(crate) fn attributes(&self) -> Attributes {
        let mut attributes = vec![("id", self.id.clone())];
        if !self.errors.is_empty() {
            attributes.push(("aria-invalid", "true".to_owned()));
        }
        if let Some(ids) = self.described_by() {
            attributes.push(("aria-describedby", ids));
        }
        attributes
    }
}

/// HTML attributes; the names are ours, the values are escaped by the template.
pub(crate) type Attributes = Vec<(&'static str, String)>;

/// An `<input>` to type into.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) about: About,
    pub(crate) attributes: Attributes,
    pub(crate) is_password: bool,
    /// Whether it waits for something to be typed.
    pub(crate) is_open: bool,
}

/// A `<select>`.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) about: About,
    pub(crate) attributes: Attributes,
    /// The value that is sent although the control is switched off.
    pub(crate) fixed: Option<(String, String)>,
    /// Value, and whether it is the one chosen.
    pub(crate) options: Vec<(String, bool)>,
    pub(crate) none_chosen: bool,
}

/// A box to tick.
#[derive(Debug)]
pub(crate) struct Tick {
    pub(crate) about: About,
    pub(crate) attributes: Attributes,
    /// What is sent if the box is not ticked, or switched off.
    pub(crate) otherwise: Option<(String, String)>,
}

/// The weight of a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Primary,
    Secondary,
    Danger,
    Quiet,
}

impl Weight {
    /// The class in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Danger => "danger",
            Self::Quiet => "quiet",
        }
    }
}

/// A `<button>`.
#[derive(Debug)]
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) weight: Weight,
    pub(crate) attributes: Attributes,
    /// Whether a script does its work, so that nothing happens without.
    pub(crate) needs_script: bool,
    pub(crate) errors: Vec<String>,
}

/// An `<a>`.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) label: String,
    pub(crate) href: String,
}

/// A text to read or to copy.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) id: String,
    pub(crate) label: Option<String>,
    /// Lines to be copied letter by letter, and whether each is used up.
    pub(crate) lines: Vec<(String, bool)>,
    pub(crate) errors: Vec<String>,
}

impl Note {
    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.label.is_none() && self.lines.is_empty() && self.errors.is_empty()
    }
}

/// An `<img>`.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) src: String,
    pub(crate) label: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A `<script>` that the form's methods need.
#[derive(Debug)]
pub(crate) struct ScriptTag {
    pub(crate) nonce: String,
    pub(crate) attributes: Attributes,
}
