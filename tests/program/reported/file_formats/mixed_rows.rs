//! Files with calls, envelopes of calls, and rows that are not calls.

use super::{A, B, Home};

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
