//! How the pages look, from the configuration.

use narthex_config::{Config, UrlRef};
use narthex_ui::{Locale, Options, Theme, ThemeError};
use url::Url;

/// The look of the pages of the public listener.
///
/// # Errors
/// Where a colour, a logo or an address cannot be used; the text says what is accepted.
pub fn public(config: &Config) -> Result<Theme, ThemeError> {
    let flows = &config.selfservice.flows;
    let after = &config.selfservice.default_browser_return_url;
    let pages = [
        &flows.registration.ui_url,
        &flows.login.ui_url,
        &flows.verification.ui_url,
        &flows.recovery.ui_url,
        &flows.settings.ui_url,
        &flows.error.ui_url,
        after,
    ];
    let targets = pages.into_iter().chain(&config.selfservice.allowed_return_urls).filter_map(web_origin);
    Theme::new(Options { form_targets: targets.collect(), ..options(config, &config.serve.public.base_url) })
}

/// The look of the pages of the admin listener.
///
/// # Errors
/// As for [`public`].
pub fn admin(config: &Config) -> Result<Theme, ThemeError> {
    Theme::new(Options { home: "mailbox", ..options(config, &config.serve.admin.base_url) })
}

fn options(config: &Config, base_url: &Url) -> Options {
    let ui = &config.narthex.ui;
    let flows = &config.selfservice.flows;
    Options {
        brand_name: ui.brand.name.clone(),
        logo_url: ui.brand.logo_url.as_ref().map(|url| url.as_str().to_owned()),
        color: Some(ui.brand.color.clone()).filter(|color| !color.is_empty()),
        locale: ui.locale.as_deref().and_then(Locale::from_tag),
        base: format!("{}/ui", base_url.path().trim_end_matches('/')),
        home: "welcome",
        public_url: config.serve.public.base_url.as_str().trim_end_matches('/').to_owned(),
        form_targets: Vec::new(),
        registration: flows.registration.enabled,
        recovery: flows.recovery.enabled,
        verification: flows.verification.enabled,
    }
}

/// The origin of an address that a form's answer may redirect to; of addresses with wildcards all of their scheme.
fn web_origin(url: &UrlRef) -> Option<String> {
    let text = url.as_str();
    if text.contains('*') {
        return text.split_once("://").map(|(scheme, _)| format!("{scheme}:")).filter(|scheme| scheme == "https:" || scheme == "http:");
    }
    let parsed = Url::parse(text).ok()?;
    matches!(parsed.scheme(), "http" | "https").then(|| parsed.origin().ascii_serialization())
}
