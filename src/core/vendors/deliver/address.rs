//! The ids and settings in the address of a request, such as
//! `https://api.example/users/{@user}/events`.

use super::request_template::{next_name, settings_of};
use crate::vendors::table::AddressPart;

/// Returns the names with `@` in an address.
pub(crate) fn ids(url: &str) -> impl Iterator<Item = &str> {
    let mut rest = url;
    let names = std::iter::from_fn(move || {
        let (_, name, after) = next_name(rest)?;
        rest = after;
        Some(name)
    });
    names.filter(|name| name.starts_with('@'))
}

/// Returns true if each id is after the host: the content of a call must not decide where keys are
/// sent.
pub(crate) fn ids_are_in_the_path(url: &str) -> bool {
    let Some(first) = url.find("{@") else { return true };
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').is_some_and(|slash| slash > 0 && host + slash < first)
}

/// Fills in the ids of an address, each percent-encoded.
pub(crate) fn with_ids<'i>(url: &str, id: impl Fn(&str) -> &'i str) -> String {
    let mut out = String::with_capacity(url.len() + 32);
    let mut rest = url;
    while let Some((before, name, after)) = next_name(rest) {
        out.push_str(before);
        if name.starts_with('@') {
            push_encoded(&mut out, id(name));
        } else {
            out.push_str(&rest[before.len()..rest.len() - after.len()]);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Returns the settings in the host of an address, each with the part of the address that it
/// supplies.
pub(crate) fn settings_in_host(url: &str) -> Vec<(&str, AddressPart)> {
    let (host, is_base) = match url.split_once("://") {
        Some((_, rest)) => (rest.split(['/', '?', '#']).next().unwrap_or(rest), false),
        None => (url, true),
    };
    let mut found = Vec::new();
    let mut rest = host;
    while let Some((before, name, after)) = next_name(rest) {
        let is_host = found.is_empty() && before.is_empty() && after.is_empty();
        let part = match (is_base, is_host) {
            (true, _) => AddressPart::Base,
            (false, true) => AddressPart::Host,
            (false, false) => AddressPart::Label,
        };
        found.extend(settings_of(name).map(|key| (key, part)));
        if is_base {
            // what follows a base address is its path
            break;
        }
        rest = after;
    }
    found
}

/// Returns a description of what a setting must be if its value does not fit as that part of an
/// address, or `None` if it fits.
pub(crate) fn misfit(part: AddressPart, text: &str) -> Option<&'static str> {
    let (fits, expected) = match part {
        AddressPart::None => return None,
        AddressPart::Label => (
            is_label(text),
            "one part of a host's name (letters, digits and hyphens), such as `acme`",
        ),
        AddressPart::Host => (is_host(text), "the name of a host, such as `api.acme.example`"),
        AddressPart::Base => (is_base(text), "an address such as `https://api.acme.example/path`"),
    };
    (!fits).then_some(expected)
}

fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Returns true for a host with or without a port.
fn is_host(text: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    let name = match text.rsplit_once(':') {
        Some((name, port)) if is_port(port) => name,
        _ => text,
    };
    let is_ip6 = |text: &str| text.parse::<std::net::Ipv6Addr>().is_ok();
    match name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
        Some(address) => is_ip6(address),
        None => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name.len() <= 253 && name.split('.').all(is_label)
        }
    }
}

fn is_base(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    matches!(scheme, "http" | "https")
        && is_host(host)
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\')
}

/// Appends a text as one segment of a path, percent-encoding at least what `encodeURIComponent`
/// encodes.
fn push_encoded(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// Returns true if a segment of the path is `.` or `..`, which clients and servers resolve to
/// another path.
pub(crate) fn leads_elsewhere(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    path.split('/').any(|part| part == "." || part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_segment_whatever_it_holds() {
        let url = "https://x.example/{key:lower}/u/{@user}/e?a={@account}";
        let id = |name: &str| if name == "@user" { "a/b?c#d{e}%20 é\n" } else { "42~_.-" };
        assert_eq!(
            with_ids(url, id),
            "https://x.example/{key:lower}/u/a%2Fb%3Fc%23d%7Be%7D%2520%20%C3%A9%0A/e?a=42~_.-"
        );
        assert_eq!(ids(url).collect::<Vec<_>>(), ["@user", "@account"]);
    }

    #[test]
    fn an_id_never_decides_the_host() {
        for (url, fine) in [
            ("https://x.example/users/{@user}", true),
            ("https://x.example/?u={@user}", true),
            ("{url}/users/{@user}", true),
            ("https://{region}.x.example/{@account}", true),
            ("https://x.example/users", true),
            ("https://{@user}/users", false),
            ("https://x.example{@user}/", false),
            ("{@user}", false),
            ("{url}{@user}", false),
            ("https://{@account}.x.example/{@user}", false),
        ] {
            assert_eq!(ids_are_in_the_path(url), fine, "{url}");
        }
    }

    #[test]
    fn finds_the_settings_that_a_host_is_made_of() {
        use AddressPart::{Base, Host, Label};
        for (url, want) in [
            ("https://{a}.x.example/{b}", vec![("a", Label)]),
            ("https://in-{a:lower}.x.example/{@user}", vec![("a", Label)]),
            ("https://{a}{b}/x", vec![("a", Label), ("b", Label)]),
            ("https://{a}/x", vec![("a", Host)]),
            ("https://{a}?x={b}", vec![("a", Host)]),
            ("{a}/v1/{b}", vec![("a", Base)]),
            ("https://x.example/{b}", vec![]),
        ] {
            assert_eq!(settings_in_host(url), want, "{url}");
        }
    }

    #[test]
    fn takes_only_what_is_that_part_of_an_address() {
        use AddressPart::{Base, Host, Label, None};
        for (part, good, bad) in [
            (
                Label,
                vec!["acme", "a-1", "EU"],
                vec![
                    "evil.example/x?",
                    "evil.example/#",
                    "a@127.0.0.1:48443/?",
                    "a.b",
                    "",
                    "-a",
                    "a-",
                    "a_b",
                    "ü",
                    "a b",
                    "a%2e",
                    "a:80",
                    "a\\b",
                ],
            ),
            (
                Host,
                vec!["acme", "api.acme.example", "127.0.0.1:80", "[::1]:80", "acme.example."],
                vec!["a/b", "a@b", "a..b", "", ":80", "a:b", "a?b", "[::1", "a:99999"],
            ),
            (
                Base,
                vec!["https://example.com/webhook?x=1", "http://127.0.0.1:8080", "http://u:p@h/"],
                vec![
                    "example.com",
                    "ftp://a",
                    "https://",
                    "https:///x",
                    "https://a b",
                    "https://a\\b/",
                ],
            ),
            (None, vec!["anything / at @ all"], vec![]),
        ] {
            good.iter().for_each(|text| assert_eq!(misfit(part, text), Option::None, "{text}"));
            bad.iter().for_each(|text| assert!(misfit(part, text).is_some(), "{part:?} {text}"));
        }
    }

    #[test]
    fn a_segment_of_dots_leads_elsewhere() {
        for (url, elsewhere) in [
            ("https://x.example/users/../events", true),
            ("https://x.example/users/.", true),
            ("https://x.example/users/...", false),
            ("https://x.example/users/a..b?to=../x", false),
        ] {
            assert_eq!(leads_elsewhere(url), elsewhere, "{url}");
        }
    }
}
