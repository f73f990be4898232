//! A filter declares the fields that it reads, and reads no others.

use std::borrow::Cow;

use segscope::fql::{Civil, FieldNeeds, FilterInput, Path, RecordField, Value, WatchedId, parse};
use segscope::vendors::Vendors;

/// A call of which only `type` and `seq` may be asked.
struct Strict;

impl FilterInput for Strict {
    fn field(&self, path: &Path) -> Value<'_> {
        assert_eq!(path.name(), Some("type"), "only the column may be read");
        Value::String("track".into())
    }
    fn has_own(&self, _: &str) -> bool {
        false
    }
    fn record(&self, field: RecordField) -> Value<'_> {
        assert_eq!(field, RecordField::Seq);
        Value::int(7)
    }
    fn received_ms(&self) -> i64 {
        panic!("time was asked")
    }
    fn now_ms(&self) -> i64 {
        panic!("now was asked")
    }
    fn local_ms(&self, _: &Civil) -> i64 {
        panic!("the zone was asked")
    }
    fn missing(&self, _: WatchedId) -> bool {
        panic!("missing was asked")
    }
    fn nearmiss(&self, _: WatchedId) -> bool {
        panic!("nearmiss was asked")
    }
    fn verdict(&self, _: Option<&str>) -> Option<&str> {
        panic!("verdict was asked")
    }
    fn any_finding(&self, _: &mut dyn FnMut(&str) -> bool) -> bool {
        panic!("findings were asked")
    }
    fn severity(&self) -> Option<&str> {
        panic!("severity was asked")
    }
    fn text(&self) -> Cow<'_, [u8]> {
        panic!("text was asked")
    }
}

#[test]
fn only_what_can_still_matter_is_asked_and_the_cheap_first() {
    let holds = |text: &str| parse(text).unwrap().matches(&Strict);
    assert!(holds("seq > 5 and type = \"track\""));
    assert!(!holds("seq > 9 and refund and properties.x = 1 and missing()"));
    assert!(!holds("refund and properties.x = 1 and missing() and seq > 9"));
    assert!(holds("refund or ~x~ or properties.x = 1 or type = \"track\""));
    assert!(!holds("(refund or properties.x) and !(seq = 7 or severity = \"error\")"));
}

#[test]
fn needs_are_told_beforehand() {
    let needs = |text: &str| parse(text).unwrap().needs(|path| path.name() == Some("type"));
    let none = FieldNeeds::default();
    assert_eq!(needs(""), none);
    assert_eq!(needs("seq > 5 and type = \"track\""), none);
    assert_eq!(needs("event = \"x\""), FieldNeeds { json: true, ..none });
    assert_eq!(needs("length(properties.x) = 1"), FieldNeeds { json: true, ..none });
    assert_eq!(needs("type = \"track\" refund"), FieldNeeds { text: true, ..none });
    assert_eq!(needs("!~x~"), FieldNeeds { text: true, ..none });
    assert_eq!(needs("verdict.planhat = \"dropped\""), FieldNeeds { judgement: true, ..none });
    assert_eq!(needs("account_id = \"x\""), FieldNeeds { judgement: true, ..none });
    assert_eq!(needs("missing() or match(finding, 'X*')"), FieldNeeds { judgement: true, ..none });
    assert_eq!(needs("age < '5m'"), FieldNeeds { clock: true, ..none });
}

#[test]
fn paths_and_texts_are_told_beforehand() {
    let filter = parse("type = 'a' and lowercase(properties.x) in [properties] or type = 'b'");
    assert!(filter.is_err(), "lists hold no fields");
    let filter = parse("type = 'a' and lowercase(properties.x) = event or type = 'b'").unwrap();
    let paths: Vec<String> = filter.paths().iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["type", "properties.x", "event"]);

    let required = |text: &str| -> Vec<String> {
        let filter = parse(text).unwrap();
        filter.required_texts().iter().map(|needle| needle.text().to_owned()).collect()
    };
    assert_eq!(required("a b type = 'x' !c"), ["a", "b"]);
    assert_eq!(required("a"), ["a"]);
    assert!(required("a or b").is_empty());

    let filter = parse("(a or ~b~) and !c and event = 'd'").unwrap();
    let (needles, patterns) = filter.highlights();
    assert_eq!(needles.iter().map(|n| n.text()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(patterns.iter().map(|p| p.source()).collect::<Vec<_>>(), ["b"]);
}

#[test]
fn names_that_are_probably_misspelt_are_hinted_at() {
    let hints = |text: &str| -> Vec<String> {
        let filter = parse(text).unwrap();
        filter.hints().iter().map(|h| format!("{}:{}: {}", h.line, h.column, h.message)).collect()
    };
    assert_eq!(
        hints("write_ky = 'x'"),
        ["1:1: unknown field `write_ky`; did you mean `write_key`?"]
    );
    assert_eq!(
        hints("event = 'x' and library.nme = 'x'"),
        ["1:17: unknown field `library.nme`; did you mean `library.name`?"]
    );
    assert_eq!(
        hints("verdit.planhat = 'x'"),
        ["1:1: unknown field `verdit.planhat`; did you mean `verdict`?"]
    );
    // a word that looks like one that joins, beside an expression
    for (text, says) in [
        ("event = \"Login\" adn", "1:17: `adn` is searched as text; did you mean `and`?"),
        ("type = \"track\" adnd x", "1:16: `adnd` is searched as text; did you mean `and`?"),
        ("missing() orr vip", "1:11: `orr` is searched as text; did you mean `or`?"),
        ("(a = 1 ro)", "1:8: `ro` is searched as text; did you mean `or`?"),
    ] {
        assert_eq!(hints(text), [says], "{text}");
    }
    for (text, says) in [
        ("event = Login", "1:9: `Login` is read as a field; put text in quotes: `\"Login\"`"),
        ("type = track", "1:8: `track` is read as a field; put text in quotes: `\"track\"`"),
        (
            "verdict.planhat = dropped",
            "1:19: `dropped` is read as a field; put text in quotes: `\"dropped\"`",
        ),
    ] {
        assert_eq!(hints(text), [says], "{text}");
    }
    for fine in [
        "type = \"track\" \"adn\"",
        "type = \"track\" adnoid",
        "login adn logout",
        "type = \"track\" and adn",
        "event = 'x'",
        "userId = 'x'",
        "library.name = 'x'",
        "shopId = 'x'",
        "seq = status",
        "refnd",
    ] {
        assert!(hints(fine).is_empty(), "{fine}");
    }
}

#[test]
fn a_text_that_no_type_is_is_hinted_at() {
    let hints = |text: &str| -> Vec<String> {
        let filter = parse(text).expect("a filter");
        filter.hints().iter().map(|hint| hint.message.clone()).collect()
    };
    for (text, says) in [
        ("type = \"trak\"", "`trak` is not a call type; did you mean `track`?"),
        ("\"Track\" = type", "`Track` is not a call type; did you mean `track`?"),
        ("type in [\"page\", \"scren\"]", "`scren` is not a call type; did you mean `screen`?"),
    ] {
        assert_eq!(hints(text), [says], "{text}");
    }
    for fine in ["type = \"alias\"", "verdict = \"ignored\"", "properties.type = \"trak\""] {
        assert_eq!(hints(fine), [""; 0], "{fine}");
    }
}

#[test]
fn a_value_that_a_field_never_has_is_refused() {
    for (text, says) in [
        (
            "verdict.planhat = \"droped\"",
            "1:19: expected one of delivered, degraded, dropped, rejected, ignored, discarded, found `droped`; did you mean `dropped`?",
        ),
        ("severity != \"warn\"", "1:13: expected one of error, warning, info, found `warn`"),
        ("\"drop\" = service.verdict", "1:1: expected one of passed, discarded, found `drop`"),
        (
            "service.name in [\"segment\", \"rudder\"]",
            "1:17: expected one of segment, rudderstack, found `rudder`",
        ),
    ] {
        assert_eq!(parse(text).expect_err(text).to_string(), says);
    }
    for fine in ["verdict = null", "verdict != \"ignored\"", "age = null", "seq = 5"] {
        assert!(parse(fine).is_ok(), "{fine}");
    }
}

#[test]
fn a_vendor_that_does_not_exist_is_refused() {
    let vendors = Vendors::new(&Default::default(), &[]).expect("the built-in ones");
    let check = |text: &str| vendors.check_filter(&parse(text).expect("a filter"));
    for name in ["planhat", "Planhat", "ph", "PH", "CSB", "cs", "SuprSend"] {
        assert_eq!(check(&format!("verdict.{name} = \"dropped\"")), Ok(()));
    }
    let known = "customersuccessbox, freshsuccess, planhat, suprsend, custify";
    for (text, place, found) in [
        ("verdict.plahnat = null", "1:1", "`verdict.plahnat`; did you mean `verdict.planhat`?"),
        ("x and !(verdict.hubspot = null)", "1:9", "`verdict.hubspot`"),
    ] {
        let error = check(text).expect_err(text).to_string();
        let says = format!("{place}: expected the verdict of one of {known}, found {found}");
        assert_eq!(error, says);
    }
}

#[test]
fn a_word_of_the_screen_that_is_searched_as_text_is_hinted_at() {
    let hints = |text: &str| -> Vec<String> {
        let filter = parse(text).expect("a filter");
        filter.hints().iter().map(|hint| hint.message.clone()).collect()
    };
    for (text, says) in [
        ("missing", "`missing` is searched as text; did you mean `missing()`?"),
        ("dropped", "`dropped` is searched as text; did you mean `verdict = \"dropped\"`?"),
        ("not missing(account_id)", "`not` is searched as text; did you mean `!`?"),
        (
            "type = \"track\" and degraded",
            "`degraded` is searched as text; did you mean `verdict = \"degraded\"`?",
        ),
    ] {
        assert_eq!(hints(text), [says], "{text}");
    }
    for fine in ["\"missing\"", "missing()", "nothing", "event = \"dropped\""] {
        assert_eq!(hints(fine), [""; 0], "{fine}");
    }
}
