//! A real browser: the machine's chromium without a window, led by its chromedriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::{ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long a page may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often the driver is started until it is given up.
const DRIVER_STARTS: usize = 5;

/// Whether the browser runs the scripts of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// It does, as most do.
    On,
    /// It does not.
    Off,
}

/// A browser with an empty profile. To be ended by [`Self::close`]; it ends with its driver in any case.
pub struct Chromium {
    page: fantoccini::Client,
    _driver: Driver,
}

/// The driver's process, which takes its browsers with it.
struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Chromium {
    /// A new browser; `None`, said plainly on the error output, where the machine has no chromedriver.
    ///
    /// # Panics
    /// Where there is none but `CI` is set, and where it does not start.
    pub async fn start(script: Script) -> Option<Self> {
        let Some((driver, port)) = start_driver() else {
            assert!(std::env::var_os("CI").is_none(), "there must be a chromedriver in CI");
            eprintln!("skipped: no chromedriver; install chromium and chromium-driver");
            return None;
        };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(script));
        let page = builder.connect(&format!("http://127.0.0.1:{port}")).await.expect("chromium starts");
        Some(Self { page, _driver: driver })
    }

    /// Opens an address and waits until the page is there.
    pub async fn open(&self, url: &str) {
        expect(self.page.goto(url).await, url);
    }

    /// Types into the field of this name, in place of what it holds.
    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.element(&format!("[name=\"{name}\"]:not([type=hidden])")).await;
        expect(field.clear().await, name);
        expect(field.send_keys(text).await, name);
    }

    /// Presses what this CSS selector finds and waits for the page that follows.
    ///
    /// # Panics
    /// Where no other page follows.
    pub async fn press(&self, selector: &str) {
        let before = self.element("html").await;
        expect(self.element(selector).await.click().await, selector);
        let gone = async {
            while before.tag_name().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(PATIENCE, gone).await.is_ok(), "nothing follows {selector} on {}", self.url().await);
        self.element("body").await;
    }

    /// The text that this CSS selector finds, as people see it.
    pub async fn text(&self, selector: &str) -> String {
        expect(self.element(selector).await.text().await, selector)
    }

    /// Whether this CSS selector finds anything now.
    pub async fn has(&self, selector: &str) -> bool {
        !expect(self.page.find_all(Locator::Css(selector)).await, selector).is_empty()
    }

    /// An attribute of what this CSS selector finds.
    pub async fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        expect(self.element(selector).await.attr(name).await, selector)
    }

    /// The `id` of the element that has the focus.
    pub async fn focused(&self) -> Option<String> {
        expect(expect(self.page.active_element().await, "the focus").attr("id").await, "the focus")
    }

    /// The address of the page.
    pub async fn url(&self) -> String {
        expect(self.page.current_url().await, "the address").to_string()
    }

    /// What the page may know of this cookie: its value.
    pub async fn cookie(&self, name: &str) -> Option<String> {
        let cookies = expect(self.page.get_all_cookies().await, "the cookies");
        cookies.into_iter().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    }

    /// A picture of the page, as PNG.
    pub async fn screenshot(&self) -> Vec<u8> {
        expect(self.page.screenshot().await, "the screenshot")
    }

    /// Ends the browser.
    pub async fn close(self) {
        let _ = self.page.close().await;
    }

    async fn element(&self, selector: &str) -> fantoccini::elements::Element {
        let found = self.page.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        match found {
            Ok(element) => element,
            Err(error) => {
                let source = self.page.source().await.unwrap_or_default();
                panic!("{selector} on {}: {error}\n{source}", self.url().await)
            }
        }
    }
}

fn expect<T>(result: Result<T, CmdError>, what: &str) -> T {
    result.unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// Starts the driver on a port of its choice, which it tells. Of two that choose the same port at the same time one gives up:
/// it is started again.
fn start_driver() -> Option<(Driver, u16)> {
    for _ in 0..DRIVER_STARTS {
        let child = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let mut driver = Driver(child);
        let told = driver.0.stdout.take().expect("the driver's output");
        let port = BufReader::new(told).lines().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        if let Some(port) = port {
            return Some((driver, port));
        }
    }
    panic!("chromedriver ended {DRIVER_STARTS} times without telling its port")
}

fn capabilities(script: Script) -> serde_json::Map<String, Value> {
    // What containers lack, the browser goes without: a sandbox of its own, and room in /dev/shm.
    let arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=900,1200", "--lang=en"];
    let scripts = match script {
        Script::On => 1,
        Script::Off => 2,
    };
    let options = json!({
        "args": arguments,
        "prefs": { "profile.managed_default_content_settings.javascript": scripts, "intl.accept_languages": "en" },
    });
    [("goog:chromeOptions".to_owned(), options)].into_iter().collect()
}
