//! A plan is refused with its line, or written as one that reads the same.

use segscope::plan::Plan;

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Plan::read(text) {
        Err(error) => assert!(error.place.line >= 1, "{error}"),
        Ok(plan) => {
            let written = plan.text(&["a comment".to_owned()]);
            let again = Plan::read(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(plan.list, again.list, "{written}");
            for entry in &plan.list {
                entry.title();
            }
        }
    }
}
