//! Self-service flows: title, forms, and the ways out of them.

use askama::Template;
use narthex_api::flow::{Container, LoginFlow, RecoveryFlow, RegistrationFlow, SettingsFlow, VerificationFlow};

use super::{FootLink, Page, Shell, Ui, Width};
use crate::form::view::{Forms, Item};
use crate::form::{self};
use crate::policy::Policy;

/// A social account and a local one are about to be connected.
const LINKING: u64 = 1_010_016;
/// A code went to a telephone.
const SENT_TO_PHONE: u64 = 1_080_004;

#[derive(Template)]
#[template(path = "flow.html", whitespace = "minimize")]
struct FlowTemplate<'a> {
    shell: Shell<'a>,
    title: &'static str,
    view: Forms,
    foot: Vec<FootLink>,
    /// Where somebody else begins to sign in.
    otherwise: Option<String>,
}

/// A flow as far as its page is concerned.
struct Drawn<'a> {
    container: &'a Container,
    title: &'static str,
    foot: Vec<FootLink>,
    /// Where somebody else begins to sign in.
    otherwise: Option<String>,
    /// Where the flow may end.
    return_to: Option<&'a str>,
    /// Whether the flow serves an OAuth2 client, whose addresses are not ours to know.
    is_for_client: bool,
    sections: bool,
}

impl Ui<'_> {
    /// The page on which somebody signs up.
    pub fn registration(&self, flow: &RegistrationFlow) -> Page {
        let words = self.words();
        let return_to = flow.return_to.as_deref();
        let challenge = flow.oauth2_login_challenge.as_deref();
        let login = self.theme.flow_url("login", &[("return_to", return_to), ("login_challenge", challenge)]);
        let title = if &*flow.state == "sent_email" { self.sent(&flow.ui) } else { words.registration };
        self.flow(Drawn {
            container: &flow.ui,
            title,
            foot: vec![FootLink { lead: Some(words.have_account), text: words.sign_in, href: login }],
            otherwise: None,
            return_to,
            is_for_client: challenge.is_some(),
            sections: false,
        })
    }

    /// The page on which somebody signs in, or proves once more who they are.
    pub fn login(&self, flow: &LoginFlow) -> Page {
        let words = self.words();
        let return_to = flow.return_to.as_deref();
        let challenge = flow.oauth2_login_challenge.as_deref();
        let second_factor = &*flow.requested_aal == "aal2";
        let title = match () {
            () if &*flow.state == "sent_email" => self.sent(&flow.ui),
            () if second_factor => words.login_second_factor,
            () if flow.refresh => words.login_again,
            () if flow.ui.messages.iter().any(|message| message.id == LINKING) => words.login_link,
            () => words.login,
        };
        let mut foot = Vec::new();
        if second_factor || flow.refresh {
            foot.push(Self::link(words.sign_out, self.theme.page_url("logout")));
        } else {
            if self.theme.options.recovery {
                foot.push(Self::link(words.forgot, self.theme.flow_url("recovery", &[("return_to", return_to)])));
            }
            if self.theme.options.registration {
                let parameters = [("return_to", return_to), ("login_challenge", challenge)];
                let href = self.theme.flow_url("registration", &parameters);
                foot.push(FootLink { lead: Some(words.no_account), text: words.sign_up, href });
            }
        }
        let otherwise = (!second_factor && !flow.refresh)
            .then(|| self.theme.flow_url("login", &[("return_to", return_to), ("login_challenge", challenge)]));
        self.flow(Drawn { container: &flow.ui, title, foot, otherwise, return_to, is_for_client: challenge.is_some(), sections: false })
    }

    /// The page on which somebody proves that an address is theirs.
    pub fn verification(&self, flow: &VerificationFlow) -> Page {
        let words = self.words();
        let title = match &*flow.state {
            "sent_email" => self.sent(&flow.ui),
            "passed_challenge" => words.verified,
            _ => words.verification,
        };
        self.flow(Drawn {
            container: &flow.ui,
            title,
            foot: vec![Self::link(words.home, self.theme.page_url("welcome"))],
            otherwise: None,
            return_to: flow.return_to.as_deref(),
            is_for_client: false,
            sections: false,
        })
    }

    /// The page on which somebody gets back into their account.
    pub fn recovery(&self, flow: &RecoveryFlow) -> Page {
        let words = self.words();
        let return_to = flow.return_to.as_deref();
        let title = match &*flow.state {
            "sent_email" | "recovery_awaiting_code" => self.sent(&flow.ui),
            "recovery_awaiting_address_choice" => words.recovery_choose,
            "recovery_confirming_address" => words.recovery_confirm,
            _ => words.recovery,
        };
        let login = self.theme.flow_url("login", &[("return_to", return_to)]);
        self.flow(Drawn {
            container: &flow.ui,
            title,
            foot: vec![Self::link(words.sign_in, login)],
            otherwise: None,
            return_to,
            is_for_client: false,
            sections: false,
        })
    }

    /// The page on which somebody changes their details and ways to sign in.
    pub fn settings(&self, flow: &SettingsFlow) -> Page {
        let words = self.words();
        self.flow(Drawn {
            container: &flow.ui,
            title: words.settings,
            foot: vec![
                Self::link(words.sessions, self.theme.page_url("sessions")),
                Self::link(words.sign_out, self.theme.page_url("logout")),
                Self::link(words.home, self.theme.page_url("welcome")),
            ],
            otherwise: None,
            return_to: flow.return_to.as_deref(),
            is_for_client: false,
            sections: true,
        })
    }

    fn flow(&self, drawn: Drawn<'_>) -> Page {
        let view = form::forms(drawn.container, self.locale, drawn.sections);
        let policy = self.flow_policy(&drawn, &view);
        let title = if view.errors.is_empty() { drawn.title.to_owned() } else { format!("{}: {}", self.words().error_prefix, drawn.title) };
        let width = if drawn.sections { Width::Wide } else { Width::Narrow };
        let shell = self.shell(&title, width);
        self.page(&FlowTemplate { shell, title: drawn.title, view, foot: drawn.foot, otherwise: drawn.otherwise }, policy)
    }

    fn flow_policy(&self, drawn: &Drawn<'_>, view: &Forms) -> Policy {
        let mut policy = Policy::default();
        policy.allow_form_target(&drawn.container.action);
        drawn.return_to.into_iter().for_each(|url| policy.allow_form_target(url));
        for target in &self.theme.options.form_targets {
            policy.allow_form_source(target);
        }
        let leads_elsewhere = drawn.container.nodes.iter().any(|node| matches!(&*node.group, "oidc" | "saml"));
        if leads_elsewhere || drawn.is_for_client {
            policy.allow_form_source("https:");
            if drawn.container.action.starts_with("http:") {
                policy.allow_form_source("http:");
            }
        }
        for script in &view.scripts {
            policy.allow_nonce(&script.nonce);
        }
        for item in view.all.iter().flat_map(|form| &form.blocks).flat_map(|block| &block.items) {
            if let Item::Picture(picture) = item {
                policy.allow_image(&picture.src);
            }
        }
        policy
    }

    /// The title once a code or a link is on its way.
    fn sent(&self, container: &Container) -> &'static str {
        let is_number = |name: &str, value: &str| {
            let is_address = matches!(name, "identifier" | "email" | "address" | "recovery_confirm_address");
            name == "sms" || (is_address && !value.contains('@'))
        };
        let to_phone = container.messages.iter().any(|message| message.id == SENT_TO_PHONE)
            || container.nodes.iter().filter_map(|node| node.as_input()).any(|input| {
                let value = input.value.as_ref().and_then(|value| value.as_str()).unwrap_or_default();
                !value.is_empty() && is_number(&input.name, value)
            });
        if to_phone { self.words().check_phone } else { self.words().check_mail }
    }
}
