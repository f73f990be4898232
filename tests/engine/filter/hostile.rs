//! Whatever is typed or sent: no panic, no exhausted stack, and what parses prints back equal.

use proptest::prelude::*;
use segscope::fql::{complete, parse};

use super::test_call::{NoNames, TestCall};

/// Takes a text through all that can be done with one.
fn survive(text: &str) -> Result<(), TestCaseError> {
    complete(text, text.len() / 2, &NoNames);
    complete(text, text.len(), &NoNames);
    match parse(text) {
        Err(error) => {
            prop_assert!(error.line >= 1 && error.column >= 1);
            prop_assert!(text.get(error.span()).is_some());
            prop_assert!(!error.render().contains(|c: char| c.is_control() && c != '\n'));
        }
        Ok(filter) => {
            let printed = filter.to_string();
            let shown: String = text.chars().take(500).collect();
            match parse(&printed) {
                Ok(again) => {
                    prop_assert!(again == filter, "{shown} prints as another filter");
                    prop_assert!(again.to_string() == printed, "{shown} prints in two ways");
                }
                Err(error) => prop_assert!(false, "{shown} prints so that: {error}"),
            }
            let call = TestCall::new(r#"{"type":"track","properties":{"x":[1,"a"]}}"#, "{}");
            filter.matches(&call);
            filter.needs(|_| false);
        }
    }
    Ok(())
}

/// The expressions of the tables.
fn expressions() -> Vec<&'static str> {
    let cases = include_str!("cases.txt").lines();
    let cases = cases.filter_map(|l| l.strip_prefix("true ").or_else(|| l.strip_prefix("false ")));
    let prints = include_str!("prints.txt").lines().filter_map(|l| l.split_once(" => "));
    let errors = include_str!("errors.txt").lines().filter_map(|l| l.split_once(" => "));
    cases.chain(prints.chain(errors).map(|(from, _)| from)).map(str::trim).collect()
}

/// Parts of expressions, put together at random.
fn soup() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "type",
        "properties.x",
        "userId",
        "refund",
        "grüße",
        "\\and",
        "\\5",
        "a\\ b",
        "\"text\"",
        "'a\\'b'",
        "5",
        "-1.5e3",
        "007",
        "true",
        "null",
        "and",
        "OR",
        "in",
        "!",
        "!",
        "=",
        "!=",
        ">",
        ">=",
        "<",
        "<=",
        "(",
        "(",
        ")",
        ")",
        "[",
        "]",
        ",",
        "contains(",
        "match(",
        "length(",
        "missing(",
        "account_id",
        "age",
        "'5m'",
        "time",
        "'2026-11-22'",
        "finding",
        "verdict.x",
        "marked",
        "~a+~",
        "~\\~~i",
        "seq",
        "[1, 'a']",
        ".",
        "\\",
        "\"",
    ]);
    let gap = prop::sample::select(vec![" ", " ", " ", ""]);
    prop::collection::vec((parts, gap), 0..14)
        .prop_map(|parts| parts.into_iter().map(|(part, gap)| format!("{part}{gap}")).collect())
}

/// Well-formed expressions.
fn sound() -> impl Strategy<Value = String> {
    let operand = prop::sample::select(vec![
        "type",
        "properties.x",
        "seq",
        "5",
        "'dropped'",
        "null",
        "true",
        "[1, 'delivered']",
        "length(event)",
        "lowercase(event)",
        "verdict",
        "a\\ b",
        "typeof(!x)",
        "\\in",
        "contains(event, 'x')",
    ]);
    let op = prop::sample::select(vec!["=", "!=", ">", ">=", "<", "<=", "in"]);
    let leaf = prop_oneof![
        (operand.clone(), op, operand).prop_map(|(left, op, right)| format!("{left} {op} {right}")),
        prop::sample::select(vec![
            "refund",
            "\"two words\"",
            "~a.b~i",
            "missing()",
            "marked",
            "properties.x",
            "grüße",
            "match(finding, 'CSB-*')",
            "age < '5m'",
            "42",
            "userId",
            "false",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let joined = |by: &'static str| {
            prop::collection::vec(inner.clone(), 1..4).prop_map(move |all| all.join(by))
        };
        prop_oneof![
            joined(" and "),
            joined(" or "),
            inner.clone().prop_map(|inner| format!("!({inner})")),
            inner.clone().prop_map(|inner| format!("({inner})")),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| format!("(true and {a}) = (false or {b})")),
            inner.prop_map(|inner| format!("typeof({inner} and true) = 'bool'")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survive(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn arbitrary_text(text in "\\PC{0,60}") {
        survive(&text)?;
    }

    #[test]
    fn random_parts(text in soup()) {
        survive(&text)?;
    }

    #[test]
    fn sound_expressions_parse_and_print_back(text in sound()) {
        prop_assert!(parse(&text).is_ok(), "{}: {:?}", text, parse(&text));
        survive(&text)?;
    }

    #[test]
    fn mutated_expressions(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3u8, any::<prop::sample::Index>()), 1..5),
    ) {
        let expressions = expressions();
        let mut text: Vec<char> = expressions[which.index(expressions.len())].chars().collect();
        let alphabet: Vec<char> = "a1 .\\\"'~!=<>()[],-_üi\u{0}\n".chars().collect();
        for (at, edit, with) in edits {
            let at = at.index(text.len() + 1);
            let with = alphabet[with.index(alphabet.len())];
            match edit {
                0 => text.insert(at, with),
                1 if at < text.len() => drop(text.remove(at)),
                _ if at < text.len() => text[at] = with,
                _ => {}
            }
        }
        survive(&text.into_iter().collect::<String>())?;
    }
}

#[test]
fn deep_and_long_texts_are_refused_or_survive() {
    for text in [
        "(".repeat(60_000),
        "!".repeat(60_000),
        "x in ".to_owned() + &"[".repeat(60_000),
        "length(".repeat(9_000),
        format!("{}x{}", "(".repeat(65), ")".repeat(65)),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(error.expected.contains("64 levels"), "{error}");
    }
    assert!(parse(&format!("{}x{}", "(".repeat(60), ")".repeat(60))).is_ok());
    assert!(parse(&"~a~ ".repeat(1000)).unwrap_err().expected.contains("16 regular"));
    assert!(parse(&"a".repeat(70_000)).unwrap_err().expected.contains("bytes"));
    survive(&"a or b = 1 and ".repeat(200)).unwrap();
    survive(&format!("x{}", " and x = 1".repeat(6000))).unwrap();
    survive(&"word ".repeat(256)).unwrap();
    let error = parse(&"word ".repeat(257)).unwrap_err();
    assert!(error.expected.contains("256 words"), "{error}");
    let error = parse(&format!("x = '{}'", "\u{80}".repeat(20_000))).unwrap_err();
    assert!(error.expected.contains("bytes"), "its normal form is too long");
    // Alternating levels: each pair of parentheses is one, however it is used.
    let alternating = "(a = 1 and (b = 2 or ".repeat(30) + "c" + &"))".repeat(30);
    survive(&alternating).unwrap();
}
