//! Calls to begin with, one of each type.

/// The templates by their names.
pub const TEMPLATES: &[(&str, &str)] = &[
    ("track", include_str!("../../assets/templates/track.json")),
    ("identify", include_str!("../../assets/templates/identify.json")),
    ("group", include_str!("../../assets/templates/group.json")),
    ("page", include_str!("../../assets/templates/page.json")),
    ("screen", include_str!("../../assets/templates/screen.json")),
    ("alias", include_str!("../../assets/templates/alias.json")),
];
