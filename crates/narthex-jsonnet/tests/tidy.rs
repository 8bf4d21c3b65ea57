//! Laying out and looking over jsonnet texts.

#![expect(clippy::expect_used, reason = "a step that fails is a test that fails")]

use narthex_jsonnet::{Snippet, format, lint};
use proptest::prelude::*;

fn tidy(text: &str) -> String {
    format("test.jsonnet", text).expect("the text is jsonnet")
}

#[test]
fn texts_are_laid_out_as_jsonnetfmt_does() {
    for (text, expected) in [
        (
            "local claims=std.extVar('claims');\n{identity:{traits:{ 'email':claims.email, tags:[ 1,2 ] }}}\n",
            "local claims = std.extVar('claims');\n{ identity: { traits: { email: claims.email, tags: [1, 2] } } }\n",
        ),
        ("{a:1}", "{ a: 1 }\n"),
        ("{}\n", "{}\n"),
        ("# c\n\n\n\n\n[\n1,2]", "// c\n\n\n[\n  1,\n  2,\n]\n"),
        ("{a:1,}", "{ a: 1 }\n"),
        ("{'a-b':\"it's\",c:\"d\"}", "{ 'a-b': \"it's\", c: 'd' }\n"),
        ("local f(x,y=2)=x+y;\nf(1,y = 3)[0:1]", "local f(x, y=2) = x + y;\nf(1, y=3)[0:1]\n"),
        ("a[\"b\"]['c-d'].e", "a.b['c-d'].e\n"),
        ("local a=b+{c:1};((1+2))*-3", "local a = b { c: 1 }; (1 + 2) * -3\n"),
        ("{assert self.a==1:'m',a::1,b+:{c:2},m(x):x}", "{ assert self.a == 1 : 'm', a:: 1, b+: { c: 2 }, m(x): x }\n"),
        ("[x*2 for x in [1,2] if x>1&& !y]", "[x * 2 for x in [1, 2] if x > 1 && !y]\n"),
        ("{[k]:o[k] for k in std.objectFields(o)}", "{ [k]: o[k] for k in std.objectFields(o) }\n"),
        ("function(ctx)\n{\na:1, // one\nb:2}", "function(ctx)\n  {\n    a: 1,  // one\n    b: 2,\n  }\n"),
        ("{\na: if b then\n1\nelse if c then\n2\nelse\n3}", "{\n  a: if b then\n    1\n  else if c then\n    2\n  else\n    3,\n}\n"),
        ("{\na: f(1,\n2),\nt: |||\n   x\n     y\n  |||}", "{\n  a: f(1,\n       2),\n  t: |||\n    x\n      y\n  |||,\n}\n"),
        ("{\n  // only a comment\n}", "{\n  // only a comment\n}\n"),
    ] {
        assert_eq!(tidy(text), expected);
    }
}

#[test]
fn a_whole_snippet_is_laid_out_as_jsonnetfmt_does() {
    assert_eq!(tidy(include_str!("tidy/untidy.jsonnet")), include_str!("tidy/tidy.jsonnet"));
    assert_eq!(tidy(include_str!("tidy/tidy.jsonnet")), include_str!("tidy/tidy.jsonnet"));
}

#[test]
fn what_is_no_jsonnet_is_refused() {
    assert!(format("broken", "{ a: [1, }").is_err());
    assert!(lint("broken", "{ a: [1, }").is_err());
    assert!(format("unknown names are no matter of layout", "{ a: y }").is_ok());
}

#[test]
fn findings_have_a_place_and_a_reason() {
    let findings = |text: &str| {
        let found = lint("test", text).expect("the text is jsonnet");
        found.into_iter().map(|finding| format!("{}:{} {}", finding.line, finding.column, finding.message)).collect::<Vec<_>>()
    };
    for clean in [
        "local x = 1;\n{ a: x }\n",
        "function(ctx) { a: 1 }",
        "{ local a = 1, b: a, c: self.b, d: $.c }",
        "[x for x in [1] if x > 0]",
        "local f(x) = if x == 0 then 0 else f(x - 1); f(3)",
        "local s = 'text'; s[0] + [1][0] + { a: 1 }.a",
        "{ [k]: 1 for k in ['a'] }",
        "local a = { b: 1 }; a { c: 2 }.c",
        "std.length('a')",
    ] {
        assert_eq!(findings(clean), Vec::<String>::new(), "{clean}");
    }
    for (text, expected) in [
        ("local x = 1;\n{ a: 2 }\n", "1:7 unused variable: x"),
        ("{ a: y }\n", "1:6 unknown variable: y"),
        ("local n = 5;\n{ a: n.field }\n", "2:8 a number has no field field"),
        ("{ local z = 1, a: 2 }", "1:9 unused variable: z"),
        ("local n = 1 + 2; n[0]", "1:18 a number cannot be indexed"),
        ("local n = {}; n()", "1:15 an object cannot be called"),
        ("import 'a'", "1:1 imports are not allowed"),
    ] {
        assert_eq!(findings(text), [expected], "{text}");
    }
}

/// Jsonnet texts of all kinds, some of them in disorder.
fn snippets() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("1".to_owned()),
        Just("'a'".to_owned()),
        Just("\"it's\"".to_owned()),
        Just("null".to_owned()),
        Just("-  2".to_owned()),
        Just("# c\n3".to_owned()),
        Just("// d\n\n\n\n4".to_owned()),
        Just("/* e */ 5".to_owned()),
        Just("|||\n   t\n    u\n  |||\n".to_owned()),
    ];
    let gap = || prop::sample::select(vec!["", " ", "\n", "\n\n  "]);
    leaf.prop_recursive(4, 24, 3, move |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..3), gap())
                .prop_map(|(items, gap)| format!("[{gap}{}]", items.join(&format!(",{gap}")))),
            (inner.clone(), inner.clone(), gap()).prop_map(|(a, b, gap)| format!("{{{gap}a:{a},{gap}'b':{gap}{b}{gap}}}")),
            (inner.clone(), inner.clone(), gap()).prop_map(|(a, b, gap)| format!("local x{gap}={a};{gap}[x,{b}]")),
            (inner.clone(), inner.clone(), gap()).prop_map(|(a, b, gap)| format!("if true{gap} then {gap}{a} else{gap} {b}")),
            (inner.clone(), gap()).prop_map(|(a, gap)| format!("std.type({gap}{a}{gap})")),
            (inner.clone(), inner, gap()).prop_map(|(a, b, gap)| format!("[({a}){gap}=={gap}({b})]")),
        ]
    })
}

proptest! {
    #[test]
    fn layout_is_stable_and_keeps_the_text_jsonnet(text in snippets()) {
        prop_assume!(Snippet::parse("before", text.as_str()).is_ok());
        let once = tidy(&text);
        prop_assert!(Snippet::parse("after", once.as_str()).is_ok(), "{once}");
        prop_assert_eq!(tidy(&once), once.clone(), "of {}", once);
    }

    #[test]
    fn any_text_is_laid_out_or_refused(text in "[\\[\\]{}(),:;=.+a-c'\"0-9 \n|#/]{0,40}") {
        let _ = format("any", &text);
        let _ = lint("any", &text);
    }
}
