//! The server's own pages: where they are, how they look, and what they show of flows.

/// `url` with one parameter of its query set.
pub fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let (rest, fragment) = url.split_once('#').map_or((url, ""), |(rest, fragment)| (rest, fragment));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().filter(|(known, _)| known != name).collect();
    pairs.push((name.to_owned(), value.to_owned()));
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mark = if fragment.is_empty() { "" } else { "#" };
    format!("{path}?{query}{mark}{fragment}")
}

#[cfg(test)]
mod tests {
    use super::with_parameter;

    #[test]
    fn a_parameter_takes_the_place_of_another_of_its_name() {
        assert_eq!(with_parameter("http://ui.example/a?lang=eo&flow=old#top", "flow", "1"), "http://ui.example/a?flow=1&lang=eo#top");
        assert_eq!(with_parameter("/ui/registration", "flow", "1"), "/ui/registration?flow=1");
    }
}
