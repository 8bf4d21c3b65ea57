//! Several files together, structures of data, and what refusals say.

use narthex_gotmpl::{Data, Flavour, Template, TemplateSet};
use serde_json::json;

fn data() -> Data {
    Data::structure([
        ("To", Data::from("ada@example.org")),
        ("ExpiresInMinutes", Data::from(60)),
        ("Identity", Data::from(&json!({"traits": {"name": "Ada & Co", "age": 1_000_000}}))),
        ("Client", Data::structure([("Name", Data::from("app".to_owned())), ("Trusted", Data::from(true))])),
    ])
}

#[test]
fn files_call_one_another() {
    let set = TemplateSet::parse(
        [
            ("email.body.gotmpl", "{{template \"greeting\" .}} {{template \"email.body.gotmpl.de\" .}}"),
            ("email.body.gotmpl.de", "{{define \"greeting\"}}Hallo {{.Identity.traits.name}}{{end}}{{.ExpiresInMinutes}} Minuten"),
        ],
        Flavour::Html,
    )
    .unwrap();
    assert_eq!(set.render("email.body.gotmpl", &data()).unwrap(), "Hallo Ada &amp; Co 60 Minuten");
    assert_eq!(set.render("email.body.gotmpl.de", &data()).unwrap(), "60 Minuten");
    assert!(set.render("nothing", &data()).unwrap_err().message.contains("\"nothing\" not defined"));
}

#[test]
fn fields_that_the_data_never_have_are_found_wherever_a_template_comes_by() {
    let check = |text: &str| {
        let set = TemplateSet::parse([("t", text)], Flavour::Html).unwrap();
        set.check_fields("t", &["To", "Identity"]).map_err(|error| (error.line, error.message))
    };
    for fine in [
        "{{.To}} {{.Identity.traits.nothing}} {{with .Identity}}{{.Else}}{{end}} {{range $x := .Identity}}{{.Y}}{{$x.Z}}{{$.To}}{{end}}",
        "{{define \"a\"}}{{.Else}}{{$.Else}}{{end}}{{template \"a\" .Identity}}{{define \"unused\"}}{{.Else}}{{end}}",
        "{{define \"a\"}}{{.To}}{{template \"a\" .}}{{end}}{{template \"a\" .}}",
    ] {
        assert_eq!(check(fine), Ok(()), "{fine}");
    }
    for wrong in [
        "\n{{.Else}}",
        "\n{{if .To}}{{else}}{{upper (print .Else)}}{{end}}",
        "\n{{with .Identity}}{{$.Else.more}}{{end}}",
        "\n{{range .Else}}{{end}}",
        "\n{{with .To}}{{else}}{{.Else | upper}}{{end}}",
        "{{template \"a\" $}}{{define \"a\"}}\n{{.Else}}{{end}}",
    ] {
        assert_eq!(check(wrong), Err((2, "there is no field .Else".to_owned())), "{wrong}");
    }
}

#[test]
fn structures_know_their_fields_and_maps_do_not() {
    let render = |text: &str| Template::parse("t", text, Flavour::Text).unwrap().render(&data());
    assert_eq!(
        render("{{.Client.Name}} {{.Client.Trusted}} {{.Identity.traits.age}} {{.Identity.nothing}}").unwrap(),
        "app true 1e+06 <no value>"
    );
    let error = render("\n{{.Recovery}}").unwrap_err();
    assert_eq!((error.template.as_str(), error.line), ("t", 2));
    assert!(error.message.contains("Recovery"), "{error}");
    assert!(render("{{.Client.Secret}}").is_err());
}

#[test]
fn failures_name_the_template_that_failed() {
    let text = "{{define \"inner\"}}\n{{fail \"stop\"}}{{end}}<p title=\"{{template \"inner\"}}\">";
    let error = Template::parse("outer", text, Flavour::Html).unwrap().render(&data()).unwrap_err();
    assert_eq!((error.template.as_str(), error.line, error.message.as_str()), ("inner", 2, "error calling fail: stop"));
}

#[test]
fn html_refuses_data_where_it_cannot_be_made_safe() {
    for (text, reason) in [
        ("<script>var x = {{.To}}</script>", "a script"),
        ("<p onclick=\"f({{.To}})\">", "a script"),
        ("<img srcset=\"{{.To}}\">", "srcset"),
        ("<meta content=\"{{.To}}\">", "meta"),
        ("<p {{.To}}>", "a tag"),
        ("<p {{.To}}=\"x\">", "a tag"),
        ("<{{.To}}>x", ""),
        ("<a href=\"{{if .To}}/a{{else}}/b?c{{end}}{{.To}}\">", "ambiguous"),
        ("{{if .To}}<b{{end}}>", "different contexts"),
        ("<p title=\"", "ends in an attribute's value"),
        ("{{.To | html | upper}}", "html"),
        ("<p title=a'b>", "quotes"),
    ] {
        match Template::parse("t", text, Flavour::Html) {
            Err(error) => assert!(error.message.contains(reason) && !reason.is_empty(), "{text}: {error}"),
            Ok(_) => assert!(reason.is_empty(), "{text} is accepted"),
        }
    }
}

#[test]
fn calls_of_templates_that_do_not_exist_are_refused() {
    for flavour in [Flavour::Text, Flavour::Html] {
        let error = Template::parse("t", "a\n{{if .To}}{{template \"none\"}}{{end}}", flavour).unwrap_err();
        assert_eq!(error.to_string(), "template t, line 2: template \"none\" not defined");
    }
}

#[test]
fn functions_that_reach_outside_or_make_keys_do_not_exist() {
    for name in ["env", "expandenv", "getHostByName", "genPrivateKey", "derivePassword", "bcrypt", "htpasswd", "encryptAES"] {
        let error = Template::parse("t", &format!("{{{{{name}}}}}"), Flavour::Text).unwrap_err();
        assert!(error.message.contains(&format!("{name:?} not defined")), "{error}");
    }
}

#[test]
fn the_year_can_be_printed() {
    let rendered = Template::parse("t", "© {{ now | date \"2006\" }}", Flavour::Text).unwrap().render(&data()).unwrap();
    assert!(rendered.strip_prefix("© ").unwrap().parse::<u32>().unwrap() >= 2024);
}
