//! Completion at the cursor.

use segscope::fql::{CompletionKind, NameSource, Path, absent, complete, parse};

/// A recording that holds a few names.
struct Recording;

impl NameSource for Recording {
    fn fields(&self, under: &[String], _: &str) -> Vec<String> {
        let under: Vec<&str> = under.iter().map(String::as_str).collect();
        let names: &[&str] = match under.as_slice() {
            [] => &["type", "event", "properties", "shop"],
            ["properties"] => &["total", "product 1", "plan", "bad\u{1b}"],
            ["properties", "product 1"] => &["price"],
            _ => &[],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }
    fn values(&self, path: &Path, _: &str) -> Vec<String> {
        match path.to_string().as_str() {
            "event" => vec!["Order Received".into(), "Order \"X\"".into(), "Login".into()],
            "library.name" => vec!["analytics-go".into()],
            _ => Vec::new(),
        }
    }
    fn vendors(&self) -> Vec<String> {
        vec!["planhat".into(), "custify".into()]
    }
    fn codes(&self, _: &str) -> Vec<String> {
        vec!["CSB-T-USER-MISSING".into()]
    }
}

/// The offers at `|`, as they would be put in.
fn offers(text: &str) -> Vec<String> {
    let cursor = text.find('|').expect("a cursor");
    let text = text.replacen('|', "", 1);
    complete(&text, cursor, &Recording).into_iter().map(|offer| offer.text).collect()
}

#[test]
fn a_whole_name_is_completed_by_what_stands_under_it() {
    let below = offers("properties.|");
    assert!(!below.is_empty());
    assert_eq!(offers("properties|").split_off(1), below);
    assert_eq!(offers("event|"), ["event"]);
}

#[test]
fn a_snapshot_of_offers() {
    let shown: Vec<String> = [
        "t|",
        "shop|",
        "le|",
        "wr|",
        "properties.|",
        "properties.p|",
        "properties.product\\ 1.|",
        "type = \"track\" |",
        "type = \"track\" a|",
        "type = \"|",
        "type = 'tr|",
        "event != \"Or|",
        "match(event, \"|",
        "event in [\"Login\", \"|",
        "event = |",
        "event = Or|",
        "event in [|",
        "type != |",
        "contains(event, |",
        "properties.total = |",
        "library.|",
        "library.name = \"|",
        "verdict.|",
        "verdict.planhat = \"d|",
        "severity = \"|",
        "missing(|",
        "missing(u|",
        "match(finding, \"|",
        "!ma|",
        "(na|",
        "ev| and type = 1",
    ]
    .into_iter()
    .map(|text| format!("{text:32} {}", offers(text).join("  ")))
    .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn an_offer_takes_the_place_of_what_is_typed() {
    let text = "type = \"track\" and properties.pl";
    let all = complete(text, text.len(), &Recording);
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].kind, all[0].text.as_str()), (CompletionKind::Field, "properties.plan"));
    assert_eq!(&text[all[0].replace.clone()], "properties.pl");

    let text = "event = \"Ord";
    let all = complete(text, text.len(), &Recording);
    assert_eq!(all[0].text, r#""Order \"X\"""#);
    assert_eq!(&text[all[0].replace.clone()], "\"Ord");
}

#[test]
fn no_cursor_is_too_odd() {
    for text in ["", "grüße", "\u{1b}", "~a", "\"a", "a == b", "x\\", "a.", "😀 = \"😀"] {
        for cursor in 0..text.len() + 3 {
            complete(text, cursor, &Recording);
        }
    }
}

#[test]
fn what_no_call_has_is_told() {
    let said = |text: &str| {
        let filter = parse(text).expect("a filter");
        let said: Vec<String> =
            absent(&filter, &Recording).iter().map(|one| one.to_string()).collect();
        said.join("|")
    };
    for (text, says) in [
        ("properties.total > 3", ""),
        ("type = \"track\" and missing(account_id)", ""),
        ("propertes.total > 3", "no call has `propertes.total`; did you mean `properties.total`?"),
        ("properties.totl > 3", "no call has `properties.totl`; did you mean `properties.total`?"),
        // the hint about the missing quotes says more than that no call has such a field
        ("event = evnt and properties.zzz = 1", "no call has `properties.zzz`"),
        ("verdict.planhat = \"dropped\"", ""),
        ("event = \"login\"", "no call has `event = \"login\"`; did you mean `\"Login\"`?"),
        (
            "\"Order Recieved\" = event",
            "no call has `event = \"Order Recieved\"`; did you mean `\"Order Received\"`?",
        ),
        ("event = \"Something Else\"", ""),
        ("event != \"login\"", ""),
        // what is inside of a list, and of what nothing is known, may be there
        ("properties.total.cents = 1", ""),
        ("shop.0.name = \"x\"", ""),
        // a word is searched for in all of the text
        ("propertes", ""),
    ] {
        assert_eq!(said(text), says, "{text}");
    }
}
