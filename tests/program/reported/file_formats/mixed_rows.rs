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
