//! The log's columns: which, in which order, on any width.

use crate::app::TestApp;
use crate::fixture::Fixture;
use segscope::inspector::ColumnChoice;

fn app(columns: &[&str], width: u16, height: u16) -> TestApp {
    let inspector = Fixture::with_calls(5);
    let columns = columns.iter().map(|name| (*name).to_owned()).collect();
    inspector.arrange(ColumnChoice { columns: Some(columns), split: None }).expect("kept");
    TestApp::new(inspector, width, height)
}

#[test]
fn they_are_chosen_and_ordered_on_the_screen() {
    let mut app = TestApp::new(Fixture::with_calls(5), 80, 24);
    app.press("|");
    // the account first, then no time, and the number at the end
    app.press("j j j K K K j space G k space enter");
    let wanted = ["account", "type", "name", "user", "vendors", "number"];
    assert_eq!(app.inspector.arranged().columns.expect("kept"), wanted);
    assert!(app.line(2).trim_start().starts_with("account"), "{}", app.line(2));
    assert!(!app.line(2).contains("time") && app.line(2).ends_with('#'), "{}", app.line(2));
    assert!(app.picture().contains("columns saved for this folder"));
    // all gone is no choice
    app.press("| space j space j space j space j space j space enter");
    assert!(app.picture().contains("tick at least one column"), "{}", app.picture());
    app.press("esc").press(":").type_in("columns").press("enter");
    assert!(app.picture().contains("Columns of the log"));
}

fn fields_app(width: u16) -> TestApp {
    let inspector = Fixture::with_calls(5);
    let call = |id: usize, plan: &str| {
        format!(
            r#"{{"type":"track","event":"Plan {id}","userId":"u","messageId":"019333a1-7c00-7000-8000-00000000000{id}",
               "properties":{{"accountId":"a","plan":{plan}}},
               "context":{{"library":{{"name":"analytics-go","version":"3"}},"app":{{"version":"2.{id}"}}}}}}"#
        )
    };
    let plans = [r#""pro""#, "3", r#""a long plan with blanks in its name""#, r#""\u001b[31mred""#];
    let calls: Vec<String> = plans.iter().enumerate().map(|(id, plan)| call(id, plan)).collect();
    inspector.batch(0, &calls);
    inspector.settle();
    TestApp::new(inspector, width, 40)
}

#[test]
fn a_field_of_the_calls_gets_a_column() {
    let mut app = fields_app(120);
    app.press("| a").type_in("properties.pl").press("tab enter");
    let arranged = app.inspector.arranged().columns.expect("kept");
    assert_eq!(arranged, ["time", "type", "name", "account", "user", "properties.plan", "vendors"]);
    assert!(app.picture().contains("[x] properties.plan"), "{}", app.picture());
    for name in ["messageId", "write_key"] {
        app.press("a").type_in(name).press("enter");
    }
    // the cells behind wide characters keep what an earlier frame left there
    insta::assert_snapshot!("columns_picker_of_fields", app.anew().picture());
    app.press("esc");
    app.anew().assert_well_formed();
    let picture = app.picture();
    assert!(picture.contains(r"\u{1b}[3…red") && picture.contains("a long plan…"), "{picture}");
    assert!(picture.contains("019333a1…001") && !picture.contains("wk_"), "{picture}");
    insta::assert_snapshot!("columns_of_fields_120x40", picture);
    app.resize(200, 40);
    insta::assert_snapshot!("columns_of_fields_200x40", app.picture());
    app.resize(80, 24);
    insta::assert_snapshot!("columns_of_fields_80x24", app.picture());
}

#[test]
fn what_is_no_field_is_refused_where_it_is_typed() {
    let mut app = fields_app(120);
    for (typed, said) in [
        ("nmae", "`nmae` is not a column of the log; did you mean `name`?"),
        ("a = 1", "`a = 1` is not a column of the log; there are number, time"),
        ("age", "`age` is not a column of the log"),
        ("time", "`time` is listed twice in the columns"),
        (" ", "type a field, or go back with esc"),
    ] {
        app.press("| a").type_in(typed).press("enter");
        assert!(app.picture().contains(said), "{typed}: {}", app.picture());
        app.press("esc esc");
    }
    assert_eq!(app.inspector.arranged().columns, None);
}

#[test]
fn other_columns_at_the_sizes_that_everyone_has() {
    let columns = ["user", "account", "vendors", "name", "number", "time"];
    for (width, height) in [(80, 24), (120, 40), (200, 60)] {
        let mut app = app(&columns, width, height);
        app.press("E");
        app.anew().assert_well_formed();
        insta::assert_snapshot!(format!("columns_other_{width}x{height}"), app.picture());
    }
}

#[test]
fn any_columns_keep_the_frame_whole_on_any_width() {
    let sets: [&[&str]; 7] = [
        &["properties.long", "vendors", "messageId", "time", "properties.deep"],
        &["vendors"],
        &["time"],
        &["number", "user"],
        &["name", "name"],
        &["vendors", "time", "type", "number", "account"],
        &["no such column"],
    ];
    for columns in sets {
        for width in [40, 41, 55, 79, 80, 99, 100, 101, 300] {
            app(columns, width, 24).assert_well_formed();
        }
    }
}
