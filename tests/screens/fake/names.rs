//! What the filter offers.

use segscope::fql::{Names, Path};

/// What the usual calls have.
pub struct FakeNames;

impl Names for FakeNames {
    fn fields(&self, under: &[String], _typed: &str) -> Vec<String> {
        let names: &[&str] = match under {
            [] => &["type", "event", "userId", "properties", "traits", "context"],
            [one] if one == "properties" => &["account_id", "user_id", "total", "module_id"],
            [one] if one == "traits" => &["account_id", "plan", "employees"],
            _ => &[],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn values(&self, path: &Path, _typed: &str) -> Vec<String> {
        let values: &[&str] = match path.name() {
            Some("event") => &["Order Received", "Report Exported", "Seat Added", "Invoice Paid"],
            _ => &[],
        };
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    fn vendors(&self) -> Vec<String> {
        vec!["customersuccessbox".to_owned(), "planhat".to_owned()]
    }

    fn codes(&self, _typed: &str) -> Vec<String> {
        vec!["CSB-T-ACCOUNT-MISSING".to_owned(), "CSB-T-USER-MISSING".to_owned()]
    }
}
