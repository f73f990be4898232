//! Templates of calls: one of each type, and some for a single vendor each.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// A template of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The name: the type of the call, or `VENDOR-TYPE` for the templates of a vendor.
    pub name: String,
    /// The vendor that it is for; `None` if it has the ids of all vendors.
    pub vendor: Option<String>,
    /// The description for the user.
    pub about: String,
    /// The settings that the vendor needs to accept such a call.
    pub needs: Map<String, Value>,
    /// The call.
    pub text: String,
}

/// The templates that are not for a single vendor.
const COMMON: [(&str, &str, &str); 6] = [
    (
        "track",
        "an event, with the ids of all vendors",
        include_str!("../../../assets/templates/track.json"),
    ),
    (
        "identify",
        "a user, with the ids of all vendors",
        include_str!("../../../assets/templates/identify.json"),
    ),
    (
        "group",
        "an account, with the ids of all vendors",
        include_str!("../../../assets/templates/group.json"),
    ),
    ("page", "a page view", include_str!("../../../assets/templates/page.json")),
    ("screen", "a screen view", include_str!("../../../assets/templates/screen.json")),
    ("alias", "two ids of one user", include_str!("../../../assets/templates/alias.json")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateFile {
    template: Vec<VendorTemplate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VendorTemplate {
    vendor: String,
    #[serde(rename = "type")]
    kind: String,
    about: String,
    #[serde(default)]
    needs: Map<String, Value>,
    call: String,
}

/// All templates; those that are not for a single vendor come first.
pub static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let file: TemplateFile = toml::from_str(include_str!("../../../assets/templates/vendors.toml"))
        .expect("the templates that come with the program are TOML; a test reads them");
    let common = COMMON.iter().map(|(name, about, text)| Template {
        name: (*name).to_owned(),
        vendor: None,
        about: (*about).to_owned(),
        needs: Map::new(),
        text: (*text).to_owned(),
    });
    let others = file.template.into_iter().map(|template| Template {
        name: format!("{}-{}", template.vendor, template.kind),
        vendor: Some(template.vendor),
        about: template.about,
        needs: template.needs,
        text: template.call,
    });
    common.chain(others).collect()
});

/// Returns the template of that name.
pub fn template(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

/// Returns the names of all templates.
pub fn names() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|template| template.name.as_str())
}
