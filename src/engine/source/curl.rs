//! Reads shell scripts of curl lines: segscope's own export, and lines that a browser copied "as
//! cURL".

/// Returns whether a text that begins like this is such a script.
pub(crate) fn is_curl(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.find(|line| !line.starts_with(['#', ':'])).is_some_and(|line| line.starts_with("curl "))
}

/// Returns the bodies of a script's curl lines, each with the type of call that the URL names.
pub(crate) fn bodies(text: &str) -> Vec<(Option<&'static str>, String)> {
    let mut found = Vec::new();
    let mut words = shlex::Shlex::new(text).peekable();
    let mut kind = None;
    while let Some(word) = words.next() {
        if word == "curl" {
            kind = None;
        } else if let Some(named) = kind_of(&word) {
            kind = Some(named);
        } else if let Some(body) = body(&word, &mut words) {
            // the `$` of a string in the form $'…' remains after unquoting
            let body = body.strip_prefix('$').map_or(body.as_str(), |rest| rest);
            found.push((kind, body.to_owned()));
        }
    }
    found
}

fn body(word: &str, words: &mut impl Iterator<Item = String>) -> Option<String> {
    match word {
        "-d" | "--data" | "--data-raw" | "--data-binary" | "--data-ascii" | "--json" => {
            words.next()
        }
        _ => ["--data=", "--data-raw=", "--data-binary=", "--json="]
            .iter()
            .find_map(|flag| word.strip_prefix(flag))
            .map(str::to_owned),
    }
}

/// Returns the type of call that a URL names.
fn kind_of(word: &str) -> Option<&'static str> {
    let (_, name) = word.split_once("/v1/")?;
    let name = name.split(['?', '#', '/']).next()?;
    let kinds = ["track", "identify", "group", "page", "screen", "alias"];
    kinds.into_iter().find(|kind| *kind == name || name.len() == 1 && kind.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_bodies_of_curl_lines() {
        let text = "# sends\n: \"${X:=1}\"\ncurl \"$URL\"/v1/track -H 'A: b' -u \"$K:\" -d '{\"event\":\"it'\\''s\"}'\n\
            curl 'https://api.segment.io/v1/p' \\\n  -H 'x: y' \\\n  --data-raw '{\"userId\":\"u\"}' ;\ncurl x -d '{\"batch\":[]}'\n";
        assert!(is_curl(text));
        assert_eq!(
            bodies(text),
            [
                (Some("track"), "{\"event\":\"it's\"}".to_owned()),
                (Some("page"), "{\"userId\":\"u\"}".to_owned()),
                (None, "{\"batch\":[]}".to_owned()),
            ]
        );
        assert!(!is_curl("{\"curl \":1}"));
    }
}
