//! A refusal says what the sender meant: the path and the setting, or the call of a batch that is
//! at fault and what was refused with it.

use super::requests_without_calls::Listening;
use super::segscope;
use serde_json::json;

/// Sends each body to `/v1/batch` or `/v1/track`; the printed row says all of the words.
fn each_is_refused(sent: &[(&str, &str, &[&str])]) {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    for (path, body, _) in sent {
        let answer = listening.http.post(path, body.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 400, "{path} {body}");
    }
    let want = json!({"received": sent.len(), "with_calls": 0, "without_calls": 0, "refused": sent.len(), "not_found": 0});
    assert_eq!(listening.counts(), want);
    let (lines, words) = listening.end();
    for (line, (path, body, says)) in lines.iter().zip(sent) {
        assert!(line[13..].starts_with(&format!("refused 400 POST {path}: the body is")), "{line}");
        for part in *says {
            assert!(line.contains(part), "{body}: expected {part} in {line}");
        }
    }
    assert!(!words.contains("no call lacks an id"), "{words}");
}

#[test]
fn the_call_of_a_batch_that_is_at_fault_is_named_with_what_was_refused_beside_it() {
    const GOOD: &str = r#"{"type":"track","event":"Good, really","userId":"it's"}"#;
    let with = |bad: &str| format!(r#"{{"batch":[{GOOD},{GOOD},{bad},{GOOD}]}}"#);
    let nan = with(r#"{"type":"track","event":"Paid","properties":{"a":[1,NaN]}}"#);
    let infinity = with(r#"{"type":"track","event":"Paid","properties":{"total":-Infinity}}"#);
    let undefined = with(r#"{"type":"identify","userId":undefined}"#);
    let python = with(r#"{'type': 'track', 'event': 'Paid', 'ok': True}"#);
    let truth = with(r#"{"type":"track","event":"Paid","properties":{"ok":True}}"#);
    let comma = with(r#"{"type":"track","event":"Paid",}"#);
    let name = with(r#"{type:"track"}"#);
    let cut = r#"{"batch":[{"type":"page"},{"type":"track","event":"Cut sho"#.to_owned();
    const OTHERS: &str = "in call 3 of 4";
    const THREE: &str = "3 good calls were refused with it";
    each_is_refused(&[
        (
            "/v1/batch",
            &nan,
            &["`NaN`", "batch.2.properties.a.1", OTHERS, "(track Paid)", THREE, "JSON has no NaN"],
        ),
        ("/v1/batch", &infinity, &["`-Infinity`", "batch.2.properties.total", OTHERS, THREE]),
        ("/v1/batch", &undefined, &["`undefined`", "batch.2.userId", "(identify)", THREE]),
        (
            "/v1/batch",
            &python,
            &["as Python prints a dict", OTHERS, "(track Paid)", THREE, "json.dumps(call)"],
        ),
        ("/v1/batch", &truth, &["`True`", "batch.2.properties.ok", THREE]),
        ("/v1/batch", &comma, &["a comma after the last value", OTHERS, THREE]),
        ("/v1/batch", &name, &["the name `type` without quotes", OTHERS, THREE]),
        (
            "/v1/batch",
            &cut,
            &["it ends where", "in call 2 of 2 (track Cut sho)", "1 good call was refused"],
        ),
        (
            "/v1/batch",
            r#"{"batch":[{"a":NaN},{"a":NaN},{"a":1}]}"#,
            &["2 calls are not JSON", "1 good call was"],
        ),
    ]);
}

#[test]
fn what_a_body_is_instead_of_json_is_named() {
    each_is_refused(&[
        (
            "/v1/track",
            "userId=u1&event=E",
            &["it is a form (`userId=u1`)", "content-type application/json"],
        ),
        ("/v1/track", "data=%7B%22a%22%3A1%7D", &["it is a form"]),
        ("/v1/track", "<html><body>502</body></html>", &["it is HTML or XML"]),
        ("/v1/track", "[object Object]", &["`[object Object]`", "JSON.stringify"]),
        ("/v1/track", "@call.json", &["the name of a file (`@call.json`)"]),
        ("/v1/track", "eyJ1c2VySWQiOiJ1MSJ9", &["it is base64 of JSON"]),
        ("/v1/track", r#"{\"userId\":\"u1\"}"#, &["backslashes before them"]),
        ("/v1/track", "{\"a\":1}\n{\"a\":2}", &["a second value", "put the calls into"]),
        ("/v1/track", "{'userId':'u1'}", &["single quotes"]),
        ("/v1/track", "{\"userId\":“u1”}", &["a typographic quote"]),
        ("/v1/track", "{\"a\":1 // note\n}", &["a comment"]),
        ("/v1/track", r#"{"userId"=>"u1", "n"=>nil}"#, &["as Ruby prints a hash"]),
        ("/v1/track", r#"{"n":nil}"#, &["`nil`", "to_json"]),
        ("/v1/track", r#"{"zip":01234}"#, &["a number that JSON does not have", "at `zip`"]),
        ("/v1/track", "{\"a\":\"x\ny\"}", &["a line break or another control character"]),
        ("/v1/track", r#"{"path":"C:\dir"}"#, &["a backslash before `d`"]),
        ("/v1/track", r#"{"say":"he said "hi""}"#, &["a double quote inside a string"]),
        ("/v1/track", r#"{"a":1 "b":2}"#, &["no comma between two values"]),
        ("/v1/track", r#"{"a":,"b":2}"#, &["a comma without a value before it"]),
    ]);
}

#[test]
fn refused_bodies_of_one_kind_are_one_finding_wherever_the_mistake_stands() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    for body in [r#"{"a":NaN}"#, r#"{"abc":{"d":NaN}}"#, "{\"a\":1,\n\"b\":NaN}", "{'a':1}", "a=1"]
    {
        listening.http.post("/v1/track", body.as_bytes()).expect("an answer");
    }
    let recording = listening.recording.clone();
    listening.end();
    let check = segscope(home.path(), &["check"]).arg(&recording).output().expect("it runs");
    let text = String::from_utf8(check.stdout).expect("text");
    let heads: Vec<&str> = text.lines().filter(|line| line.starts_with("error HTTP-400")).collect();
    assert_eq!(heads.len(), 3, "{text}");
    assert!(heads.contains(&"error HTTP-400 (3 requests)"), "{text}");
    assert_eq!(check.status.code(), Some(1));
}

#[test]
fn a_wrong_path_names_the_path_that_was_meant_and_the_setting() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let base = listening.program.address.clone();
    // what the SDKs of case 61 send with such hosts, and the questions of case 72
    let sent = [
        (
            "POST",
            "/v1/v1/batch",
            "analytics-node/6.2.0",
            "did you mean /v1/batch?",
            "set `host` to http://BASE",
        ),
        (
            "POST",
            "/batch",
            "analytics-node-next/latest",
            "did you mean /v1/batch?",
            "leave out `path`",
        ),
        (
            "POST",
            "//v1/batch",
            "curl/8.5.0",
            "did you mean /v1/batch?",
            "the base URL ends with `/`",
        ),
        (
            "POST",
            "/v1/batch/v1/batch",
            "analytics-python/2.4.0",
            "did you mean /v1/batch?",
            "analytics.host = 'http://BASE'",
        ),
        ("POST", "/b", "Mozilla/5.0", "did you mean /v1/b?", "'BASE/v1'"),
        (
            "POST",
            "/v1/tracks",
            "curl/8.5.0",
            "did you mean /v1/track?",
            "post to http://BASE/v1/track",
        ),
        (
            "GET",
            "/cdn/v1/projects/K/settings",
            "Mozilla/5.0",
            "/v1/projects/K/settings?",
            "`cdnURL`",
        ),
        (
            "GET",
            "/v1/v1/projects/K/settings",
            "Mozilla/5.0",
            "/v1/projects/K/settings?",
            "http://BASE without a path",
        ),
        ("GET", "/projects/K/settings", "Mozilla/5.0", "/v1/projects/K/settings?", "`cdnHost`"),
        (
            "GET",
            "/analytics.js/v1/K/analytics.min.js",
            "Mozilla/5.0",
            "loads the library from here",
            "analytics._cdn",
        ),
        (
            "GET",
            "/v1/sourceConfig/?writeKey=K",
            "Mozilla/5.0",
            "did you mean /sourceConfig?",
            "`configUrl`",
        ),
        (
            "GET",
            "/v1/track",
            "Mozilla/5.0",
            "GET is not allowed at /v1/track",
            "send calls with POST",
        ),
    ];
    for (method, path, agent, says, _) in sent {
        let headers = [("user-agent", agent), ("origin", "http://localhost:3000")];
        let answer = listening.http.request(method, path, &headers, b"{}").expect("an answer");
        assert!(matches!(answer.status, 404 | 405), "{path}: {}", answer.status);
        let body = String::from_utf8(answer.body).expect("text");
        assert!(body.contains(says), "{path}: {body}");
    }
    let want = json!({"received": sent.len(), "with_calls": 0, "without_calls": 0, "refused": 0, "not_found": sent.len()});
    assert_eq!(listening.counts(), want);
    let recording = listening.recording.clone();
    let (lines, words) = listening.end();
    for (line, (method, path, _, says, fix)) in lines.iter().zip(sent) {
        let path = path.split('?').next().unwrap_or(path);
        assert!(
            line[13..].starts_with("not found 40") && line.contains(&format!(" {method} {path}: ")),
            "{line}"
        );
        assert!(line.contains(says) && line.contains(&fix.replace("BASE", &base)), "{fix}: {line}");
    }
    assert!(words.contains("12 not found (404)"), "{words}");
    let check = segscope(home.path(), &["check"]).arg(&recording).output().expect("it runs");
    let text = String::from_utf8(check.stdout).expect("text");
    assert!(sent.iter().all(|(.., says, _)| text.contains(says)), "{text}");
}

#[test]
fn the_cause_of_a_refusal_is_what_was_found() {
    let with = |value: &str| format!(r#"{{"type":"track","properties":{{"price":{value}}}}}"#);
    let utf16: String = r#"{"type":"track"}"#.chars().flat_map(|c| [c, '\0']).collect();
    let base64 = "eyJ0eXBlIjoidHJhY2siLCJldmVudCI6IkEifSA=";
    let decimal = with("12,50");
    let thousands = with("1,234");
    let not_a_number = with("1.#IND");
    let ruby_object = with("#<Segment::Event:0x00007f>");
    let python_object = with("<app.User object at 0x7f>");
    let template = with("{{user_id}}");
    let shell = with("${USER_ID}");
    let unicode = with(r#""\u12""#);
    let apostrophe = with(r#""it\'s""#);
    let good = r#"{"type":"track","event":"E","userId":"u"}"#;
    let cut = format!(r#"{{"batch":[{good},{good}]"#);
    each_is_refused(&[
        ("/v1/track", &decimal, &["a number with a comma in it", "`12.50`"]),
        ("/v1/track", &thousands, &["a number with a comma in it", "without separators"]),
        ("/v1/track", &not_a_number, &["`#IND`", "JSON has no NaN"]),
        ("/v1/track", &ruby_object, &["a printed object, `#<Segment::Event:0x00007f>`"]),
        ("/v1/track", &python_object, &["a printed object, `<app.User object at 0x7f>`"]),
        ("/v1/track", r#"{"a"=1}"#, &["`=` where `:` should be", "write `:`"]),
        ("/v1/track", r#"{"a"=>1}"#, &["`=>`, as Ruby prints a hash"]),
        ("/v1/track", r#"{:userId=>"u"}"#, &["as Ruby prints a hash"]),
        ("/v1/track", &template, &["a placeholder of a template", "fill in the template"]),
        ("/v1/track", &shell, &["a placeholder of a template"]),
        ("/v1/track", &utf16, &["it is UTF-16 text", "as UTF-8"]),
        ("/v1/track", base64, &["it is base64 of JSON"]),
        ("/v1/track", "{\"userId\":\"u\"}\0", &["text after the end of the JSON"]),
        ("/v1/track", "{\"userId\":\"u\"}}", &["text after the end of the JSON (`}`)"]),
        ("/v1/track", "{\"userId\":\"u\"};", &["text after the end of the JSON (`;`)"]),
        ("/v1/track", "{\"userId\":\"u\"}\n{\"userId\":\"u\"}", &["a second value"]),
        ("/v1/track", &unicode, &["`\\u` without four hexadecimal digits"]),
        ("/v1/track", &apostrophe, &["a backslash before `'`", "remove the backslash"]),
        ("/v1/batch", &cut, &["it ends where", "2 good calls were refused with it"]),
    ]);
}

#[test]
fn a_body_that_is_not_text_is_named_by_its_format() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let call = br#"{"type":"track","event":"E","userId":"u"}"#;
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut zlib, call).expect("memory");
    let zlib = zlib.finish().expect("memory");
    let sent: [(&[u8], &str); 6] = [
        (&zlib, "compressed with zlib"),
        (b"\x28\xb5\x2f\xfd\x04\x00\xff", "compressed with zstd"),
        (b"\x82\xa4type\xa5track\xa6userId\xa1\xff", "MessagePack"),
        (b"\x80\x04\x95\xff\x00", "a Python pickle"),
        (b"\x01\x02\xff\xfe", "binary data of an unknown format"),
        (b"{\"userId\":\"M\xfcller\"}", "the body is not UTF-8 (byte 12 is 0xfc)"),
    ];
    for (body, _) in sent {
        assert_eq!(listening.http.post("/v1/track", body).expect("an answer").status, 400);
    }
    let (lines, _) = listening.end();
    for (line, (_, says)) in lines.iter().zip(sent) {
        assert!(line.contains(says), "{says}: {line}");
        assert_eq!(line.contains("encode the body as UTF-8"), says.contains("UTF-8"), "{line}");
    }
}

#[test]
fn a_call_that_is_too_large_says_how_many_good_ones_are_refused_with_it() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let good = json!({"type": "track", "event": "E", "userId": "u"});
    let large = json!({"type": "track", "event": "x".repeat(40_000), "userId": "u"});
    let batch = json!({"batch": [good, large, good]}).to_string();
    assert_eq!(listening.http.post("/v1/batch", batch.as_bytes()).expect("an answer").status, 400);
    let (lines, _) = listening.end();
    assert!(lines[0].contains("call 2 of the batch has"), "{lines:#?}");
    assert!(lines[0].contains("2 good calls were refused with it"), "{lines:#?}");
}

#[test]
fn a_wrong_method_or_path_names_what_was_meant() {
    let home = tempfile::tempdir().expect("a folder");
    let mut listening = Listening::start(home.path());
    let sent: [(&str, &str, &str); 5] = [
        ("PUT", "/v1/track", "fix: send calls with POST"),
        ("GET", "/v1/track", "a redirect or a browser's address bar makes a GET of it"),
        ("GET", "/v1/project/K/settings", "did you mean /v1/projects/K/settings?"),
        ("GET", "/v1/projects/K/settings.json", "did you mean /v1/projects/K/settings?"),
        ("POST", "/v1%2Fbatch", "did you mean /v1/batch?"),
    ];
    for (method, path, _) in sent {
        listening.http.request(method, path, &[], b"").expect("an answer");
    }
    let (lines, _) = listening.end();
    for (line, (method, path, says)) in lines.iter().zip(sent) {
        assert!(line.contains(says), "{method} {path}: {line}");
        assert_eq!(line.contains("makes a GET of it"), says.contains("GET"), "{line}");
    }
}
