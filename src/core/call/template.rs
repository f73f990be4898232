//! Calls to begin with: one of each type, and those that are good for one vendor each.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// A call to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The type; for the calls of a vendor `VENDOR-TYPE`.
    pub name: String,
    /// The vendor that it is for; none if it has the ids of all of them.
    pub vendor: Option<String>,
    /// What it is, for people.
    pub about: String,
    /// Settings of the vendor without which it takes no such call.
    pub needs: Map<String, Value>,
    /// The call.
    pub text: String,
}

/// Those for no vendor of its own.
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
    template: Vec<OfVendor>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfVendor {
    vendor: String,
    #[serde(rename = "type")]
    kind: String,
    about: String,
    #[serde(default)]
    needs: Map<String, Value>,
    call: String,
}

/// All of them; those for no vendor of its own first.
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
    let others = file.template.into_iter().map(|of| Template {
        name: format!("{}-{}", of.vendor, of.kind),
        vendor: Some(of.vendor),
        about: of.about,
        needs: of.needs,
        text: of.call,
    });
    common.chain(others).collect()
});

/// The template of that name.
pub fn template(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
}

/// The names of all.
pub fn names() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|template| template.name.as_str())
}
