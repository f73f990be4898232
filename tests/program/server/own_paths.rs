//! segscope's own paths, as web pages try to use them.

use super::client::{Answer, Client, start};
use segscope::server::Limits;

const PATHS: [&str; 10] =
    ["health", "calls", "wait", "stream", "summary", "sync", "reset", "openapi.json", "else", ""];
const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/70.0 Safari/537.36";

fn check_protected(answer: &Answer, what: &str) {
    for (name, want) in [
        ("cross-origin-resource-policy", "same-origin"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(answer.header(name), Some(want), "{what}");
    }
}

fn names(answer: &Answer) -> Vec<&str> {
    answer.headers.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn a_web_page_gets_the_same_refusal_from_every_path() {
    let running = start(Limits::default());
    let mut client = running.client();
    let host = running.listener.addr().to_string();
    let own = format!("http://{host}");
    let mut refusals: Vec<(String, Vec<u8>)> = Vec::new();
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("sec-fetch-site", "none"), ("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://localhost:3000")],
        &[("host", "evil.example")],
        &[("user-agent", BROWSER)],
        &[("user-agent", BROWSER), ("referer", "http://evil.example/")],
        &[("x-segscope", "1"), ("sec-fetch-site", "cross-site")],
    ] {
        let given = headers.iter().any(|(name, _)| *name == "host");
        let host = [("host", host.as_str())];
        let headers = [if given { &[][..] } else { &host[..] }, headers].concat();
        for path in PATHS {
            for (method, query) in [
                ("GET", "?filter=userId+%3D+%22u1%22&timeout_ms=0"),
                ("GET", "?filter=%28"),
                ("HEAD", ""),
                ("POST", ""),
                ("OPTIONS", ""),
                ("DELETE", "?unknown=1"),
            ] {
                let target = format!("/_segscope/{path}{query}");
                let answer = client.ask(method, &target, &headers, b"");
                let what = format!("{method} {target} {headers:?}");
                assert_eq!(answer.status, 403, "{what}");
                check_protected(&answer, &what);
                let no_cors = names(&answer).iter().all(|name| !name.contains("-allow-"));
                assert!(no_cors, "{what}");
                if method != "HEAD" {
                    refusals.push((what, answer.body));
                }
            }
        }
    }
    let first = refusals[0].1.clone();
    for (what, body) in refusals {
        assert_eq!(body, first, "{what}");
    }
}

#[test]
fn programs_and_the_address_bar_are_answered() {
    let running = start(Limits::default());
    let mut client = running.client();
    let host = running.listener.addr().to_string();
    let own = format!("http://{host}");
    for headers in [
        &[("user-agent", "curl/8.5.0")][..],
        &[("user-agent", "node"), ("sec-fetch-mode", "cors"), ("accept-language", "*")],
        &[("sec-fetch-site", "none"), ("user-agent", BROWSER)],
        &[("sec-fetch-site", "same-origin"), ("user-agent", BROWSER), ("origin", &own)],
        &[("user-agent", BROWSER), ("x-segscope", "1")],
    ] {
        let headers = [&[("host", host.as_str())][..], headers].concat();
        let answer = client.ask("GET", "/_segscope/health", &headers, b"");
        assert_eq!(answer.status, 200, "{headers:?}");
        check_protected(&answer, "health");
    }
    for (method, path, status) in [
        ("GET", "openapi.json", 200),
        ("HEAD", "health", 200),
        ("GET", "health?x=1", 400),
        ("GET", "calls", 200),
        ("GET", "else", 404),
        ("GET", "reset", 405),
        ("OPTIONS", "calls", 405),
    ] {
        let answer = client.ask(method, &format!("/_segscope/{path}"), &[], b"");
        assert_eq!(answer.status, status, "{method} {path}");
        check_protected(&answer, path);
    }
}

#[test]
fn only_those_who_may_ask_are_told_which_segscope_this_is() {
    let running = start(Limits::default());
    let mut client = running.client();
    let mut get = |path: &str, headers: &[(&str, &str)]| client.ask("GET", path, headers, b"");
    for path in ["/version", "/", "/version/"] {
        let answer = get(path, &[]);
        assert!(answer.text().contains(env!("CARGO_PKG_VERSION")), "{path}");
        for headers in [
            [("origin", "https://evil.example")],
            [("sec-fetch-site", "cross-site")],
            [("host", "evil.example")],
            [("user-agent", BROWSER)],
        ] {
            let answer = get(path, &headers);
            // a probe needs no more than that it listens
            assert_eq!((answer.status, answer.text()), (200, r#"{"server":"UP"}"#), "{headers:?}");
            check_protected(&answer, path);
        }
        let answer = get(path, &[("origin", "https://app.example")]);
        let allowed = answer.header("access-control-allow-origin");
        assert_eq!(allowed, Some("https://app.example"), "as on every path of the service");
    }
}

#[test]
fn an_address_of_this_machine_is_this_machine() {
    // the address with which this machine reaches others; no packet is sent
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").expect("a socket");
    let Ok(()) = socket.connect("192.0.2.1:9") else { return };
    let ip = socket.local_addr().expect("an address").ip();
    let running = super::client::start_at("0.0.0.0:0", Limits::default());
    let addr = (ip, running.listener.addr().port()).into();
    let mut client = Client::connect(addr);
    let host = addr.to_string();
    let answer = client.ask("GET", "/_segscope/health", &[("host", &host)], b"");
    assert_eq!(answer.status, 200);
    assert!(running.listener.reach().contains("other machines can send calls"));
}
