//! What holds for each page, in each language.

use std::collections::BTreeSet;

use narthex_ui::{Locale, Options, Page, Theme};

use crate::html::Document;
use crate::samples;

fn for_each_page(mut check: impl FnMut(&str, &Page, &Document)) {
    for locale in [Locale::En, Locale::De] {
        let theme = Theme::new(Options { locale: Some(locale), ..Options::default() }).unwrap();
        for (name, draw) in samples::ALL {
            let page = draw(theme.ui(None));
            let document = Document::read(&page.html);
            check(&format!("{name} in {}", locale.tag()), &page, &document);
        }
    }
}

#[test]
fn has_one_heading_one_main_a_language_and_a_title() {
    for_each_page(|name, _, page| {
        assert_eq!(page.all("h1").count(), 1, "{name}");
        assert_eq!(page.all("main").count(), 1, "{name}");
        let lang = page.all("html").next().unwrap().get("lang").unwrap();
        assert!(name.ends_with(lang), "{name}");
        let heading = page.all("h1").next().unwrap().text.trim().to_owned();
        assert!(!heading.is_empty(), "{name}");
        let title = &page.all("title").next().unwrap().text;
        assert!(title.ends_with("– Narthex"), "{name}: {title}");
    });
}

#[test]
fn has_unique_ids_and_refers_to_none_that_is_missing() {
    for_each_page(|name, _, page| {
        let mut ids = BTreeSet::new();
        for id in page.0.iter().filter_map(|e| e.get("id")) {
            assert!(ids.insert(id), "{name}: {id} twice");
        }
        for element in &page.0 {
            let described = ["aria-describedby", "aria-labelledby", "for"].iter().filter_map(|a| element.get(a));
            let fragment = element.get("href").and_then(|href| href.strip_prefix('#'));
            for id in described.flat_map(str::split_whitespace).chain(fragment) {
                assert!(ids.contains(id), "{name}: {id} is missing");
            }
        }
    });
}

#[test]
fn has_a_label_for_each_control_a_name_for_each_button_and_a_text_for_each_picture() {
    for_each_page(|name, _, page| {
        for control in page.0.iter().filter(|e| matches!(e.name.as_str(), "input" | "select")) {
            if control.get("type") != Some("hidden") && !control.has("hidden") {
                let label = page.all("label").find(|label| label.get("for") == control.get("id"));
                assert!(label.is_some_and(|label| !label.text.trim().is_empty()), "{name}: {control:?}");
            }
        }
        for element in page.0.iter().filter(|e| matches!(e.name.as_str(), "button" | "a")) {
            let spoken_picture = element.name == "a" && element.get("class") == Some("brand");
            assert!(!element.text.trim().is_empty() || spoken_picture, "{name}: {element:?}");
        }
        assert!(page.all("img").all(|picture| picture.has("alt")), "{name}");
        assert!(page.all("iframe").all(|frame| frame.has("title") && frame.has("sandbox")), "{name}");
    });
}

#[test]
fn carries_neither_style_nor_script_in_itself() {
    for_each_page(|name, page, document| {
        for element in &document.0 {
            assert_ne!(element.name, "style", "{name}");
            assert!(!element.has("style"), "{name}: {element:?}");
            assert!(!element.attributes.keys().any(|key| key.starts_with("on")), "{name}: {element:?}");
            if element.name == "script" {
                assert!(element.has("src") && element.text.is_empty(), "{name}");
            }
        }
        let policy = &page.content_security_policy;
        assert!(policy.starts_with("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"), "{name}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{name}: {policy}");
        for nonce in document.all("script").filter_map(|script| script.get("nonce")) {
            assert!(policy.contains(&format!("'nonce-{nonce}'")), "{name}: {policy}");
        }
    });
}

#[test]
fn refers_only_to_files_that_exist() {
    let theme = samples::theme();
    for_each_page(|name, _, page| {
        let urls = page.0.iter().filter_map(|e| e.get("src").or(e.get("href")));
        let names: Vec<_> = urls.filter_map(|url| url.strip_prefix("/ui/assets/")).collect();
        assert!(names.len() >= 3, "{name}");
        assert!(names.iter().all(|file| theme.asset(file).is_some_and(|asset| asset.immutable)), "{name}");
    });
}

#[test]
fn puts_the_focus_in_one_place_at_most() {
    for_each_page(|name, _, page| {
        assert!(page.0.iter().filter(|e| e.has("autofocus")).count() <= 1, "{name}");
    });
}

#[test]
fn sends_each_form_to_where_the_policy_allows() {
    for_each_page(|name, page, document| {
        for form in document.all("form") {
            let action = form.get("action").unwrap();
            let policy = &page.content_security_policy;
            let allowed = action.starts_with("http://127.0.0.1:4433/") && policy.contains("form-action 'self' http://127.0.0.1:4433");
            assert!(action.starts_with("/ui/") || allowed, "{name}: {action}");
            let inside = |e: &&crate::html::Element| e.form == form.form;
            assert!(document.all("input").filter(inside).any(|e| e.get("name") == Some("csrf_token")), "{name}");
            let sends = |button: &crate::html::Element| inside(&button) || button.get("form") == form.get("id");
            assert!(document.all("button").any(sends), "{name}");
        }
    });
}

#[test]
fn is_the_same_for_the_same_input() {
    let theme = samples::theme();
    for (name, draw) in samples::ALL {
        assert_eq!(draw(theme.ui(Some("de"))), draw(theme.ui(Some("de"))), "{name}");
    }
}
