//! Vendor files that come with the program: to be read, copied and used, never in use by themselves.

/// One that shows all that a vendor file may say.
pub const TEMPLATE: &str = include_str!("../../../../assets/vendors/template.toml");

/// Vendors that need no code, each by its name.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("userpilot", include_str!("../../../../assets/vendors/examples/userpilot.toml")),
    ("vitally", include_str!("../../../../assets/vendors/examples/vitally.toml")),
    ("webhook", include_str!("../../../../assets/vendors/webhook.toml")),
];
