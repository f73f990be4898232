//! The vendors that are built in.

use crate::vendors::rules::Build;

/// The tables of the built-in vendors and their code, in the order of their columns.
pub(crate) const BUILT_IN: &[(&str, Option<Build>)] = &[
    (
        include_str!("../../../assets/vendors/customersuccessbox.toml"),
        Some(super::customersuccessbox::build),
    ),
    (include_str!("../../../assets/vendors/freshsuccess.toml"), Some(super::freshsuccess::build)),
    (include_str!("../../../assets/vendors/planhat.toml"), Some(super::planhat::build)),
    (include_str!("../../../assets/vendors/suprsend.toml"), Some(super::suprsend::build)),
    (include_str!("../../../assets/vendors/custify.toml"), Some(super::custify::build)),
];
