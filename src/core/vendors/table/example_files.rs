//! Vendor files that are included in the program as examples. They are not in use unless the user
//! passes them as a vendor file.

/// A vendor file that shows everything that such a file can contain.
pub const TEMPLATE: &str = include_str!("../../../../assets/vendors/template.toml");

/// Vendor files of real services that need no code, by name.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("userpilot", include_str!("../../../../assets/vendors/examples/userpilot.toml")),
    ("vitally", include_str!("../../../../assets/vendors/examples/vitally.toml")),
    ("webhook", include_str!("../../../../assets/vendors/webhook.toml")),
];
