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
    let sets: [&[&str]; 6] = [
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
