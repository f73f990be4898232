//! Parts of a call's `integrations` that are nearly right: names that nearly match the name of a
//! vendor, values that are not true or false, and `integrations` of another type or at another place.

use crate::call::text::write_excerpt;
use crate::call::{JsonKind, Val, pointer};
use crate::findings::{Hint, HintKind};
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::evaluation::Evaluation;
use crate::vendors::table::VendorTable;

/// The maximum number of members of `integrations` that are checked.
const MAX_MEMBERS: usize = 64;

/// The maximum length of a name that is compared with the vendors' names.
const MAX_NAME_BYTES: usize = 64;

/// The minimum length of two names that may differ by a typing error, of which the longer one has one
/// character more. Shorter names must be the same except for case, blanks and signs.
const MIN_TYPO_CHARS: usize = 5;
/// The minimum length of two names that may differ by two typing errors.
const MIN_TWO_TYPOS_CHARS: usize = 8;

/// The names that switch vendors on and off, and similar names.
#[derive(Debug, Default)]
pub(crate) struct SwitchNames {
    /// The exact names, including `All` and `all`.
    exact: Vec<String>,
    /// The names that a developer may write instead, folded, each with the index of its vendor and
    /// the place of the name that is meant in [`SwitchNames::of_vendors`].
    near: Vec<(String, usize, usize)>,
    /// The exact names of each vendor, the usual one first.
    of_vendors: Vec<Vec<String>>,
    /// The name of each vendor in `integrations`, and its title.
    pub(crate) vendors: Vec<(String, String)>,
    /// The codes of the faults.
    pub(crate) codes: [Option<CodeId>; CODES.len()],
}

impl SwitchNames {
    pub fn new<'f>(
        files: impl Iterator<Item = &'f VendorTable>,
        codes: [Option<CodeId>; CODES.len()],
    ) -> SwitchNames {
        let mut names = SwitchNames { codes, ..SwitchNames::default() };
        names.exact.extend(["All".to_owned(), "all".to_owned()]);
        for (vendor, file) in files.enumerate() {
            let right = file.integrations.first().cloned().unwrap_or_default();
            names.vendors.push((right, file.title.clone()));
            names.of_vendors.push(file.integrations.clone());
            if file.integrations.is_empty() {
                continue;
            }
            names.exact.extend(file.integrations.iter().cloned());
            let own = [file.name.get_ref(), &file.title].map(|name| (folded(name), vendor, 0));
            let exact = file.integrations.iter().enumerate();
            let exact = exact.map(|(at, name)| (folded(name), vendor, at));
            names.near.extend(own.into_iter().chain(exact));
        }
        names.near.sort();
        names.near.dedup();
        names
    }

    /// Returns the name that a key nearly matches, and the vendor whose name it is; `None` for `All`.
    fn meant_by(&self, key: &str) -> Option<(Option<usize>, &str)> {
        if key.len() > MAX_NAME_BYTES || self.is_exact(key) {
            return None;
        }
        let key = folded(key);
        if key == "all" {
            return Some((None, "All"));
        }
        let chars = key.chars().count();
        let max_distance = |name: &str| {
            let other = name.chars().count();
            match (chars.min(other), chars.max(other)) {
                (MIN_TWO_TYPOS_CHARS.., _) => 2,
                (MIN_TYPO_CHARS.., longer) if longer > MIN_TYPO_CHARS => 1,
                _ => 0,
            }
        };
        let distance = |name: &str| match key == name {
            true => Some(0),
            // a wrong first letter usually makes another name
            false if key.chars().next() != name.chars().next() => None,
            false => {
                let distance = strsim::osa_distance(&key, name);
                (distance <= max_distance(name)).then_some(distance)
            }
        };
        let near = self.near.iter();
        let near = near.filter_map(|(name, vendor, at)| Some((distance(name)?, *vendor, *at)));
        near.min().map(|(_, vendor, at)| (Some(vendor), self.of_vendors[vendor][at].as_str()))
    }

    fn is_exact(&self, key: &str) -> bool {
        self.exact.iter().any(|name| name == key)
    }

    /// Returns the faults of the members of `integrations`.
    fn member_faults<'d, 'n>(
        &'n self,
        integrations: Val<'d>,
    ) -> impl Iterator<Item = IntegrationFault<'d, 'n>> {
        let members = integrations.children().filter(move |_| integrations.is_object());
        members.take(MAX_MEMBERS).filter_map(|member| {
            let key = member.key();
            if let Some((vendor, meant)) = self.meant_by(&key) {
                return Some(IntegrationFault::Name { member, vendor, meant });
            }
            let is_switch =
                matches!(member.kind(), JsonKind::True | JsonKind::False | JsonKind::Object);
            (!is_switch && self.is_exact(&key)).then_some(IntegrationFault::Value(member))
        })
    }

    /// Returns the parts of a call's `integrations` that are nearly right. `elsewhere` has the values
    /// at [`OTHER_PLACES`].
    pub(crate) fn faults<'d, 'n>(
        &'n self,
        integrations: Option<Val<'d>>,
        elsewhere: [Option<Val<'d>>; OTHER_PLACES.len()],
    ) -> impl Iterator<Item = IntegrationFault<'d, 'n>> {
        let is_wrong = |value: &Val<'_>| !value.is_object() && !value.is_null();
        let whole = integrations.filter(is_wrong).map(IntegrationFault::Type);
        let members = integrations.into_iter().flat_map(|value| self.member_faults(value));
        let switches = |value: &Val<'d>| {
            let is_switch = |member: Val<'_>| {
                let key = member.key();
                self.is_exact(&key) || self.meant_by(&key).is_some()
            };
            value.is_object() && value.children().take(MAX_MEMBERS).any(is_switch)
        };
        let places = OTHER_PLACES.into_iter().zip(elsewhere);
        let places = places.filter(move |(_, value)| value.as_ref().is_some_and(switches));
        let places = places.map(|(place, _)| IntegrationFault::Place(place));
        whole.into_iter().chain(members).chain(places)
    }
}

/// The places at which some senders have `integrations`, in place of the top level.
pub(crate) const OTHER_PLACES: [&str; 2] = ["/context/integrations", "/options/integrations"];

/// A part of a call's `integrations` that is nearly right.
#[derive(Debug, Clone, Copy)]
pub enum IntegrationFault<'d, 'n> {
    /// A member whose name is nearly `meant`, the name of a vendor or `All`.
    Name {
        /// The member.
        member: Val<'d>,
        /// The vendor, or `None` for `All`.
        vendor: Option<usize>,
        /// The name that is meant.
        meant: &'n str,
    },
    /// A member of a vendor, or `All`, whose value switches nothing on or off.
    Value(Val<'d>),
    /// `integrations` itself, which is not an object.
    Type(Val<'d>),
    /// `integrations` at another place than the top level.
    Place(&'static str),
}

/// The codes of the faults, in the order of the variants of [`IntegrationFault`].
pub(crate) const CODES: [&str; 4] = [
    "EVT-INTEGRATION-NAME",
    "EVT-INTEGRATION-VALUE",
    "EVT-INTEGRATIONS-TYPE",
    "EVT-INTEGRATIONS-PLACE",
];

impl IntegrationFault<'_, '_> {
    /// Returns the position of its code in [`CODES`].
    pub(crate) fn code(&self) -> usize {
        match self {
            IntegrationFault::Name { .. } => 0,
            IntegrationFault::Value(_) => 1,
            IntegrationFault::Type(_) => 2,
            IntegrationFault::Place(_) => 3,
        }
    }

    /// Returns the JSON pointer of the part.
    pub fn path(&self) -> String {
        match self {
            IntegrationFault::Name { member, .. } | IntegrationFault::Value(member) => {
                pointer::push("/integrations", &member.key())
            }
            IntegrationFault::Type(_) => "/integrations".to_owned(),
            IntegrationFault::Place(place) => (*place).to_owned(),
        }
    }
}

/// Converts a name to lower case and removes blanks and signs.
fn folded(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Adds to the finding that the vendor is switched off the misspelled name that was probably meant
/// to switch it on.
pub(crate) fn point_out(evaluation: &mut Evaluation<'_>, integrations: Val<'_>) {
    let index = evaluation.vendor.index;
    let meant = |fault| match fault {
        IntegrationFault::Name { member, vendor: Some(vendor), meant }
            if vendor == index && member.as_bool() != Some(false) =>
        {
            Some((member, meant))
        }
        _ => None,
    };
    let Some((member, name)) =
        evaluation.vendor.common.switches.member_faults(integrations).find_map(meant)
    else {
        return;
    };
    let Some(finding) =
        evaluation.rendering.as_mut().and_then(|rendering| rendering.findings.last_mut())
    else {
        return;
    };
    let mut key = String::new();
    write_excerpt(&mut key, &member.key());
    finding.message.push_str(&format!("; `{key}` is not `{name}`"));
    finding.fix = format!("rename `{key}` to `{name}` in `integrations`");
    let path = pointer::push("/integrations", &member.key());
    finding.hints = Some(vec![Hint { path, kind: HintKind::Spelling }]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_typing_error_are_near_unless_they_are_short() {
        let titles = ["Natero", "Pendo", "Planhat", "Freshsuccess"];
        let near = titles.iter().enumerate().map(|(at, title)| (folded(title), at, 0)).collect();
        let of_vendors = titles.map(|title| vec![title.to_owned()]).to_vec();
        let exact = vec!["All".to_owned(), "all".to_owned()];
        let names = SwitchNames { near, of_vendors, exact, ..SwitchNames::default() };
        for (key, want) in [
            ("Natreo", Some("Natero")),
            ("natero", Some("Natero")),
            ("Nate", None),
            ("Nator", None),
            ("Matero", None),
            ("Vero", None),
            ("Pendoo", Some("Pendo")),
            ("Pando", None),
            ("PENDO", Some("Pendo")),
            ("Planet", None),
            ("Plant", None),
            ("Planhap", Some("Planhat")),
            ("FreshSucess", Some("Freshsuccess")),
            ("Freshsucces ", Some("Freshsuccess")),
            ("Frehsucces", Some("Freshsuccess")),
            ("Freshsales", None),
            ("ALL", Some("All")),
            ("aLL", Some("All")),
            ("All", None),
            ("all", None),
            ("Ally", None),
        ] {
            assert_eq!(names.meant_by(key).map(|(_, name)| name), want, "{key}");
        }
    }
}
