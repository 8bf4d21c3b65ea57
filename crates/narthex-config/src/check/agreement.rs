//! The table of keys and the types agree: what the one lets pass, the others hold.

use proptest::prelude::*;

use crate::defaults::{Circumstances, fill};
use crate::error::Mistakes;
use crate::keys::{Kind, Object, ROOT, Text};
use crate::settings::Config;
use crate::tree::{Member, Node, Origin, Value};

/// Small, reproducible choices.
struct Choices(u64);

impl Choices {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % n.max(1)
    }

    fn node(&mut self, kind: &Kind) -> Node {
        let value = match kind {
            Kind::Bool => Value::Bool(self.below(2) == 0),
            Kind::Int { min, max } => Value::Int([*min, *max, (*min).max(1)][self.below(3)]),
            Kind::Number => Value::Float(0.5),
            Kind::Text(text) => Value::Text(self.text(*text)),
            Kind::List { of, min, .. } => Value::List((0..(*min).max(self.below(3))).map(|_| self.node(of)).collect()),
            Kind::Map { of, .. } => Value::Map([("Name".to_owned(), member(self.node(of)))].into()),
            Kind::Object(object) => return self.object(object),
            Kind::Variants { tag, of } => {
                let variant = of[self.below(of.len())];
                let mut node = self.object(variant.object);
                node.set(tag, Node::text(Origin::default(), variant.tag));
                return node;
            }
            Kind::Any => Value::List(Vec::new()),
        };
        Node::new(Origin::default(), value)
    }

    fn object(&mut self, object: &Object) -> Node {
        let mut node = Node::object(Origin::default());
        for key in object.keys {
            if key.required || self.below(3) > 0 {
                node.set(key.name, self.node(&key.kind));
            }
        }
        node
    }

    fn text(&mut self, text: Text) -> String {
        match text {
            Text::Any => "text".to_owned(),
            Text::Length { min, .. } => format!("{:x>min$}", self.below(100)),
            Text::OneOf(values) => values[self.below(values.len())].to_owned(),
            Text::Duration | Text::PositiveDuration => "1h30m".to_owned(),
            Text::Bytes => "12MB".to_owned(),
            Text::Uri | Text::Address | Text::UriReference => "https://example.org/path".to_owned(),
            Text::UriOf(schemes) => {
                format!("{}://example.org/", schemes[self.below(schemes.len())])
            }
            Text::Email => "someone@example.org".to_owned(),
            Text::CorsOrigin => format!("https://{}.example.org", self.below(1000)),
            Text::Uuid => "6ba7b810-9dad-41d1-80b4-00c04fd430c8".to_owned(),
            Text::Hostname => "example.org".to_owned(),
            Text::IpBlock => format!("10.0.{}.0/24", self.below(200)),
            Text::Color => "#1f5fbf".to_owned(),
            Text::Locale => "en".to_owned(),
        }
    }
}

fn member(node: Node) -> Member {
    Member { name_at: node.at, node }
}

fn config(mut root: Node) -> Result<Config, serde_json::Error> {
    fill(&mut root, &Circumstances { standalone: false, host_name: "localhost" });
    serde_json::from_value(root.to_json())
}

proptest! {
    #[test]
    fn what_the_table_makes_the_types_hold(seed in 1u64..) {
        let mut choices = Choices(seed);
        let root = choices.object(&ROOT);
        let mut mistakes = Mistakes::default();
        super::Checker { mistakes: &mut mistakes }.object(&root, &ROOT, "");
        // Only lists whose entries must differ may go wrong by chance.
        let unique = |problem: &str| problem.contains(" twice, expected");
        prop_assert!(mistakes.problems().all(unique), "{mistakes:?}");
        let error = config(root).err().map(|error| error.to_string());
        prop_assert_eq!(error, None);
    }
}
