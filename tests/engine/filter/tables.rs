//! The tables of cases beside this file.

use segscope::fql::parse;

use super::test_call::TestCall;

/// The lines of a table that say something, with their numbers.
fn lines(table: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = table.lines().enumerate().map(|(at, line)| (at + 1, line));
    numbered.filter(|(_, line)| !line.starts_with('#') && !line.is_empty())
}

#[test]
fn every_case_gives_its_result() {
    let mut call = ("{}".to_owned(), "{}".to_owned());
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (number, line) in lines(include_str!("cases.txt")) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let wanted = match word {
            "call" => {
                call = (rest.to_owned(), "{}".to_owned());
                continue;
            }
            "record" => {
                call.1 = rest.to_owned();
                continue;
            }
            "true" => true,
            "false" => false,
            other => panic!("line {number} begins with {other}"),
        };
        seen += 1;
        let filter = parse(rest.trim()).unwrap_or_else(|e| panic!("line {number}: {}", e.render()));
        let subject = TestCall::new(&call.0, &call.1);
        if filter.matches(&subject) != wanted {
            wrong.push(format!("line {number}: {} should be {wanted}", rest.trim()));
        }
        // The normal form means the same.
        let again = parse(&filter.to_string()).expect("the normal form parses");
        assert_eq!(again.matches(&subject), filter.matches(&subject), "line {number}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 150, "only {seen} cases");
}

#[test]
fn every_expression_prints_in_the_normal_form() {
    for (number, line) in lines(include_str!("prints.txt")) {
        let (from, to) = line.split_once(" => ").expect("a line has an arrow");
        let filter = parse(from).unwrap_or_else(|e| panic!("line {number}: {}", e.render()));
        assert_eq!(filter.to_string(), to, "line {number}: {from}");
        assert_eq!(parse(to), Ok(filter), "line {number}: {from}");
    }
}

#[test]
fn every_mistake_is_explained() {
    for (number, line) in lines(include_str!("errors.txt")) {
        let (from, to) = line.split_once(" => ").expect("a line has an arrow");
        match parse(from) {
            Ok(filter) => panic!("line {number}: {from} parses as {filter}"),
            Err(error) => assert_eq!(error.to_string(), to, "line {number}: {from}"),
        }
    }
}

#[test]
fn a_mistake_is_underlined() {
    let error = parse("type = \"track\" and\n  contain(event, \"ü\")").unwrap_err();
    assert_eq!((error.line, error.column), (2, 3));
    assert_eq!(error.near.as_deref(), Some("contains"));
    assert_eq!(error.span(), 21..28);
    assert_eq!(
        error.render(),
        "2:3: expected a function, found `contain`; did you mean `contains`?\n    \
         contain(event, \"ü\")\n    ^^^^^^^"
    );
    let error = parse("grüße and").unwrap_err();
    assert_eq!(error.render().lines().last(), Some("           ^"));
    let hostile = parse("a = \u{1b}[31m").unwrap_err().render();
    assert!(!hostile.contains('\u{1b}'), "{hostile:?}");
}

#[test]
fn blank_text_lets_everything_through() {
    for text in ["", "  ", "\n\t "] {
        let filter = parse(text).unwrap();
        assert!(filter.is_all());
        assert!(filter.matches(&TestCall::new("{}", "{}")));
        assert_eq!(filter.to_string(), "");
    }
    assert!(!parse("true").unwrap().is_all());
}
