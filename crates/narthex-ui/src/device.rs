//! What people call the thing that they signed in with, as far as its `User-Agent` tells.
//! A guess that helps to tell one's own devices apart; nothing is decided by it.

/// As much as is shown of what cannot be read, in characters.
const LONGEST: usize = 60;

/// What programs say, and what people call them. The first that is found counts: most claim to be others, too.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// The device: browser and system in the order that `pattern` has them, or what the program calls itself.
pub(crate) fn name(user_agent: &str, pattern: &str) -> Option<String> {
    let find = |known: &[(&str, &'static str)]| known.iter().find(|(token, _)| user_agent.contains(token)).map(|(_, name)| *name);
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => Some(pattern.replace("{browser}", browser).replace("{system}", system)),
        (Some(browser), None) => Some(browser.to_owned()),
        (None, _) => {
            let product = user_agent.split_whitespace().next()?;
            let product = product.split('/').next().unwrap_or(product);
            Some(product.chars().take(LONGEST).collect()).filter(|name: &String| !name.is_empty())
        }
    }
}

/// An address without the port that a connection had.
pub(crate) fn without_port(address: &str) -> String {
    match address.parse::<std::net::SocketAddr>() {
        Ok(address) => address.ip().to_string(),
        Err(_) => address.chars().take(LONGEST).collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PATTERN: &str = "{browser} on {system}";

    #[test]
    fn browsers_are_told_by_the_name_that_only_they_have() {
        for (agent, expected) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
        ] {
            assert_eq!(name(agent, PATTERN).as_deref(), Some(expected));
        }
    }

    #[test]
    fn other_programs_are_called_what_they_call_themselves() {
        assert_eq!(name("curl/8.5.0", PATTERN).as_deref(), Some("curl"));
        assert_eq!(name("Acme-App/3 (Android 15)", PATTERN).as_deref(), Some("Acme-App"));
        assert_eq!(name("", PATTERN), None);
        assert_eq!(name("/", PATTERN), None);
    }

    #[test]
    fn addresses_lose_their_port() {
        assert_eq!(without_port("192.0.2.1:55012"), "192.0.2.1");
        assert_eq!(without_port("[2001:db8::1]:443"), "2001:db8::1");
        assert_eq!(without_port("2001:db8::1"), "2001:db8::1");
        assert_eq!(without_port("192.0.2.1"), "192.0.2.1");
    }

    proptest! {
        #[test]
        fn any_text_has_a_short_name(agent in any::<String>(), address in any::<String>()) {
            if let Some(name) = name(&agent, PATTERN) {
                prop_assert!(!name.is_empty() && name.chars().count() <= LONGEST);
            }
            prop_assert!(without_port(&address).chars().count() <= LONGEST);
        }
    }
}
