//! Browsers that somebody has signed in with: their anti-forgery cookie, which every sign-in renews and which outlives it by a year,
//! carries a mark that only this server can make, for this person. So there is no further cookie, and nothing to keep.

use uuid::Uuid;

use crate::config::Settings;
use crate::edge::Caller;
use crate::edge::csrf::Token;

/// What a mark is made for.
const PLACE: &str = "known device";
/// Half of the token is random; the other half is the mark, of 128 bits.
const HALF: usize = 16;

/// An anti-forgery token that marks the browser as one that this identity has signed in with.
pub fn token(settings: &Settings, identity: Uuid) -> Token {
    let mut bytes = *Token::random().bytes();
    let (random, mark) = bytes.split_at_mut(HALF);
    if let Some(digest) = settings.code_keys.digest(PLACE, &text(random, identity)) {
        for (place, byte) in mark.iter_mut().zip(digest) {
            *place = byte;
        }
    }
    Token::from_bytes(bytes)
}

/// The name of the browser, if this identity has signed in with it.
pub(super) fn known(caller: &Caller, identity: Uuid) -> Option<String> {
    is_marked(&caller.settings, caller.csrf(), identity).then(|| caller.csrf().to_cookie())
}

/// Whether the token was made for this identity.
pub fn is_marked(settings: &Settings, token: &Token, identity: Uuid) -> bool {
    use subtle::ConstantTimeEq;
    let (random, mark) = token.bytes().split_at(HALF);
    let digests = settings.code_keys.digests(PLACE, &text(random, identity));
    digests.iter().any(|digest| digest.get(..HALF).is_some_and(|digest| digest.ct_eq(mark).into()))
}

fn text(random: &[u8], identity: Uuid) -> String {
    use std::fmt::Write;
    random.iter().fold(format!("{identity}:"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
