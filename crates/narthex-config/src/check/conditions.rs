//! Rules that several keys keep together.

use super::join;
use crate::error::Mistakes;
use crate::tree::{Node, Value};

/// Secrets from public examples, in small letters without punctuation.
const KNOWN_SECRETS: &[&str] = &[
    "pleasechangemeiamveryinsecure",
    "32longsecretnotsecureatall",
    "thisistheprimarysecret",
    "thisisthesecondarysecret",
    "youreallyneedtochangethis",
    "pleasechangeme",
    "changemechangeme",
    "changemechangemechangemechangeme",
];

pub(super) fn check(root: &Node, mistakes: &mut Mistakes) {
    cipher_secret(root, mistakes);
    known_secrets(root, mistakes);
    code(root, mistakes);
    webauthn(root, mistakes);
    session_cache(root, mistakes);
    if let Some(Value::List(providers)) = root.get("selfservice.methods.oidc.config.providers").map(|node| &node.value) {
        for (number, provider) in providers.iter().enumerate() {
            oidc_provider(provider, &format!("selfservice.methods.oidc.config.providers.{number}"), mistakes);
        }
    }
    web_hooks(root, "", mistakes);
    admin_keys(root, mistakes);
    client_authority(root, mistakes);
}

fn admin_keys(root: &Node, mistakes: &mut Mistakes) {
    let path = "narthex.admin.api_keys";
    let Some(Value::List(keys)) = root.get(path).map(|node| &node.value) else { return };
    for (number, key) in keys.iter().enumerate() {
        let Some(hash) = key.get("hash") else { continue };
        let digest = hash.as_text().and_then(|text| text.strip_prefix("sha256:")).unwrap_or_default();
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let told = "found a text that is no hash, expected sha256: and 64 hexadecimal digits, as narthex generate api-key prints them";
            mistakes.add(hash.at, format!("{path}.{number}.hash"), told);
        }
    }
}

fn client_authority(root: &Node, mistakes: &mut Mistakes) {
    let path = "narthex.admin.client_ca";
    let Some(authority) = root.get(path) else { return };
    let given = |how: &str| ["key", "cert"].iter().all(|part| root.get(&format!("serve.admin.tls.{part}.{how}")).is_some());
    if !given("path") && !given("base64") {
        let told = "found a file of authorities, expected serve.admin.tls with key and cert as well: certificates are shown in TLS only";
        mistakes.add(authority.at, path, told);
    }
}

fn cipher_secret(root: &Node, mistakes: &mut Mistakes) {
    if let Some(node @ Node { value: Value::Text(algorithm), .. }) = root.get("ciphers.algorithm")
        && matches!(algorithm.as_str(), "aes" | "xchacha20-poly1305")
        && root.get("secrets.cipher").is_none()
    {
        mistakes.add(
            node.at,
            "secrets.cipher",
            format!("missing, expected a list of secrets of 32 characters since ciphers.algorithm is {algorithm}"),
        );
    }
}

fn known_secrets(root: &Node, mistakes: &mut Mistakes) {
    if root.get_bool("dev") == Some(true) {
        return;
    }
    for list in ["default", "cookie", "cipher", "pagination"] {
        let path = format!("secrets.{list}");
        let Some(Value::List(items)) = root.get(&path).map(|node| &node.value) else {
            continue;
        };
        for (number, item) in items.iter().enumerate() {
            let plain: String =
                item.as_text().unwrap_or("").chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
            if KNOWN_SECRETS.contains(&plain.as_str()) {
                mistakes.add(
                    item.at,
                    format!("{path}.{number}"),
                    "found a secret from a public example, expected one of your own (it passes with --dev)",
                );
            }
        }
    }
}

fn code(root: &Node, mistakes: &mut Mistakes) {
    let path = "selfservice.methods.code";
    if let Some(code) = root.get(path)
        && code.get_bool("passwordless_enabled") == Some(true)
        && code.get_bool("mfa_enabled") == Some(true)
    {
        let at = code.get("mfa_enabled").unwrap_or(code).at;
        mistakes.add(at, format!("{path}.mfa_enabled"), "found true together with passwordless_enabled, expected at most one of them");
    }
}

/// Somebody who was signed out elsewhere must not seem to be signed in for longer than a second.
fn session_cache(root: &Node, mistakes: &mut Mistakes) {
    let path = "narthex.session.cache";
    if let Some(node) = root.get(path)
        && node.as_text().and_then(crate::value::parse_duration).is_some_and(|kept| kept > std::time::Duration::from_secs(1))
    {
        mistakes.add(node.at, path, "found a longer time, expected at most 1s");
    }
}

fn webauthn(root: &Node, mistakes: &mut Mistakes) {
    let path = "selfservice.methods.webauthn";
    let Some(webauthn) = root.get(path) else {
        return;
    };
    if webauthn.get_bool("enabled") == Some(true) && webauthn.get("config").is_none() {
        mistakes.add(webauthn.at, join(path, "config"), "missing, expected an object with rp since the method is enabled");
    }
    if let (Some(origin), Some(_)) = (webauthn.get("config.rp.origin"), webauthn.get("config.rp.origins")) {
        mistakes.add(origin.at, join(path, "config.rp.origin"), "found together with origins, expected at most one of them");
    }
}

fn oidc_provider(provider: &Node, path: &str, mistakes: &mut Mistakes) {
    let kind = provider.get_text("provider").unwrap_or("");
    let filled = |name: &str| provider.get(name).is_some_and(|node| node.as_text() != Some(""));
    let mut require = |name: &str| {
        if provider.get(name).is_none() {
            mistakes.add(provider.at, join(path, name), format!("missing, expected a text since provider is {kind}"));
        }
    };
    match kind {
        "microsoft" => require("microsoft_tenant"),
        "apple" => ["apple_team_id", "apple_private_key_id", "apple_private_key"].into_iter().for_each(&mut require),
        _ => {}
    }
    if kind != "apple" {
        require("client_secret");
    }
    let mut refuse = |name: &str, only: &str| {
        let at = provider.get(name).unwrap_or(provider).at;
        mistakes.add(at, join(path, name), format!("found it with provider {kind}, expected it {only}"));
    };
    if kind == "apple" && filled("client_secret") {
        refuse("client_secret", "with every provider but apple");
    }
    if kind != "microsoft" && provider.get("microsoft_tenant").is_some() {
        refuse("microsoft_tenant", "only with microsoft");
    }
    for name in ["apple_team_id", "apple_private_key_id", "apple_private_key"] {
        if kind != "apple" && filled(name) {
            refuse(name, "only with apple");
        }
    }
}

/// Finds each web hook below `node`, wherever it stands.
fn web_hooks(node: &Node, path: &str, mistakes: &mut Mistakes) {
    match &node.value {
        Value::List(items) => {
            items.iter().enumerate().for_each(|(number, item)| web_hooks(item, &join(path, &number.to_string()), mistakes));
        }
        Value::Map(map) => {
            if node.get_text("hook") == Some("web_hook") {
                web_hook(node, path, mistakes);
            }
            for (name, member) in map {
                web_hooks(&member.node, &join(path, name), mistakes);
            }
        }
        _ => {}
    }
}

fn web_hook(hook: &Node, path: &str, mistakes: &mut Mistakes) {
    if hook.get_bool("config.response.ignore") != Some(true) {
        return;
    }
    for other in ["config.response.parse", "config.can_interrupt"] {
        if let Some(node @ Node { value: Value::Bool(true), .. }) = hook.get(other) {
            mistakes.add(node.at, join(path, other), "found true together with response.ignore, expected at most one of them");
        }
    }
}
