//! How nodes become forms.

use narthex_api::message::Message;
use narthex_api::node::{Input, Node};

use crate::html::{Document, Element};
use crate::pages::{registration, sample};
use crate::samples::{self, csrf, field};

fn buttons(page: &Document) -> Vec<&Element> {
    page.all("button").collect()
}

/// What the return key presses in the form of `element`.
fn default_button<'a>(page: &'a Document, element: &Element) -> &'a Element {
    page.all("button").find(|b| b.form == element.form && b.get("type") == Some("submit")).expect("a button")
}

#[test]
fn fields_keep_the_order_of_the_nodes() {
    let page = sample("registration");
    let names: Vec<_> = page.all("input").filter_map(|e| e.get("name")).collect();
    assert_eq!(names, ["csrf_token", "traits.email", "password", "traits.name.first", "traits.name.last"]);
    assert_eq!(page.all("form").count(), 1);
}

#[test]
fn the_first_field_that_waits_for_something_has_the_focus() {
    assert!(sample("registration").named("traits.email", None).unwrap().has("autofocus"));
    assert!(sample("login").named("identifier", None).unwrap().has("autofocus"));
}

#[test]
fn who_is_about_to_sign_in_is_shown_with_a_way_back_and_told_to_password_managers() {
    let page = sample("login-known");
    assert!(page.all("p").any(|text| text.text.contains("mia@example.org")));
    let back = page.all("a").find(|link| link.text == "Use another account").unwrap();
    assert!(back.get("href").unwrap().contains("/self-service/login/browser?return_to="), "{back:?}");
    let known = page.named("identifier", None).unwrap();
    assert_eq!((known.get("autocomplete"), known.get("value"), known.has("hidden")), (Some("username"), Some("mia@example.org"), true));
    assert_eq!(known.form, page.named("password", None).unwrap().form);
}

#[test]
fn an_address_to_be_written_in_full_is_shown_as_it_was_chosen() {
    assert!(sample("recovery-confirm").all("p").any(|text| text.text.contains("mi****@example.org")));
}

#[test]
fn mistakes_are_listed_at_the_top_and_said_at_their_fields() {
    let page = sample("registration-errors");
    let summary = page.by_id("errors").unwrap();
    assert!(summary.has("autofocus") && summary.get("role") == Some("alert"));
    assert!(page.all("title").next().unwrap().text.starts_with("Error: "));
    let email = page.named("traits.email", None).unwrap();
    assert_eq!(email.get("aria-invalid"), Some("true"));
    let said = page.by_id(email.get("aria-describedby").unwrap()).unwrap();
    assert_eq!(said.text.trim(), "This is not an e-mail address.");
    let link = page.all("a").find(|a| a.text == "E-mail: This is not an e-mail address.").unwrap();
    assert_eq!(link.get("href"), Some(format!("#{}", email.get("id").unwrap()).as_str()));
    assert!(!page.named("traits.name.first", None).unwrap().has("aria-invalid"));
    assert_eq!(page.named("traits.email", None).unwrap().get("value"), Some("mia@example"));
}

#[test]
fn mistakes_in_hidden_fields_are_listed_too() {
    let page = sample("registration-credentials");
    let summary = &page.by_id("errors").unwrap().text;
    assert!(summary.contains("Last name: Please enter at least 2 characters"), "{summary}");
}

#[test]
fn the_return_key_presses_the_chief_button() {
    let page = sample("login-all");
    let password = page.named("password", None).unwrap();
    assert_eq!(default_button(&page, password).get("value"), Some("password"));
    // The nodes have the button that sends again before the one that goes on.
    let page = sample("verification-code");
    let code = page.named("code", None).unwrap();
    assert_eq!(default_button(&page, code).get("name"), Some("method"));
}

#[test]
fn buttons_that_need_no_fields_are_not_held_back_by_them() {
    let page = sample("login-all");
    assert!(!page.named("method", Some("password")).unwrap().has("formnovalidate"));
    assert!(page.named("method", Some("code")).unwrap().has("formnovalidate"));
    assert!(page.named("provider", Some("google")).unwrap().has("formnovalidate"));
    let page = sample("registration-code");
    assert!(page.named("resend", None).unwrap().has("formnovalidate"));
    assert!(page.named("screen", None).unwrap().has("formnovalidate"));
    assert!(page.all("button").any(|b| b.get("name") == Some("method") && !b.has("formnovalidate")));
}

#[test]
fn sign_in_elsewhere_has_a_form_of_its_own() {
    let page = sample("login-all");
    let provider = page.named("provider", Some("google")).unwrap();
    assert_ne!(provider.form, page.named("identifier", None).unwrap().form);
}

#[test]
fn a_sign_up_that_came_from_elsewhere_is_completed_in_one_form() {
    let text = Message::info(1_040_003, "Continue");
    let page = registration(vec![
        csrf(),
        Node::input("oidc", Input::submit("provider", "google")).labelled(text),
        field("traits.name", "text", "Name"),
    ]);
    let button = page.named("provider", None).unwrap();
    assert_eq!(button.form, page.named("traits.name", None).unwrap().form);
    assert!(!button.has("formnovalidate") && button.get("class") == Some("primary"));
}

#[test]
fn second_factors_do_not_hold_each_other_back() {
    let page = sample("login-second-factor");
    let form = |name| page.named(name, None).unwrap().form;
    assert_ne!(form("totp_code"), form("lookup_secret"));
    assert_ne!(form("totp_code"), form("address"));
    assert_eq!(page.all("p").filter(|p| p.get("class") == Some("or")).count(), 2);
}

#[test]
fn settings_have_a_section_with_a_heading_for_each_method() {
    let page = sample("settings");
    let headings: Vec<_> = page.all("h2").map(|h| h.text.as_str()).collect();
    assert_eq!(headings, ["Profile", "Password", "Connected accounts", "Backup codes", "Security keys", "Authenticator app"]);
    assert_ne!(page.named("password", None).unwrap().form, page.named("totp_code", None).unwrap().form);
    assert!(page.named("webauthn_register", None).unwrap().form == page.named("webauthn_register_trigger", None).unwrap().form);
    assert!(page.text().contains("Used on 20 November 2026"));
    assert!(page.all("code").any(|code| code.text == "JBSWY3DPEHPK3PXP"));
}

#[test]
fn the_return_key_takes_nothing_away() {
    let page = sample("settings");
    let remove = page.named("webauthn_remove", None).unwrap();
    let aside = page.by_id(remove.get("form").unwrap()).unwrap();
    assert_eq!(aside.name, "form");
    assert!(page.all("input").any(|e| e.form == aside.form && e.get("name") == Some("csrf_token")));
    assert!(page.named("unlink", None).unwrap().get("form").is_none());
}

#[test]
fn a_box_that_has_to_be_ticked_says_so() {
    assert!(sample("registration-kinds").text().contains("I accept the terms of use: Please tick this"));
}

#[test]
fn buttons_send_their_name_and_value() {
    let page = sample("recovery-choose");
    let sent: Vec<_> = buttons(&page).iter().map(|b| (b.get("name").unwrap(), b.get("value").unwrap())).collect();
    assert_eq!(sent, [("recovery_select_address", "aaa"), ("recovery_select_address", "bbb")]);
}

#[test]
fn a_form_without_anything_to_send_is_a_link() {
    let page = sample("verification-done");
    assert_eq!(page.all("form").count(), 0);
    assert!(page.all("a").any(|a| a.get("href") == Some("https://app.example/") && a.text == "Continue"));
}

#[test]
fn a_page_without_ways_on_says_so() {
    assert!(sample("registration-empty").text().contains("nothing to be done"));
}

#[test]
fn scripts_of_methods_are_named_but_never_written_into_the_page() {
    let page = sample("login-all");
    let trigger = page.named("passkey_login_trigger", None).unwrap();
    assert_eq!((trigger.get("type"), trigger.get("data-trigger")), (Some("button"), Some("oryPasskeyLogin")));
    let loaded = page.named("passkey_login", None).unwrap();
    assert_eq!(loaded.get("data-load-trigger"), Some("oryPasskeyLoginAutocompleteInit"));
    let script = page.all("script").find(|script| script.has("nonce")).unwrap();
    assert_eq!(script.get("integrity"), Some("sha512-AAAA"));
}

#[test]
fn titles_tell_the_state_of_the_flow() {
    for (name, title) in [
        ("registration", "Create your account"),
        ("registration-code", "Check your mail"),
        ("login", "Sign in"),
        ("login-second-factor", "One more step"),
        ("verification-done", "Address verified"),
        ("settings", "Your account"),
        ("welcome-signed-in", "Hello, Mia"),
    ] {
        assert_eq!(sample(name).all("h1").next().unwrap().text.trim(), title);
    }
}

#[test]
fn the_way_back_goes_along_with_links() {
    let page = sample("login");
    let up = page.all("a").find(|a| a.text == "Create an account").unwrap();
    let href = up.get("href").unwrap();
    assert_eq!(href, "/self-service/registration/browser?return_to=https%3A%2F%2Fapp.example%2Fback%3Fa%3D1%26b%3D2");
}

#[test]
fn errors_at_what_the_form_does_not_have_are_told_without_a_field() {
    let mut stray = Node::input("default", Input::new("password", "text"));
    stray.messages.push(Message::error(4_000_002, "missing"));
    let button = Node::input("profile", Input::submit("method", "profile"));
    let page = registration(vec![csrf(), field("traits.email", "email", "E-mail"), stray, button]);
    assert!(page.named("password", None).is_none());
    assert!(page.by_id("errors").unwrap().text.contains("Password: This is needed."));
}

#[test]
fn a_button_that_is_there_twice_is_drawn_once() {
    let button = || Node::input("password", Input::submit("method", "password"));
    let page = registration(vec![csrf(), field("traits.email", "email", "E-mail"), button(), button()]);
    assert_eq!(buttons(&page).len(), 1);
}

#[test]
fn a_code_may_be_on_its_way_to_a_telephone() {
    let number = Input::submit("email", "+49 30 901820");
    let mut flow = samples::registration(vec![csrf(), Node::input("code", number)], vec![]);
    flow.state = "sent_email".into();
    let page = Document::read(&samples::theme().ui(None).registration(&flow).html);
    assert_eq!(page.all("h1").next().unwrap().text.trim(), "Check your phone");
}
