//! What holds when nobody says anything: first the table's defaults, then what is worked out from other keys.
//! It works on checked documents only, and overrides nothing but the bcrypt cost that is too low and the base URL that is no URL.
//! Next: `keys/` for the table, `standalone.rs` for a start without configuration.

use serde_json::Value as Json;
use url::Url;

use crate::check::format;
use crate::keys::{Fallback, Key, Kind, Object, ROOT};
use crate::standalone::WELCOME;
use crate::tree::{Node, Origin, Source, Value};

/// The lowest bcrypt cost outside development mode.
const BCRYPT_FLOOR: i64 = 12;

/// What the defaults depend on besides the document.
pub(crate) struct Circumstances<'a> {
    /// No configuration was given.
    pub(crate) standalone: bool,
    /// The machine's name, for base URLs of listeners on every address.
    pub(crate) host_name: &'a str,
}

const RETURN_URL: &str = "selfservice.default_browser_return_url";

const SERVER: Origin = Origin { source: Source::Server, line: 0, column: 0 };

/// Fills a checked document up. Answers warnings.
pub(crate) fn fill(root: &mut Node, circumstances: &Circumstances<'_>) -> Vec<String> {
    object(root, &ROOT);
    let mut warnings = Vec::new();
    let dev = root.get_bool("dev") == Some(true);
    cookies(root, dev);
    hashers(root, dev);
    secrets(root);
    for listener in ["public", "admin"] {
        base_url(root, listener, dev, circumstances, &mut warnings);
    }
    pages(root, circumstances.standalone);
    methods(root);
    warnings
}

fn object(node: &mut Node, object: &Object) {
    for key in object.keys {
        match node.members().get_mut(key.name) {
            Some(member) => value(&mut member.node, &key.kind),
            None => absent(node, key),
        }
    }
}

fn absent(node: &mut Node, key: &Key) {
    let json = match key.default {
        Fallback::Bool(b) => Json::Bool(b),
        Fallback::Int(i) => Json::from(i),
        Fallback::Number(f) => Json::from(f),
        Fallback::Text(text) => Json::from(text),
        Fallback::Texts(texts) => Json::from(texts.to_vec()),
        Fallback::Nothing | Fallback::Computed(_) => match key.kind {
            Kind::Object(of) if !key.optional => {
                let mut made = Node::object(SERVER);
                object(&mut made, of);
                node.set(key.name, made);
                return;
            }
            _ => return,
        },
    };
    node.set(key.name, Node::from_json(&json, SERVER));
}

fn value(node: &mut Node, kind: &Kind) {
    match (kind, &mut node.value) {
        (Kind::Object(of), _) => object(node, of),
        (Kind::List { of, .. }, Value::List(items)) => {
            for item in items {
                value(item, of);
            }
        }
        (Kind::Map { of, .. }, Value::Map(map)) => map.values_mut().for_each(|member| value(&mut member.node, of)),
        (Kind::Variants { tag, of }, _) => {
            let name = node.get_text(tag).unwrap_or("").to_owned();
            if let Some(variant) = of.iter().find(|variant| variant.tag == name) {
                object(node, variant.object);
            }
        }
        _ => {}
    }
}

/// Puts a text where nothing stands.
fn text(root: &mut Node, path: &str, value: impl Into<String>) {
    root.set_absent(path, Node::text(SERVER, value));
}

/// Lets `path` hold what `from` holds, where nothing stands.
fn fall_back(root: &mut Node, path: &str, from: &str) {
    if let Some(node) = root.get(from).cloned() {
        root.set_absent(path, node);
    }
}

fn cookies(root: &mut Node, dev: bool) {
    for path in ["cookies.secure", "session.cookie.secure"] {
        text(root, path, (!dev).to_string());
    }
    for attribute in ["domain", "path", "same_site"] {
        fall_back(root, &format!("session.cookie.{attribute}"), &format!("cookies.{attribute}"));
    }
    fall_back(root, "session.earliest_possible_extend", "session.lifespan");
}

fn hashers(root: &mut Node, dev: bool) {
    let lanes = std::thread::available_parallelism().map_or(2, |n| n.get() * 2);
    root.set_absent("hashers.argon2.parallelism", Node::new(SERVER, Value::Int(i64::try_from(lanes).unwrap_or(2))));
    if let Some(Node { value: Value::Int(cost), at }) = root.get("hashers.bcrypt.cost")
        && *cost < BCRYPT_FLOOR
        && !dev
    {
        let at = *at;
        root.set("hashers.bcrypt.cost", Node::new(at, Value::Int(BCRYPT_FLOOR)));
    }
}

/// Each list falls back to the default one, and that to the cookies': so all but column encryption have a secret once one is named.
fn secrets(root: &mut Node) {
    for list in ["default", "cookie", "pagination"] {
        let path = format!("secrets.{list}");
        if matches!(root.get(&path), Some(Node { value: Value::List(items), .. }) if items.is_empty()) {
            root.take(&path);
        }
    }
    fall_back(root, "secrets.default", "secrets.cookie");
    fall_back(root, "secrets.cookie", "secrets.default");
    fall_back(root, "secrets.pagination", "secrets.default");
}

fn base_url(root: &mut Node, listener: &str, dev: bool, circumstances: &Circumstances<'_>, warnings: &mut Vec<String>) {
    let path = format!("serve.{listener}.base_url");
    let given = root.get_text(&path).map(str::to_owned);
    if let Some(given) = &given
        && let Ok(url) = Url::parse(given)
        && url.has_host()
    {
        return;
    }
    let serve = |key: &str| format!("serve.{listener}.{key}");
    let tls =
        ["path", "base64"].iter().any(|way| ["key", "cert"].iter().all(|part| root.get(&serve(&format!("tls.{part}.{way}"))).is_some()));
    let scheme = if tls || !(dev || circumstances.standalone) { "https" } else { "http" };
    let host = match root.get_text(&serve("host")) {
        Some(host) if !matches!(host, "" | "0.0.0.0" | "::") && !host.starts_with("unix:") => host,
        _ => circumstances.host_name,
    };
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    let port = match root.get(&serve("port")) {
        Some(Node { value: Value::Int(port), .. }) => *port,
        _ => 0,
    };
    let computed = [format!("{scheme}://{host}:{port}/"), format!("{scheme}://localhost:{port}/")]
        .into_iter()
        .find(|url| Url::parse(url).is_ok())
        .unwrap_or_default();
    if let Some(given) = given {
        warnings.push(format!("{path}: {given:?} is no URL with a host, {computed} is used instead"));
    }
    root.set(&path, Node::text(SERVER, computed));
}

/// Where each flow's page is, when the configuration names none.
fn pages(root: &mut Node, standalone: bool) {
    let base = root.get_text("serve.public.base_url").unwrap_or("").trim_end_matches('/').to_owned();
    if standalone {
        root.set_absent("narthex.ui.enabled", Node::new(SERVER, Value::Bool(true)));
        if root.get_text(RETURN_URL) == Some(WELCOME) {
            root.set(RETURN_URL, Node::text(SERVER, format!("{base}{WELCOME}")));
        }
        root.set_absent("selfservice.allowed_return_urls", Node::new(SERVER, Value::List(vec![Node::text(SERVER, base.clone())])));
    }
    let own = root.get_bool("narthex.ui.enabled") == Some(true);
    for flow in ["login", "registration", "settings", "recovery", "verification", "error"] {
        let page = if own { format!("{base}/ui/{flow}") } else { format!("https://www.ory.com/kratos/docs/fallback/{flow}") };
        text(root, &format!("selfservice.flows.{flow}.ui_url"), page);
    }
    if root.get_bool("selfservice.flows.registration.enable_legacy_one_step") == Some(true) {
        root.set("selfservice.flows.registration.style", Node::text(SERVER, "unified"));
    }
}

fn methods(root: &mut Node) {
    let base = root.get_text("serve.public.base_url").unwrap_or("").to_owned();
    let url = Url::parse(&base).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("localhost").to_owned();
    let scheme = format::scheme(&base).unwrap_or("https").to_owned();
    text(root, "selfservice.methods.totp.config.issuer", host);
    text(root, "selfservice.methods.oidc.config.base_redirect_uri", base);
    if root.get_bool("selfservice.methods.code.passwordless_enabled") == Some(true) {
        root.set("selfservice.methods.code.enabled", Node::new(SERVER, Value::Bool(true)));
    }
    for method in ["webauthn", "passkey"] {
        let rp = format!("selfservice.methods.{method}.config.rp");
        let Some(id) = root.get_text(&format!("{rp}.id")).map(str::to_owned) else {
            continue;
        };
        let origins = match root.get_text(&format!("{rp}.origin")) {
            Some(origin) => origin.to_owned(),
            None => format!("{scheme}://{id}"),
        };
        root.set_absent(&format!("{rp}.origins"), Node::new(SERVER, Value::List(vec![Node::text(SERVER, origins)])));
    }
}
