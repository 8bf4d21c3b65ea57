//! No template runs, grows or nests without end, and none brings the process down.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use narthex_gotmpl::{Data, Flavour, Template, TemplateSet};
use proptest::prelude::*;

fn data() -> Data {
    Data::fields(
        serde_json::json!({"To": "ada@example.org", "Minutes": 60, "List": [1, "a", null, {"k": "<v>"}], "Map": {"a": {"b": "c"}}})
            .as_object()
            .unwrap(),
    )
}

fn fails(template: &str) -> String {
    let template = Template::parse("t", template, Flavour::Text).unwrap();
    template.render(&data()).unwrap_err().message
}

#[test]
fn loops_end() {
    assert!(fails("{{range until 100000}}{{range until 1000}}{{end}}{{end}}").contains("too many steps"));
    assert!(fails("{{range 1000000000}}{{end}}").contains("too many steps"));
    assert!(fails("{{until 1000000000}}").contains("too many steps"));
    assert!(fails("{{define \"a\"}}{{template \"b\"}}{{template \"b\"}}{{end}}{{define \"b\"}}{{range 100000}}{{range 1000}}x{{end}}{{end}}{{end}}{{template \"a\"}}").contains("too "));
}

#[test]
fn recursion_ends() {
    assert!(fails("{{define \"r\"}}{{template \"r\" .}}{{end}}{{template \"r\" .}}").contains("too deeply"));
    assert!(fails("{{define \"r\"}}{{template \"r\" .}}{{template \"r\" .}}{{end}}{{template \"r\" .}}").contains("too deeply"));
}

#[test]
fn texts_do_not_grow_without_end() {
    for template in [
        "{{repeat 1000000000 \"abc\"}}",
        "{{$x := \"aaaaaaaaaaaaaaaa\"}}{{range until 100}}{{$x = print $x $x}}{{end}}",
        "{{$x := list 1 2}}{{range until 100}}{{$x = list $x $x}}{{end}}{{$x}}",
        "{{$x := list 1 2}}{{range until 60}}{{$x = concat $x $x}}{{end}}",
        "{{indent 1000000000 \"a\"}}",
        "{{printf \"%999999d%999999d%999999d\" 1 2 3}}",
        "{{$x := repeat 1000000 \"a\"}}{{replace \"\" $x $x}}",
        "{{$x := repeat 1000000 \"a\"}}{{regexReplaceAll \"a\" $x $x}}",
        "{{$x := repeat 10000 \"a\"}}{{regexReplaceAll \"a+\" $x (repeat 10000 \"$0\")}}",
        "{{$x := repeat 2000000 \"a\"}}{{range until 100}}{{$x}}{{end}}",
        "{{range until 100000}}{{repeat 100 \"a\"}}{{end}}",
        "{{$x := list}}{{range until 1000}}{{$x = list $x}}{{end}}{{$x}}",
        "{{$x := dict}}{{range until 1000}}{{$x = dict \"a\" $x}}{{end}}{{$x}}",
        "{{$d := dict}}{{range until 400}}{{$_ := set $d \"self\" $d}}{{end}}{{$d}}",
        "{{$x := until 100000}}{{uniq $x}}",
    ] {
        let message = fails(template);
        assert!(message.contains("too "), "{template}: {message}");
    }
}

#[test]
fn patterns_are_bounded() {
    assert!(fails("{{regexFind \"((a{1000}){1000}){1000}\" \"a\"}}").contains("regexFind"));
    let slow = Template::parse("t", "{{regexMatch \"(a*)*b\" (repeat 100000 \"a\")}}", Flavour::Text).unwrap();
    assert_eq!(slow.render(&data()).as_deref(), Ok("false"));
}

#[test]
fn html_analysis_is_bounded() {
    let chain: Vec<_> = (0..1000).map(|n| format!("{{{{define \"t{n}\"}}}}{{{{template \"t{}\"}}}}{{{{end}}}}", n + 1)).collect();
    let chain = chain.concat();
    let error =
        Template::parse("t", &format!("{chain}{{{{define \"t1000\"}}}}x{{{{end}}}}{{{{template \"t0\"}}}}"), Flavour::Html).unwrap_err();
    assert!(error.message.contains("too deeply"), "{error}");
    let loops = format!("<a title=\"{}?{}\">", "{{range .List}}#".repeat(90), "{{end}}".repeat(90));
    assert!(Template::parse("t", &loops, Flavour::Html).is_ok());
}

#[test]
fn deep_data_are_no_danger() {
    let mut deep = serde_json::json!(1);
    for _ in 0..120 {
        deep = serde_json::json!([deep]);
    }
    let data = Data::structure([("Deep", Data::from(&deep))]);
    let template = Template::parse("t", "{{.Deep}}{{toJson .Deep}}{{deepEqual .Deep .Deep}}", Flavour::Text).unwrap();
    assert!(template.render(&data).unwrap().ends_with("true"));
}

const PIECES: [&str; 56] = [
    "{{",
    "}}",
    "{{- ",
    " -}}",
    " ",
    ".",
    ".To",
    ".List",
    ".Map.a.b",
    ".Minutes",
    "$",
    "$x",
    "$x := ",
    "$x = ",
    " | ",
    "(",
    ")",
    "\"s\"",
    "\"%v %s %d\"",
    "1",
    "-1",
    "1.5",
    "{{if .To}}",
    "{{else}}",
    "{{end}}",
    "{{range .List}}",
    "{{with .Map}}",
    "{{define \"d\"}}",
    "{{template \"d\" .}}",
    "{{break}}",
    "printf ",
    "index ",
    "slice ",
    "len ",
    "eq ",
    "and ",
    "or ",
    "list ",
    "dict ",
    "set ",
    "trunc ",
    "substr ",
    "abbrev ",
    "wrap ",
    "join ",
    "split ",
    "until ",
    "dateInZone ",
    "regexSplit ",
    "<a href=\"",
    "<p title='",
    "\">",
    "'>",
    "<style>",
    "<!--",
    "</a>",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn any_template_renders_or_is_refused(pieces in prop::collection::vec(prop::sample::select(PIECES.as_slice()), 0..25), html in any::<bool>()) {
        let flavour = if html { Flavour::Html } else { Flavour::Text };
        if let Ok(set) = TemplateSet::parse([("t", pieces.concat())], flavour) {
            let _ = set.render("t", &data());
        }
    }

    #[test]
    fn any_call_of_a_function_succeeds_or_fails(
        name in prop::sample::select(vec!["abbrev", "abbrevboth", "substr", "trunc", "wrap", "wrapWith", "slice", "index", "printf", "indent", "repeat", "splitn",
            "chunk", "seq", "untilStep", "round", "dateInZone", "toDate", "dateModify", "durationRound", "duration", "regexFindAll", "regexSplit", "dig", "b32dec",
            "b64dec", "urlParse", "urlJoin", "fromJson", "html", "js", "urlquery", "snakecase", "camelcase", "title", "initials", "div", "mod", "mul", "int", "float64"]),
        arguments in prop::collection::vec(prop_oneof![
            any::<i64>().prop_map(|number| number.to_string()),
            (-9_i64..30).prop_map(|number| number.to_string()),
            "[a-zé%0-9 \\[\\].*+-]{0,12}".prop_map(|text| format!("{text:?}")),
            prop::sample::select(vec!["nil", "true", ".List", ".Map", ".Missing", "(list 1 2)", "(dict \"a\" 1)", "1.5", "\"2006-01-02T15:04:05.999Z07:00 MST\"", "now"]).prop_map(str::to_owned),
        ], 0..5),
    ) {
        if let Ok(template) = Template::parse("t", &format!("{{{{{name} {}}}}}", arguments.join(" ")), Flavour::Text) {
            let _ = template.render(&Data::fields(serde_json::json!({"List": [1], "Map": {}, "Missing": null}).as_object().unwrap()));
        }
    }

    #[test]
    fn data_never_make_markup(text in "\\PC{0,40}") {
        let template = "<p title=\"{{.X}}\" data-a='{{.X}}' lang={{.X}}>{{.X}}</p><a href=\"{{.X}}\" style=\"color:{{.X}}\"></a>";
        let template = Template::parse("t", template, Flavour::Html).unwrap();
        let rendered = template.render(&Data::structure([("X", Data::from(text.as_str()))])).unwrap();
        prop_assert_eq!(rendered.matches('<').count(), 4);
        prop_assert_eq!(rendered.matches('>').count(), 4);
        prop_assert_eq!(rendered.matches('"').count(), 6);
        prop_assert_eq!(rendered.matches('\'').count(), 2);
        let address = rendered.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_ascii_lowercase();
        prop_assert!(!address.starts_with("javascript:") && !address.starts_with("data:"));
    }
}
