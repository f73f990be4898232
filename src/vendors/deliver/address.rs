//! Ids of a call in the address of a request: `https://api.example/users/{@user}/events`.

use super::next_name;

/// The names with `@` in an address.
pub(in crate::vendors) fn ids(url: &str) -> impl Iterator<Item = &str> {
    let mut rest = url;
    let names = std::iter::from_fn(move || {
        let (_, name, after) = next_name(rest)?;
        rest = after;
        Some(name)
    });
    names.filter(|name| name.starts_with('@'))
}

/// True if each id stands behind the host: what a call says must not decide where keys go.
pub(in crate::vendors) fn ids_are_in_the_path(url: &str) -> bool {
    let Some(first) = url.find("{@") else { return true };
    let host = url.find("://").map_or(0, |at| at + 3);
    url[host..].find('/').is_some_and(|slash| slash > 0 && host + slash < first)
}

/// An address with its ids filled in, each percent-encoded.
pub(in crate::vendors) fn with_ids<'i>(url: &str, id: impl Fn(&str) -> &'i str) -> String {
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

/// Appends a text as one segment of a path, as `encodeURIComponent` and stricter ones do.
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

/// True if a part of the path is `.` or `..`, which clients and servers take for another path.
pub(super) fn leads_elsewhere(url: &str) -> bool {
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
