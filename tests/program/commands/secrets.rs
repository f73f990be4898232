//! Credentials in what is recorded and shown, and write keys in exports.

use super::{segscope, stdout};
use crate::common::{Http, Program};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::Write;
use std::path::Path;

/// Stands in every credential that is sent.
const SECRET: &str = "s3cret";

const HEADERS: [(&str, &str); 40] = [
    ("Proxy-Authorization", "Basic @"),
    ("X-Forwarded-Authorization", "Bearer s3cret"),
    ("X-Hub-Signature-256", "sha256=s3cret"),
    ("Signature", "keyId=\"a\",signature=\"s3cret\""),
    ("X-Auth-Token", "s3cret"),
    ("X-Access-Token", "s3cret"),
    ("X-CSRF-Token", "s3cret"),
    ("X-Amz-Security-Token", "s3cret"),
    ("X-Amzn-Oidc-Data", "s3cret"),
    ("X-Goog-IAP-JWT-Assertion", "s3cret"),
    ("Authentication", "s3cret"),
    ("Api-Key", "s3cret"),
    ("DPoP", "s3cret"),
    ("Referer", "https://user:s3cret@app.test/page?anything=s3cret"),
    ("Cookie", "a=s3cret; b=s3cret"),
    ("X-Api-Key", "s3cret"),
    ("X-Signature", "s3cret"),
    ("Set-Cookie", "a=s3cret"),
    // further names of the same kinds
    ("X-Gitlab-Token", "s3cret"),
    ("Stripe-Signature", "t=1,v1=s3cret"),
    ("X-Slack-Signature", "v0=s3cret"),
    ("X-Shopify-Access-Token", "s3cret"),
    ("CF-Access-Client-Secret", "s3cret"),
    ("CF-Access-Jwt-Assertion", "s3cret"),
    ("X-Vault-Token", "s3cret"),
    ("Private-Token", "s3cret"),
    ("X-Functions-Key", "s3cret"),
    ("Ocp-Apim-Subscription-Key", "s3cret"),
    ("X-Session-Id", "s3cret"),
    ("X-Original-Authorization", "Basic @"),
    ("Authorization-Token", "s3cret"),
    ("X-User-Password", "s3cret"),
    ("X-Client-Secret", "s3cret"),
    ("X-Xsrf", "s3cret"),
    ("X-Upstream-Auth", "s3cret"),
    ("X-Unknown", "Bearer s3cret"),
    ("X-Unknown-2", "eyJhbGciOi.s3cret.s3cret"),
    ("X-Original-URL", "/v1/track?a=b&access_token=s3cret"),
    ("X-Forwarded-Uri", "http://user:s3cret@host/"),
    ("X-ApiKey", "s3cret"),
];

const QUERIES: [&str; 12] = [
    "access_token=s3cret",
    "token=s3cret&a=b",
    "a=b&api_key=s3cret",
    "apikey=s3cret",
    "X-Amz-Signature=s3cret",
    "X-Amz-Credential=s3cret",
    "client_secret=s3cret",
    "sig=s3cret",
    "password=s3cret",
    "access%5Ftoken=s3cret",
    "sessionToken=s3cret",
    "next=http%3A%2F%2Fu%3As3cret%40h%2F",
];

const CALL: &str = r#"{"userId":"u1","event":"E","properties":{"account_id":"a1","user_id":"u1"}}"#;

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

fn record(home: &Path) -> Program {
    let args = ["tail", "--listen", "127.0.0.1:0", "--record", "r.ndjson", "--format", "ndjson"];
    Program::start(home, &args)
}

/// Whether a text holds the secret, as it is or in base64.
fn holds_secret(text: &str) -> bool {
    let coded = STANDARD.encode(format!("user:{SECRET}"));
    let key = STANDARD.encode(format!("wk_test:{SECRET}"));
    text.contains(SECRET) || text.contains(&coded) || text.contains(&key)
}

#[test]
fn no_credential_is_recorded_or_shown() {
    let home = tempfile::tempdir().expect("a folder");
    let mut program = record(home.path());
    let out = program.child.stdout.take().expect("piped");
    let reader = std::thread::spawn(move || std::io::read_to_string(out).expect("UTF-8"));
    let mut http = Http::connect(&program.address).expect("it listens");
    let key = basic(&format!("wk_test:{SECRET}"));
    let mut post = |path: &str, headers: &[(&str, &str)]| {
        let answer = http.request("POST", path, headers, CALL.as_bytes()).expect("an answer");
        assert!([200, 404].contains(&answer.status), "{path}");
    };
    for (name, value) in HEADERS {
        let value = value.replace("Basic @", &basic(&format!("user:{SECRET}")));
        post("/v1/track", &[("authorization", "Basic d2tfdGVzdDo="), (name, &value)]);
    }
    for value in [key.as_str(), "Bearer s3cret", "s3cret", "Digest response=\"s3cret\""] {
        post("/v1/track", &[("authorization", value)]);
    }
    for query in QUERIES {
        post(&format!("/v1/track?{query}"), &[]);
        // one that holds no call, and one whose query is its body
        post(&format!("/v2/track?{query}"), &[]);
        let pixel = format!("/v1/pixel/track?userId=u&event=E&{query}");
        http_get(&program.address, &pixel);
    }
    let malformed = "POST /v1/track HTTP/1.1\r\nhost: x\r\nAuthorization : Bearer s3cret\r\n\r\n";
    raw(&program.address, malformed);
    let mut shown = Vec::new();
    let calls = http_get(&program.address, "/_segscope/calls?limit=1000");
    assert!(calls.matches("\"seq\":").count() > 60, "{calls}");
    shown.push(("calls", calls));
    assert_eq!(program.end(), Some(0));
    let out = reader.join().expect("read");
    assert!(out.lines().count() > 60, "{out}");
    shown.push(("tail", out));
    let recording = std::fs::read_to_string(home.path().join("r.ndjson")).expect("recorded");
    assert!(recording.lines().count() > 80);
    assert!(recording.contains("sha256:"));
    assert!(recording.contains(r#""authorization":"Basic d2tfdGVzdDo=""#), "write keys stay");
    let found = recording.lines().find(|line| holds_secret(line));
    assert_eq!(found, None, "recorded");
    for form in ["ndjson", "har", "curl", "csv"] {
        for more in [&[][..], &["--with-secrets"]] {
            let args = [&["export", "r.ndjson", "--format", form], more].concat();
            shown.push((form, stdout(&segscope(home.path(), &args).assert().code(0))));
        }
    }
    let all: String = (1..=60).map(|call| format!("show {call} request\n")).collect();
    let plain = segscope(home.path(), &["open", "r.ndjson", "--plain"]).write_stdin(all).assert();
    let plain = stdout(&plain);
    assert!(plain.contains("x-auth-token"), "{plain}");
    shown.push(("plain", plain));
    for (what, text) in shown {
        let found = text.lines().find(|line| holds_secret(line));
        assert_eq!(found, None, "{what}");
    }
}

fn http_get(address: &str, path: &str) -> String {
    let answer = Http::connect(address).expect("it listens").get(path).expect("an answer");
    String::from_utf8_lossy(&answer.body).into_owned()
}

fn raw(address: &str, bytes: &str) {
    let mut stream = std::net::TcpStream::connect(address).expect("it listens");
    stream.write_all(bytes.as_bytes()).expect("sent");
    // answered or closed: either way it was taken
    let _ = std::io::Read::read(&mut stream, &mut [0; 64]);
}

#[test]
fn a_recording_of_an_earlier_version_shows_no_credential() {
    let home = tempfile::tempdir().expect("a folder");
    let line = format!(
        r#"{{"v":1,"request":1,"received_at":"2026-11-22T10:00:00.000Z","method":"POST","path":"/v1/track","query":"access_token=s3cret","headers":{{"authorization":"Basic {}","x-auth-token":"s3cret"}},"status":200,"body":{CALL}}}"#,
        STANDARD.encode("wk:s3cret")
    );
    std::fs::write(home.path().join("r.ndjson"), format!("{line}\n")).expect("written");
    let args = ["export", "r.ndjson", "--format", "har", "--with-secrets"];
    let har = stdout(&segscope(home.path(), &args).assert().code(0));
    assert!(har.contains("x-auth-token") && !har.contains(SECRET), "{har}");
    assert!(!har.contains(&STANDARD.encode("wk:s3cret")), "{har}");
}

#[test]
fn exports_mask_a_write_key_in_every_place() {
    let home = tempfile::tempdir().expect("a folder");
    let mut program = record(home.path());
    let mut http = Http::connect(&program.address).expect("it listens");
    let header = basic("KEYHEADER1:PASSWORD2");
    let batch = r#"{"writeKey":"KEYBODY3","batch":[{"type":"track","event":"E","userId":"u","writeKey":"KEYITEM4","context":{"writeKey":"KEYDEEP5"}},{"type":"track","event":"F","userId":"u","writeKey":"KEYITEM6"}]}"#;
    let single = r#"{"event":"G","userId":"u","writeKey":"KEYBODY7","properties":{"url":"https://x.test/?k=KEYBODY7"}}"#;
    for (path, headers, body) in [
        ("/v1/batch?writeKey=KEYQUERY8", vec![("authorization", header.as_str())], batch),
        (
            "/v1/track",
            vec![("authorization", "Basic S0VZTk9QQUQ5OQ"), ("x-write-key", "KEYNAME0")],
            single,
        ),
        ("/v1/track?writeKey=KEYQUERYA", vec![], r#"{"event":"H","userId":"u"}"#),
    ] {
        let answer = http.request("POST", path, &headers, body.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 200);
    }
    let data = STANDARD.encode(r#"{"event":"I","userId":"u","writeKey":"KEYPIXELB"}"#);
    http.get(&format!("/v1/pixel/track?data={data}")).expect("an answer");
    assert_eq!(program.end(), Some(0));
    for form in ["ndjson", "har", "curl", "csv"] {
        // the vendor that takes the call itself, too
        let example = stdout(&segscope(home.path(), &["vendors", "template", "webhook"]).assert());
        std::fs::write(home.path().join("webhook.toml"), example).expect("written");
        let args = ["export", "r.ndjson", "--format", form, "--vendor-file", "webhook.toml"];
        let out = stdout(&segscope(home.path(), &args).assert().code(0));
        assert!(out.contains('G'), "{form}: {out}");
        for key in [
            "KEYHEADER1",
            "PASSWORD2",
            "KEYBODY",
            "KEYITEM",
            "KEYDEEP",
            "KEYQUERY",
            "KEYNO",
            "KEYNAME",
            "KEYPIXEL",
        ] {
            let coded = STANDARD.encode(key);
            let hidden = !out.contains(key) && !out.contains(coded.trim_end_matches('='));
            assert!(hidden, "{form} shows {key}: {out}");
        }
        assert!(!out.contains(&header["Basic ".len()..]) && !out.contains(&data), "{form}: {out}");
        if form == "curl" {
            assert!(out.contains(r#""writeKey":"'"$WRITE_KEY"'""#), "{out}");
        }
    }
}
