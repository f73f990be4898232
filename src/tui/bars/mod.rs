//! The lines above and below a page.

pub(crate) mod filter_bar;
pub(crate) mod footer;
pub(crate) mod histogram;
pub(crate) mod page_tabs;
pub(crate) mod status_bar;
