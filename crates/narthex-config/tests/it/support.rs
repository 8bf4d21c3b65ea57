//! Configuration files in a folder of their own.

use narthex_config::{Config, Flags, Loaded, Sources, load};
use tempfile::TempDir;

/// The least that a configuration needs.
pub(crate) const LEAST: &str = r"
dsn: memory
identity:
  schemas:
    - id: default
      url: file:///etc/person.schema.json
selfservice:
  default_browser_return_url: https://app.example.org/home
secrets:
  default: [a-secret-of-the-test-0001]
";

/// A folder of configuration files.
pub(crate) struct Files {
    pub(crate) dir: TempDir,
    pub(crate) sources: Sources,
}

impl Files {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let dir = TempDir::new().unwrap();
        let mut sources = Sources::default();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            sources.files.push(path);
        }
        Self { dir, sources }
    }

    pub(crate) fn least(more: &str) -> Self {
        Self::new(&[("kratos.yml", LEAST), ("more.yml", more)])
    }

    pub(crate) fn env(mut self, variables: &[(&str, &str)]) -> Self {
        self.sources.env = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    pub(crate) fn flags(mut self, flags: Flags) -> Self {
        self.sources.flags = flags;
        self
    }

    pub(crate) fn load(&self) -> Loaded {
        load(&self.sources).unwrap_or_else(|errors| panic!("{errors}"))
    }

    pub(crate) fn config(&self) -> Config {
        self.load().config
    }

    /// The mistakes as text, with the folder's name taken out.
    pub(crate) fn mistakes(&self) -> String {
        let errors = load(&self.sources).expect_err("a configuration that must not load");
        errors.to_string().replace(&format!("{}/", self.dir.path().display()), "")
    }
}
