//! How the pages look and where they are: everything that is the same for each request, worked out once.

use crate::asset::{Asset, File};
use crate::color::{self, Color};
use crate::i18n::{Locale, negotiate};
use crate::link;
use crate::page::Ui;

/// The ground of the light pages; the style sheet names the same.
const LIGHT: Color = Color::new(0xf5, 0xf6, 0xf8);
/// The ground of cards on the dark pages; the style sheet names the same.
const DARK: Color = Color::new(0x1b, 0x1e, 0x25);

const STYLE: &str = include_str!("../assets/narthex.css");
const SCRIPT: &str = include_str!("../assets/narthex.js");
const ICON: &str = include_str!("../assets/icon.svg");

/// What a [`Theme`] is made of.
#[derive(Clone, Debug)]
pub struct Options {
    /// The name in titles and at the top of each page.
    pub brand_name: String,
    /// A picture in place of the icon: a URL (`http:`, `https:` or relative), or a `data:image/…;base64,` URL.
    pub logo_url: Option<String>,
    /// The accent colour, `#rrggbb` or `#rgb`.
    pub color: Option<String>,
    /// The language of all pages; `None` asks each browser.
    pub locale: Option<Locale>,
    /// The path of the pages, such as `/ui` or `/accounts/ui`.
    pub base: String,
    /// The page that the name at the top leads to.
    pub home: &'static str,
    /// What stands before `/self-service/…` in links: a path prefix such as `/accounts`, an absolute URL, or nothing.
    pub public_url: String,
    /// Origins (or schemes, such as `https:`) that the answer to a form may redirect to: those of the allowed return
    /// URLs, of the default ones, of pages that are not our own. Chromium applies `form-action` to redirects as well.
    pub form_targets: Vec<String>,
    /// Whether people may sign up.
    pub registration: bool,
    /// Whether they may recover their account.
    pub recovery: bool,
    /// Whether addresses can be verified.
    pub verification: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            brand_name: "Narthex".to_owned(),
            logo_url: None,
            color: None,
            locale: None,
            base: "/ui".to_owned(),
            home: "welcome",
            public_url: String::new(),
            form_targets: Vec::new(),
            registration: true,
            recovery: true,
            verification: true,
        }
    }
}

/// Why there is no theme to be made of some options.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// The colour cannot be read.
    #[error("the colour {0:?} is neither #rrggbb nor #rgb")]
    Color(String),
    /// The logo is no URL that a page may show.
    #[error("the logo {0:?} is neither an http(s) or relative URL nor a data:image/…;base64 URL")]
    Logo(String),
    /// The path of the pages is none.
    #[error("{0:?} is no path for pages, such as /ui")]
    Base(String),
    /// Links cannot start with this.
    #[error("{0:?} is neither an http(s) URL nor a path")]
    PublicUrl(String),
    /// A content security policy cannot name this.
    #[error("{0:?} is neither an http(s) origin nor one of the schemes http: and https:")]
    FormTarget(String),
}

/// How the pages look and where they are. Made once; [`Theme::ui`] then speaks to one browser.
#[derive(Clone, Debug)]
pub struct Theme {
    pub(crate) options: Options,
    style: File,
    script: File,
    icon: File,
}

impl Theme {
    /// Checks the options and works out the files that pages refer to.
    ///
    /// # Errors
    /// When a colour, a URL or a path is none.
    pub fn new(mut options: Options) -> Result<Self, ThemeError> {
        let brand = options.color.as_deref().unwrap_or("#4338ca");
        let brand: Color = brand.parse().map_err(|()| ThemeError::Color(brand.to_owned()))?;
        if let Some(logo) = options.logo_url.as_deref().filter(|logo| link::safe_image(logo).is_none()) {
            return Err(ThemeError::Logo(logo.to_owned()));
        }
        options.base = path(&options.base).ok_or(ThemeError::Base(options.base))?;
        options.public_url = match options.public_url.trim_end_matches('/') {
            "" => String::new(),
            url if link::safe(url).is_some() => url.to_owned(),
            url => return Err(ThemeError::PublicUrl(url.to_owned())),
        };
        for target in &mut options.form_targets {
            if !matches!(target.as_str(), "http:" | "https:") {
                *target = link::origin(target).ok_or_else(|| ThemeError::FormTarget(target.clone()))?;
            }
        }
        let style = format!("{}{STYLE}", brand_rules(brand));
        let icon = ICON.replace("BRAND", &brand.to_string()).replace("INK", &brand.ink().to_string());
        Ok(Self {
            options,
            style: File::new("theme", "css", "text/css; charset=utf-8", style),
            script: File::new("narthex", "js", "text/javascript; charset=utf-8", SCRIPT),
            icon: File::new("icon", "svg", "image/svg+xml", icon),
        })
    }

    /// The pages in the language of one browser, by its `Accept-Language` header.
    pub fn ui(&self, accept_language: Option<&str>) -> Ui<'_> {
        let locale = self.options.locale.unwrap_or_else(|| accept_language.map(negotiate).unwrap_or_default());
        Ui { theme: self, locale }
    }

    /// The file that pages know as `{base}/assets/{name}`.
    pub fn asset(&self, name: &str) -> Option<Asset<'_>> {
        [&self.style, &self.script, &self.icon].into_iter().find_map(|file| file.asked_for(name))
    }

    /// The style sheet of all pages, in the colours of the brand.
    pub fn stylesheet(&self) -> &str {
        self.style.content()
    }

    /// The path of the pages, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.options.base
    }

    pub(crate) fn style_url(&self) -> String {
        self.asset_url(&self.style)
    }

    pub(crate) fn script_url(&self) -> String {
        self.asset_url(&self.script)
    }

    pub(crate) fn icon_url(&self) -> String {
        self.asset_url(&self.icon)
    }

    /// The picture at the top of each page.
    pub(crate) fn logo_url(&self) -> Option<&str> {
        self.options.logo_url.as_deref().and_then(link::safe_image)
    }

    /// The address of one of our own pages.
    pub(crate) fn page_url(&self, page: &str) -> String {
        format!("{}/{page}", self.options.base)
    }

    /// The address that the name at the top leads to.
    pub(crate) fn home_url(&self) -> String {
        self.page_url(self.options.home)
    }

    /// Where a browser begins a flow of this kind.
    pub(crate) fn flow_url(&self, flow: &str, parameters: &[(&str, Option<&str>)]) -> String {
        link::with_query(&format!("{}/self-service/{flow}/browser", self.options.public_url), parameters)
    }

    fn asset_url(&self, file: &File) -> String {
        format!("{}/assets/{}", self.options.base, file.name())
    }
}

/// The path without a slash at its end, if it is one.
fn path(text: &str) -> Option<String> {
    let path = text.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.' | '~' | '%');
    let is_path = (path.is_empty() || path.starts_with('/')) && !path.starts_with("//") && path.chars().all(plain);
    is_path.then(|| path.to_owned())
}

/// The colours that follow from the brand's: for buttons, their edges, and text, on light and on dark ground.
fn brand_rules(brand: Color) -> String {
    let on = |ground: Color| {
        let ink = brand.ink();
        format!(
            ":root{{--accent:{brand};--accent-hover:{};--accent-ink:{ink};--accent-edge:{};--accent-text:{}}}",
            brand.mix(ink.ink(), 14),
            brand.readable_on(ground, color::EDGE),
            brand.readable_on(ground, color::TEXT),
        )
    };
    format!("{}@media (prefers-color-scheme:dark){{{}}}\n", on(LIGHT), on(DARK))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Options)) -> Result<Theme, ThemeError> {
        let mut options = Options::default();
        change(&mut options);
        Theme::new(options)
    }

    #[test]
    fn the_style_sheet_stays_small_and_knows_the_grounds_that_contrast_is_counted_against() {
        let theme = with(|_| ()).unwrap();
        assert!(theme.stylesheet().len() < 10_000, "{}", theme.stylesheet().len());
        assert!(STYLE.contains(&LIGHT.to_string()) && STYLE.contains(&DARK.to_string()));
    }

    #[test]
    fn assets_are_found_under_the_names_that_pages_use() {
        let theme = with(|options| options.base = "/accounts/ui/".to_owned()).unwrap();
        for (url, kind) in [(theme.style_url(), "text/css"), (theme.script_url(), "text/javascript"), (theme.icon_url(), "image/svg")] {
            let asset = theme.asset(url.strip_prefix("/accounts/ui/assets/").unwrap()).unwrap();
            assert!(asset.immutable && asset.content_type.starts_with(kind) && !asset.bytes.is_empty());
        }
        assert_eq!(theme.asset("../secrets"), None);
    }

    #[test]
    fn another_colour_is_another_file() {
        let red = with(|options| options.color = Some("#c00".to_owned())).unwrap();
        let blue = with(|options| options.color = Some("#00c".to_owned())).unwrap();
        assert_ne!(red.style_url(), blue.style_url());
        assert!(red.stylesheet().contains("--accent:#cc0000"));
    }

    #[test]
    fn options_that_make_no_sense_are_refused() {
        let color = "red}body{display:none".to_owned();
        assert_eq!(with(|o| o.color = Some(color.clone())).unwrap_err(), ThemeError::Color(color));
        assert!(matches!(with(|o| o.logo_url = Some("javascript:x".into())), Err(ThemeError::Logo(_))));
        assert!(matches!(with(|o| o.base = "ui".into()), Err(ThemeError::Base(_))));
        assert!(matches!(with(|o| o.base = "//evil".into()), Err(ThemeError::Base(_))));
        assert!(matches!(with(|o| o.public_url = "ftp://x".into()), Err(ThemeError::PublicUrl(_))));
        assert!(matches!(with(|o| o.form_targets = vec!["*".into()]), Err(ThemeError::FormTarget(_))));
    }

    #[test]
    fn a_fixed_language_wins_over_the_browsers() {
        let theme = with(|options| options.locale = Some(Locale::En)).unwrap();
        assert_eq!(theme.ui(Some("de")).locale, Locale::En);
        assert_eq!(with(|_| ()).unwrap().ui(Some("de")).locale, Locale::De);
    }
}
