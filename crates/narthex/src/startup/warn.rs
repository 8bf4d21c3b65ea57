//! Settings that contradict each other or lead nowhere, told by name when the server starts.

use narthex_config::Config;

use crate::hook;
use crate::outside::Outside;
use crate::session::tokenizer;

/// What is to be told of a configuration.
pub(super) async fn warnings(config: &Config, outside: &Outside) -> Vec<String> {
    let mut told = hook::warn::warnings(config);
    told.extend(tokenizer::warnings(config, outside).await);
    if config.narthex.security.hide_unknown_recipients && !config.security.account_enumeration.mitigate {
        told.push(
            "narthex.security.hide_unknown_recipients has no effect while security.account_enumeration.mitigate is off: accounts are told apart anyway. Switch both on, or neither."
                .to_owned(),
        );
    }
    told
}
