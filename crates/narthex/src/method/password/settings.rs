//! Changing the password, or choosing a first one.

use narthex_api::message::Message;
use narthex_api::node::{Input, Node};

use super::Password;
use crate::config::Settings;
use crate::flow::form::Form;
use crate::flow::settings::strategy::{FormContext, Strategy};

const NAME: &str = "password";

impl Strategy for Password {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.methods.password.enabled
    }

    fn nodes(&self, _context: &FormContext<'_>, form: &mut Form) {
        let field = Input::new(NAME, "password").required().autocomplete("new-password");
        form.upsert(Node::input(NAME, field).labelled(Message::info(1_070_001, "Password")));
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_070_003, "Save")));
    }
}
