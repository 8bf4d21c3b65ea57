//! Changing what is known of a person.

use narthex_api::message::Message;
use narthex_api::node::{Input, Node};

use super::Profile;
use crate::config::Settings;
use crate::flow::form::Form;
use crate::flow::settings::strategy::{FormContext, Strategy};
use crate::method::traits;

const NAME: &str = "profile";

impl Strategy for Profile {
    fn enabled(&self, settings: &Settings) -> bool {
        settings.config.selfservice.methods.profile.enabled
    }

    fn nodes(&self, context: &FormContext<'_>, form: &mut Form) {
        traits::nodes(context.schema, NAME, form);
        form.fill_all("traits", &context.identity.traits, NAME);
        form.append(Node::input(NAME, Input::submit("method", NAME)).labelled(Message::info(1_070_003, "Save")));
    }
}
