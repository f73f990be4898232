//! Files with calls, envelopes of calls, and rows that are not calls.

use super::{A, B, Home};

const ROW: &str = r#"{"level":"info","port":3000}"#;

#[test]
fn an_array_of_envelopes_on_one_line_is_read_as_any_other_layout() {
    let home = Home::new();
    let text = serde_json::Value::from(A).to_string();
    for envelope in [
        format!("{{\"payload\":{A}}}"),
        format!("{{\"message\":{text}}}"),
        format!("{{\"Body\":{text},\"messageId\":\"x\"}}"),
        format!("{{\"data\":{A}}}"),
        format!("{{\"event\":{A}}}"),
        format!("{{\"_source\":{A}}}"),
        format!("{{\"request\":{{\"postData\":{{\"text\":{text}}}}}}}"),
    ] {
        let array = format!("[{envelope},{B}]");
        let path = home.write("array.json", &array);
        assert_eq!(home.names(&path), ["A", "u2"], "{envelope}");
        let compared = path.to_str().expect("UTF-8");
        let (_, out, _) = home.run(&["compare", compared, compared]);
        assert!(!out.contains("(no type)"), "{envelope}: {out}");
    }
}

#[test]
fn calls_as_text_in_an_array_are_read() {
    let home = Home::new();
    let text = serde_json::Value::from(A).to_string();
    assert_eq!(home.names(&home.write("text.json", format!("[{text}]"))), ["A"]);
    assert_eq!(home.names(&home.write("mixed.json", format!("[{text},{B}]"))), ["A", "u2"]);
}

#[test]
fn curl_lines_with_escapes_and_with_files() {
    let home = Home::new();
    let escaped = A.replace("\"A\"", r#""it\'s\u0021""#);
    let script =
        format!("curl 'https://x/v1/track' --data-raw $'{escaped}'\ncurl x -d @body.json\n");
    let path = home.write("calls.sh", script);
    assert_eq!(home.names(&path), ["it's!"]);
    let (_, _, err) = home.check(&path);
    assert!(err.contains("the body is in the file `body.json`"), "{err}");
}

#[test]
fn a_message_about_a_curl_command_names_its_line() {
    let home = Home::new();
    let good =
        format!("# the first\ncurl 'https://x/v1/track' \\\n  --data-raw $'{{\\n{}'\n", &A[1..]);
    for (bad, what) in [
        ("curl x -d @body.json", "line 5: the body is in the file `body.json`"),
        ("curl x -d '{\n\"a\":}'", "line 5: in the body, line 2, column 5: expected"),
    ] {
        let path = home.write("calls.sh", format!("{good}\n{bad}\n"));
        let (_, _, err) = home.check(&path);
        assert!(err.contains(what), "{what}: {err}");
    }
}

#[test]
fn what_is_a_call_does_not_depend_on_the_order() {
    let home = Home::new();
    let envelope = format!("{{\"message\":{A}}}");
    let many = vec![B.replace("m2", "m3"); 25].join("\n");
    for lines in
        [[A, ROW, B], [ROW, A, B], [A, B, ROW], [&many, ROW, &envelope], [ROW, &envelope, &many]]
    {
        let path = home.write("lines.ndjson", lines.join("\n"));
        for filter in [&[][..], &["--filter", "type != \"page\""]] {
            let mut args = vec!["check", "--fail-on", "never"];
            args.extend(filter);
            args.push(path.to_str().expect("UTF-8"));
            let (code, out, err) = home.run(&args);
            assert_eq!(code, Some(0), "{err}");
            assert!(out.contains("\n2 calls"), "{lines:?}: {out}");
            assert!(!out.contains("EVT-TYPE"), "{lines:?}: {out}");
            assert_eq!(err.matches("1 JSON value without a call passed over").count(), 1, "{err}");
        }
    }
}

#[test]
fn requests_of_the_services_to_others_are_not_calls() {
    let home = Home::new();
    let delivery = r#"{"version":"1","type":"REST","method":"POST","endpoint":"https://api.custify.com/event","headers":{},"body":{"JSON":{"name":"x"}},"userId":"u1"}"#;
    let deletion = r#"{"type":"delete","userId":"u1"}"#;
    for (row, alone, among) in [
        (delivery, "requests that RudderStack sends to a vendor", "1 request of RudderStack"),
        (
            deletion,
            "Segment's requests to delete the data of users",
            "1 deletion request of Segment",
        ),
    ] {
        for text in [row.to_owned(), format!("[{row}]")] {
            let (code, out, err) = home.check(&home.write("row.json", text));
            assert_eq!(code, Some(2), "{out}");
            assert!(err.contains(alone), "{err}");
        }
        for text in [format!("{A}\n{row}\n"), format!("{row}\n{A}\n"), format!("[{A},{row}]")] {
            let path = home.write("rows.json", &text);
            let (code, _, err) = home.check(&path);
            assert_eq!(code, Some(0), "{err}");
            assert!(err.contains(among), "{text}: {err}");
            assert_eq!(home.names(&path), ["A"]);
        }
    }
}
