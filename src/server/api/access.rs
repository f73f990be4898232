//! Access to segscope's own paths. Programs on this machine, programs that send the token, and a
//! user who types the address into a browser have access; web pages never have.
//!
//! A page in any browser on this machine can send requests here. Even if it cannot read the answer,
//! it learns from the status, the time and the size. So a page is refused before anything else is
//! checked, with the same answer for every path:
//!
//! - `Sec-Fetch-Site` must be `none` (the address bar) or `same-origin`.
//! - `Origin` must be the one that `Host` names. A page at another port has another origin.
//! - `Host` must be this machine: a page whose own name was pointed here (DNS rebinding) sends that
//!   name.
//! - A browser that sends neither `Sec-Fetch-Site` nor `Origin` (an old one, or any browser at an
//!   address such as `http://192.168.0.7`, which it does not trust) is recognized by its
//!   `User-Agent`. Such a request must have a header `X-Segscope` with any value, or the token. A
//!   page cannot send that header without a preflight, which is refused. A token in the path would
//!   work too, but it would remain in the history of shells and browsers and in the logs of proxies.
//!
//! The token is a secret that no page has, so with it `Host` and `User-Agent` may be anything:
//! other machines use names for this one that segscope does not know.

use crate::server::token::ApiToken;
use crate::wire::Reply;
use hyper::HeaderMap;
use hyper::header::{self, AsHeaderName};
use hyper::http::request::Parts;
use std::net::{IpAddr, SocketAddr};

/// A header that a page cannot send without a preflight.
const OWN_HEADER: &str = "x-segscope";

/// Words in the `User-Agent` of browsers, in lower case.
const BROWSER_WORDS: [&str; 2] = ["mozilla/", "opera/"];

/// A reason to refuse a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DenialReason {
    /// It came from a web page, or a page could have sent it.
    Page,
    /// It came from another machine, and no token is set.
    OtherMachine,
    /// It came from another machine without the token.
    NoToken,
}

impl DenialReason {
    /// Returns the answer, which is the same for every path.
    pub fn reply(self) -> Reply {
        let (status, code, message) = match self {
            DenialReason::Page => (
                403,
                "forbidden",
                "web pages cannot use /_segscope; use an address of this machine or localhost, and add the header X-Segscope: 1 if your program sends a browser's User-Agent",
            ),
            DenialReason::OtherMachine => (
                403,
                "forbidden",
                "only this machine can use /_segscope; start segscope with --token FILE to let other machines use it",
            ),
            DenialReason::NoToken => (
                401,
                "unauthorized",
                "other machines must send the token of --token FILE as Authorization: Bearer TOKEN",
            ),
        };
        Reply::failure(status, code, message)
    }
}

/// Checks that a request has access. `is_here` says that its connection comes from this machine.
pub(crate) fn check(
    parts: &Parts,
    bound: &[SocketAddr],
    token: Option<&ApiToken>,
    is_here: bool,
) -> Result<(), DenialReason> {
    let headers = &parts.headers;
    let has_token = token.is_some_and(|token| sends_token(headers, token));
    let authority = parts.uri.authority().map(|authority| authority.as_str());
    if is_page(headers, authority, bound, has_token) {
        return Err(DenialReason::Page);
    }
    match (is_here || has_token, token) {
        (true, _) => Ok(()),
        (false, Some(_)) => Err(DenialReason::NoToken),
        (false, None) => Err(DenialReason::OtherMachine),
    }
}

/// Returns true if both ends of a connection are on this machine. `local` is called only if the
/// remote address does not decide.
pub(crate) fn is_here(remote: SocketAddr, local: impl FnOnce() -> Option<SocketAddr>) -> bool {
    // a dual-stack socket reports an IPv4 address as an IPv6 one
    let remote = remote.ip().to_canonical();
    remote.is_loopback() || local().is_some_and(|local| local.ip().to_canonical() == remote)
}

fn sends_token(headers: &HeaderMap, token: &ApiToken) -> bool {
    header_texts(headers, header::AUTHORIZATION).any(|text| {
        text.split_once(' ').is_some_and(|(scheme, sent)| {
            scheme.eq_ignore_ascii_case("bearer") && token.is(sent.trim())
        })
    })
}

/// Returns the values of a header. A value that is not text becomes `?`, which is no allowed site,
/// origin, host or token.
fn header_texts(headers: &HeaderMap, name: impl AsHeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"))
}

/// Returns true if a web page sent the request or could have sent it. `authority` is that of the
/// request's URL, if it has one.
fn is_page(
    headers: &HeaderMap,
    authority: Option<&str>,
    bound: &[SocketAddr],
    has_token: bool,
) -> bool {
    let mut sites = header_texts(headers, "sec-fetch-site").peekable();
    let mut origins = header_texts(headers, header::ORIGIN).peekable();
    let has_origin_headers = sites.peek().is_some() || origins.peek().is_some();
    if sites.any(|site| site != "none" && site != "same-origin") {
        return true;
    }
    let mut hosts = header_texts(headers, header::HOST).chain(authority).peekable();
    let host = hosts.peek().copied();
    if !has_token && (host.is_none() || hosts.any(|host| !is_own_host(host, bound))) {
        return true;
    }
    let is_foreign = |origin: &str| {
        let origin = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        origin.is_none() || origin != host
    };
    if origins.any(is_foreign) {
        return true;
    }
    // a device's name in it may be in any encoding
    let is_browser = || {
        let agents = headers.get_all(header::USER_AGENT).iter();
        agents.map(|agent| String::from_utf8_lossy(agent.as_bytes())).any(|a| is_browser_agent(&a))
    };
    !(has_origin_headers || has_token || headers.contains_key(OWN_HEADER)) && is_browser()
}

fn is_browser_agent(agent: &str) -> bool {
    let agent = agent.to_ascii_lowercase();
    BROWSER_WORDS.iter().any(|name| agent.contains(name))
}

/// Returns true if a `Host` is an address of this machine or `localhost`.
fn is_own_host(host: &str, bound: &[SocketAddr]) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    match name.parse::<IpAddr>() {
        // DNS rebinding needs a name, so an address is safe
        Ok(ip) => {
            let here = |addr: &SocketAddr| addr.ip() == ip || addr.ip().is_unspecified();
            ip.is_loopback() || bound.iter().any(here)
        }
        Err(_) => {
            let name = name.to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCAL: &str = "127.0.0.1:7357";
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:60.0) Gecko/20100101 Firefox/60.0";

    fn ask(
        headers: &[(&str, &str)],
        bound: &str,
        token: Option<&str>,
        here: bool,
    ) -> Option<DenialReason> {
        let mut request = hyper::Request::get("/_segscope/calls");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        let token = token.map(ApiToken::new);
        check(&parts, &[bound.parse().expect("an address")], token.as_ref(), here).err()
    }

    #[test]
    fn only_names_of_this_machine_and_no_foreign_page() {
        for (host, origin, bound, want) in [
            (Some(LOCAL), None, LOCAL, true),
            (Some("localhost:7357"), None, LOCAL, true),
            (Some("LOCALHOST"), None, LOCAL, true),
            (Some("app.localhost:7357"), None, LOCAL, true),
            (Some("[::1]:7357"), None, LOCAL, true),
            (Some("127.9.9.9:1"), None, LOCAL, true),
            (None, None, LOCAL, false),
            (Some("evil.example:7357"), None, LOCAL, false),
            (Some("localhost.evil.example"), None, LOCAL, false),
            (Some("192.168.0.7:7357"), None, LOCAL, false),
            (Some("192.168.0.7:7357"), None, "192.168.0.7:7357", true),
            (Some("192.168.0.7:7357"), None, "0.0.0.0:7357", true),
            (Some("evil.example"), None, "0.0.0.0:7357", false),
            (Some(LOCAL), Some("http://127.0.0.1:7357"), LOCAL, true),
            (Some(LOCAL), Some("http://localhost:3000"), LOCAL, false),
            (Some(LOCAL), Some("https://evil.example"), LOCAL, false),
            (Some(LOCAL), Some("127.0.0.1:7357"), LOCAL, false),
            (Some(LOCAL), Some("null"), LOCAL, false),
        ] {
            let headers = [("host", host), ("origin", origin)];
            let headers: Vec<_> =
                headers.iter().filter_map(|(name, value)| Some((*name, (*value)?))).collect();
            let denied = ask(&headers, bound, None, true);
            assert_eq!(denied.is_none(), want, "{host:?} {origin:?} {bound}");
        }
    }

    #[test]
    fn refuses_requests_of_other_sites() {
        for (site, want) in [
            ("none", true),
            ("same-origin", true),
            ("same-site", false),
            ("cross-site", false),
            ("", false),
            ("none, cross-site", false),
            ("something-new", false),
        ] {
            let denied = ask(&[("host", LOCAL), ("sec-fetch-site", site)], LOCAL, None, true);
            assert_eq!(denied.is_none(), want, "{site}");
        }
        let two = [("host", LOCAL), ("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")];
        assert_eq!(ask(&two, LOCAL, None, true), Some(DenialReason::Page));
        let two = [("host", LOCAL), ("host", "evil.example")];
        assert_eq!(ask(&two, LOCAL, None, true), Some(DenialReason::Page));
        let two = [("host", LOCAL), ("origin", "http://127.0.0.1:7357"), ("origin", "null")];
        assert_eq!(ask(&two, LOCAL, None, true), Some(DenialReason::Page));
    }

    #[test]
    fn a_browser_without_origin_headers_needs_the_own_header() {
        let from = |more: &[(&str, &str)]| {
            let headers = [&[("host", LOCAL)], more].concat();
            ask(&headers, LOCAL, Some("t0ken"), true)
        };
        assert_eq!(from(&[("user-agent", "curl/8.5.0")]), None);
        assert_eq!(from(&[("user-agent", FIREFOX)]), Some(DenialReason::Page));
        assert_eq!(
            from(&[("user-agent", "Opera/9.80 (X11) Presto/2.12")]),
            Some(DenialReason::Page)
        );
        assert_eq!(from(&[("user-agent", FIREFOX), ("x-segscope", "1")]), None);
        assert_eq!(from(&[("user-agent", FIREFOX), ("authorization", "Bearer t0ken")]), None);
        let wrong = from(&[("user-agent", FIREFOX), ("authorization", "Bearer else")]);
        assert_eq!(wrong, Some(DenialReason::Page));
        assert_eq!(from(&[("user-agent", FIREFOX), ("sec-fetch-site", "none")]), None);
        let page = [("user-agent", FIREFOX), ("x-segscope", "1"), ("sec-fetch-site", "cross-site")];
        assert_eq!(from(&page), Some(DenialReason::Page));
    }

    #[test]
    fn a_browser_is_recognized_by_an_agent_in_any_encoding() {
        for agent in [
            "Mozilla/5.0 (Linux; Téléphone) Firefox/60.0".as_bytes(),
            b"Mozilla/5.0 (Linux; T\xe9l\xe9phone) Firefox/60.0",
            b"T\xe9l Opera/9.80",
        ] {
            let request = hyper::Request::get("/_segscope/calls").header("host", LOCAL);
            let (parts, ()) =
                request.header("user-agent", agent).body(()).expect("a request").into_parts();
            let denied = check(&parts, &[LOCAL.parse().expect("an address")], None, true).err();
            assert_eq!(denied, Some(DenialReason::Page), "{}", agent.escape_ascii());
        }
    }

    #[test]
    fn other_machines_need_the_token() {
        let (host, all) = (("host", "192.168.0.7:7357"), "0.0.0.0:7357");
        let asks = |headers: &[(&str, &str)], token| ask(headers, all, token, false);
        assert_eq!(asks(&[host], None), Some(DenialReason::OtherMachine));
        assert_eq!(asks(&[("host", "localhost")], None), Some(DenialReason::OtherMachine));
        assert_eq!(asks(&[host], Some("t0ken")), Some(DenialReason::NoToken));
        let bearer = |text| ("authorization", text);
        for (text, want) in [
            ("Bearer t0ken", None),
            ("bearer  t0ken", None),
            ("Bearer t0keN", Some(DenialReason::NoToken)),
            ("Bearer t0ken2", Some(DenialReason::NoToken)),
            ("Bearer", Some(DenialReason::NoToken)),
            ("Basic t0ken", Some(DenialReason::NoToken)),
            ("t0ken", Some(DenialReason::NoToken)),
        ] {
            assert_eq!(asks(&[host, bearer(text)], Some("t0ken")), want, "{text}");
        }
        // with the token, another name of this machine is accepted as `Host`
        let named = [("host", "devbox:7357"), bearer("Bearer t0ken")];
        assert_eq!(asks(&named, Some("t0ken")), None);
        assert_eq!(asks(&[("host", "devbox:7357")], Some("t0ken")), Some(DenialReason::Page));
        let page = [host, bearer("Bearer t0ken"), ("sec-fetch-site", "cross-site")];
        assert_eq!(asks(&page, Some("t0ken")), Some(DenialReason::Page));
    }

    #[test]
    fn this_machine_is_loopback_or_the_same_address() {
        for (remote, local, want) in [
            ("127.0.0.1:5", "127.0.0.1:1", true),
            ("127.3.2.1:5", "127.0.0.1:1", true),
            ("[::1]:5", "[::1]:1", true),
            ("[::ffff:127.0.0.1]:5", "[::ffff:127.0.0.1]:1", true),
            ("192.168.0.7:5", "192.168.0.7:1", true),
            ("[::ffff:192.168.0.7]:5", "192.168.0.7:1", true),
            ("192.168.0.8:5", "192.168.0.7:1", false),
            ("[::ffff:10.0.0.1]:5", "[::ffff:10.0.0.2]:1", false),
            ("[fe80::1]:5", "[fe80::2]:1", false),
        ] {
            let addr = |text: &str| text.parse().expect("an address");
            assert_eq!(is_here(addr(remote), || Some(addr(local))), want, "{remote} {local}");
        }
    }
}
