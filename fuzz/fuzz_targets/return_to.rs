//! Whatever is asked for, a browser ends up at a host that is allowed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex::edge::return_to::AllowList;

fuzz_target!(|asked: &str| {
    let allowed = ["http://ui.example:4455".to_owned(), "https://*.allowed.example".to_owned(), "app://callback".to_owned()];
    let list = AllowList::new(&allowed, "http://127.0.0.1:4433/", "http://ui.example:4455/welcome", false);
    if let Ok(url) = list.check(asked) {
        let seen = url::Url::parse(&url).expect("what is allowed is a URL");
        let host = seen.host_str().unwrap_or_default();
        let own = host == "127.0.0.1" && seen.path().starts_with("/self-service");
        assert!(own || host == "ui.example" || host == "callback" || host.ends_with(".allowed.example"), "{url}");
    }
});
