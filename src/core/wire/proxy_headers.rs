//! The headers that proxies add to requests that they pass on or copy: `X-Forwarded-*`, and `Host`
//! with `-shadow`, which Envoy and Istio append to the host of a copy.

/// The text that Envoy appends to the host of a copy, before its port.
const SHADOW: &str = "-shadow";

/// Returns the client's address: the first one of `X-Forwarded-For`, to which each proxy appends.
/// It is not reliable, because any sender can write anything there.
pub fn client_address(headers: &[(String, String)]) -> Option<&str> {
    first(headers, "x-forwarded-for")
}

/// Returns the host to which the client sent a request that a proxy copied.
pub fn copied_host(headers: &[(String, String)]) -> Option<String> {
    if let Some(host) = first(headers, "x-forwarded-host") {
        return Some(host.to_owned());
    }
    let host = first(headers, "host")?;
    // an IPv6 address contains colons, and has no `-shadow`
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    };
    let name = name.strip_suffix(SHADOW).unwrap_or(name);
    Some(port.map_or_else(|| name.to_owned(), |port| format!("{name}:{port}")))
}

/// Returns the scheme with which the client sent a request that a proxy copied: plain HTTP unless
/// the proxy's header says otherwise.
pub fn copied_scheme(headers: &[(String, String)]) -> &'static str {
    match first(headers, "x-forwarded-proto") {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
        _ => "http",
    }
}

/// Returns the headers of a request that a proxy copied, with the host to which the client sent it.
pub fn with_copied_host(headers: &[(String, String)]) -> Vec<(String, String)> {
    let host = copied_host(headers);
    let header = |(name, value): &(String, String)| {
        let value = host.as_ref().filter(|_| name.eq_ignore_ascii_case("host")).unwrap_or(value);
        (name.clone(), value.clone())
    };
    headers.iter().map(header).collect()
}

/// Returns the first value of a header that may be a list.
fn first<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    let (_, values) = headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name))?;
    let value = values.split(',').next().unwrap_or_default().trim();
    (!value.is_empty()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_client_is_the_first_address_of_the_list() {
        for (value, want) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("203.0.113.7, 10.0.0.1", Some("203.0.113.7")),
            (" 2001:db8::1 ,10.0.0.1", Some("2001:db8::1")),
            ("", None),
            (" , 10.0.0.1", None),
        ] {
            assert_eq!(client_address(&headers(&[("x-forwarded-for", value)])), want, "{value}");
        }
        assert_eq!(client_address(&[]), None);
    }

    #[test]
    fn finds_the_host_that_the_client_sent_to() {
        for (pairs, want) in [
            (vec![("host", "api.example.com-shadow")], Some("api.example.com")),
            (vec![("host", "api.example.com-shadow:8080")], Some("api.example.com:8080")),
            (vec![("host", "api.example.com")], Some("api.example.com")),
            (vec![("host", "[::1]:7357")], Some("[::1]:7357")),
            (vec![("host", "[::1]")], Some("[::1]")),
            (
                vec![("host", "segscope:7357"), ("x-forwarded-host", "a.example, b.example")],
                Some("a.example"),
            ),
            (vec![], None),
        ] {
            let found = copied_host(&headers(&pairs));
            assert_eq!(found.as_deref(), want, "{pairs:?}");
        }
        let shown = with_copied_host(&headers(&[("a", "1"), ("host", "x-shadow")]));
        assert_eq!(shown, headers(&[("a", "1"), ("host", "x")]));
    }

    #[test]
    fn the_scheme_is_http_unless_the_proxy_says_https() {
        let scheme = |value| copied_scheme(&headers(&[("x-forwarded-proto", value)]));
        assert_eq!(
            (scheme("https"), scheme("HTTPS,http"), scheme("gopher")),
            ("https", "https", "http")
        );
        assert_eq!(copied_scheme(&[]), "http");
    }
}
