//! The setting `only` of a vendor: a destination filter.

use crate::fql::{self, Filter};
use crate::vendors::settings::{SettingsError, VendorSettings};
use crate::vendors::table::ONLY;

/// Parses the user's destination filter for a vendor, if there is one.
pub(crate) fn destination_filter(
    vendor: &str,
    settings: &VendorSettings,
) -> Result<Option<Filter>, SettingsError> {
    let Some(text) = settings.text(ONLY) else { return Ok(None) };
    let wrong = |message: String| SettingsError {
        vendor: vendor.to_owned(),
        key: Some(ONLY.to_owned()),
        message,
    };
    let filter = fql::parse(text).map_err(|error| wrong(error.to_string()))?;
    if !filter.reads_call_only() {
        return Err(wrong(format!(
            "`{ONLY}` is a destination filter, which reads only the fields of a call, such as type, event, userId, properties.plan or context.app.version"
        )));
    }
    Ok(Some(filter))
}
