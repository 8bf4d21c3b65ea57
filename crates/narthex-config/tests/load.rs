//! Loading as a whole: what a document becomes.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

use std::path::PathBuf;
use std::time::Duration;

use narthex_config::{Cipher, Config, Flags, GeneratedSecrets, Hasher, Hook, Loaded, RegistrationStyle, SameSite, Secret, Sources, load, reload};
use tempfile::TempDir;

/// The least that a configuration needs.
const LEAST: &str = r#"
dsn: memory
identity:
  schemas:
    - id: default
      url: file:///etc/person.schema.json
selfservice:
  default_browser_return_url: https://app.example.org/home
secrets:
  default: [a-secret-of-the-test-0001]
"#;

/// A folder of configuration files.
struct Files {
    dir: TempDir,
    sources: Sources,
}

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = TempDir::new().unwrap();
        let mut sources = Sources::default();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::write(&path, text).unwrap();
            sources.files.push(path);
        }
        Self { dir, sources }
    }

    fn least(more: &str) -> Self {
        Self::new(&[("kratos.yml", LEAST), ("more.yml", more)])
    }

    fn env(mut self, variables: &[(&str, &str)]) -> Self {
        self.sources.env = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self
    }

    fn flags(mut self, flags: Flags) -> Self {
        self.sources.flags = flags;
        self
    }

    fn load(&self) -> Loaded {
        load(&self.sources).unwrap_or_else(|errors| panic!("{errors}"))
    }

    fn config(&self) -> Config {
        self.load().config
    }

    /// The mistakes as text, with the folder's name taken out.
    fn mistakes(&self) -> String {
        let errors = load(&self.sources).expect_err("a configuration that must not load");
        errors.to_string().replace(&format!("{}/", self.dir.path().display()), "")
    }
}

#[test]
fn the_least_configuration_is_filled_with_defaults() {
    let config = Files::least("").config();
    assert_eq!(config.dsn.expose(), "memory");
    assert_eq!(config.serve.public.port, 4433);
    assert_eq!(config.serve.public.base_url.as_str(), "https://localhost:4433/");
    assert_eq!(config.session.lifespan, Duration::from_secs(24 * 3600));
    assert_eq!(config.session.earliest_possible_extend, config.session.lifespan);
    assert_eq!(config.session.cookie.name, "ory_kratos_session");
    assert_eq!(config.session.cookie.path, "/");
    assert_eq!(config.session.cookie.same_site, SameSite::Lax);
    assert!(config.session.cookie.secure && config.cookies.secure);
    assert_eq!(config.hashers.algorithm, Hasher::Bcrypt);
    assert_eq!(config.hashers.argon2.memory, 128 << 20);
    assert_eq!(config.selfservice.flows.registration.style, RegistrationStyle::ProfileFirst);
    assert_eq!(config.selfservice.flows.login.ui_url.as_str(), "https://www.ory.com/kratos/docs/fallback/login");
    assert_eq!(config.secrets.cookie, [Secret::new("a-secret-of-the-test-0001")]);
    assert_eq!(config.secrets.pagination, config.secrets.default);
    assert!(config.narthex.ui.served());
}

#[test]
fn without_any_source_the_server_decides_for_itself() {
    let sources = Sources { env: vec![("SERVE_PUBLIC_PORT".into(), "5000".into())], ..Sources::default() };
    let loaded = load(&sources).unwrap();
    assert!(loaded.standalone && loaded.missing_secrets.default && loaded.missing_secrets.cipher);
    let generated = Some(GeneratedSecrets { default: Secret::new("0123456789abcdef"), cipher: Secret::new("0123456789abcdef0123456789abcdef") });
    let loaded = load(&Sources { generated, ..sources }).unwrap();
    assert!(!loaded.missing_secrets.any());
    let config = loaded.config;
    assert_eq!(config.dsn.expose(), "sqlite://./narthex-data/narthex.sqlite");
    assert_eq!(config.serve.public.base_url.as_str(), "http://127.0.0.1:5000/");
    assert_eq!(config.serve.admin.host, "127.0.0.1");
    assert!(!config.cookies.secure && !config.session.cookie.secure && !config.dev);
    assert_eq!(config.ciphers.algorithm, Cipher::XChaCha20Poly1305);
    assert_eq!(config.selfservice.flows.registration.ui_url.as_str(), "http://127.0.0.1:5000/ui/registration");
    assert_eq!(config.selfservice.default_browser_return_url.as_str(), "http://127.0.0.1:5000/ui/welcome");
    assert!(matches!(config.selfservice.flows.registration.after.hooks("password"), [Hook::Session]));
    assert!(config.narthex.mailbox.enabled);
}
