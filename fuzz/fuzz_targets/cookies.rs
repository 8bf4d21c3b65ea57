//! Any cookie header can be read, and nothing that was not sealed opens.
#![no_main]

use http::header::{COOKIE, HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use narthex::edge::cookie::{Sealer, find, names};
use narthex::edge::csrf::Token;

fuzz_target!(|data: &[u8]| {
    let Ok(value) = HeaderValue::from_bytes(data) else { return };
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, value);
    let sealer = Sealer::new([b"a key of the fuzz target".as_slice()]);
    for name in names(&headers).map(str::to_owned).collect::<Vec<_>>() {
        let value = find(&headers, &name).unwrap_or_default();
        assert_eq!(sealer.open("session cookie", value), None);
        let _ = Token::from_cookie(value);
        assert!(!Token::random().matches(value));
    }
});
