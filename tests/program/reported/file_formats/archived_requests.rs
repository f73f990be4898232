//! The requests of HTTP archives: which the service accepted, and where their calls are.

use super::{A, Home};
use serde_json::{Value, json};

/// An entry of an archive that posts a call.
fn posted(call: &str, response: &Value) -> Value {
    json!({
        "startedDateTime": "2026-11-30T10:00:00.000Z",
        "time": 12.5,
        "request": {
            "method": "POST", "url": "https://api.segment.io/v1/t", "headers": [],
            "postData": {"mimeType": "application/json", "text": call},
        },
        "response": response,
    })
}

fn archive(entries: &[Value]) -> String {
    json!({"log": {"version": "1.2", "entries": entries}}).to_string()
}

#[test]
fn a_request_that_the_service_did_not_accept_reaches_no_vendor() {
    let home = Home::new();
    let error = "net::ERR_BLOCKED_BY_CLIENT";
    for (response, says) in [
        (
            json!({"status": 429, "content": {"text": "slow down"}}),
            "the service answered 429: slow down",
        ),
        (json!({"status": 301}), "the service answered 301, a redirect"),
        (json!({"status": 0, "_error": error}), "no response came: net::ERR_BLOCKED_BY_CLIENT"),
        (json!({"status": -1, "_failureText": "timeout"}), "no response came: timeout"),
        (json!({"_error": "reset"}), "no response came: reset"),
        (json!({"status": 0}), "no response came (status 0)"),
    ] {
        let path = home.write("x.har", archive(&[posted(A, &response)]));
        assert_eq!(home.names(&path).len(), 0, "{response}");
        let (_, out, err) = home.check(&path);
        assert!(out.contains(says), "{response}: {out}{err}");
        assert!(!out.contains("delivered"), "{response}: {out}");
    }
}

#[test]
fn a_request_whose_response_is_left_out_is_checked() {
    let home = Home::new();
    let mut entry = posted(A, &Value::Null);
    for keep in [true, false] {
        if !keep {
            entry.as_object_mut().expect("an object").remove("response");
        }
        let path = home.write("x.har", archive(std::slice::from_ref(&entry)));
        assert_eq!(home.names(&path), ["A"]);
        assert_eq!(home.records(&path)[0]["status"], 0, "the status is not known");
        let (code, out, err) =
            home.run(&["export", path.to_str().expect("UTF-8"), "--format", "har"]);
        assert_eq!(code, Some(0), "{err}");
        let copy = home.write("copy.har", out);
        assert_eq!(home.names(&copy), ["A"], "the export says that the response is not known");
    }
}

#[test]
fn the_response_is_that_of_the_archive() {
    let home = Home::new();
    let response = json!({
        "status": 200,
        "headers": [{"name": "X-Amz", "value": "1"}],
        "content": {"text": "{\"real\":true}"},
    });
    let path = home.write("x.har", archive(&[posted(A, &response)]));
    let mut command = super::segscope(home.0.path(), &["open", "--plain"]);
    let shown = command.arg(&path).write_stdin("show 1 request\nquit\n").output().expect("it runs");
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    assert!(shown.contains("answered 200: {\"real\":true}"), "{shown}");
    assert!(shown.contains("the service answered in 12.5 ms"), "{shown}");
}

#[test]
fn a_pixel_has_its_call_in_the_url() {
    let home = Home::new();
    for query in
        ["userId=u1&event=A", "data=eyJ0eXBlIjoidHJhY2siLCJldmVudCI6IkEiLCJ1c2VySWQiOiJ1MSJ9"]
    {
        let entry = json!({
            "startedDateTime": "2026-11-30T10:00:00.000Z",
            "request": {
                "method": "GET", "headers": [],
                "url": format!("https://api.segment.io/v1/pixel/track?{query}"),
            },
            "response": {"status": 200},
        });
        let path = home.write("x.har", archive(&[entry]));
        assert_eq!(home.names(&path), ["A"], "{query}");
    }
}

#[test]
fn archives_after_each_other_are_all_read() {
    let home = Home::new();
    let archive = |event: &str| {
        let call = A.replace("\"A\"", &format!("\"{event}\"")).replace("m1", event);
        let mut archive = json!({"log": {"entries": [posted(&call, &json!({"status": 200}))]}});
        archive["log"]["pages"] = json!([{"log": {"entries": [1]}}]);
        archive
    };
    let (one, two) = (archive("A"), archive("B"));
    for text in [format!("{one}{two}"), format!("{one}\n{two:#}\n"), format!("{one:#}{two:#}")] {
        let path = home.write("x.har", &text);
        assert_eq!(home.names(&path), ["A", "B"], "{text}");
    }
}
