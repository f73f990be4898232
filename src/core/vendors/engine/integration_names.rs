//! Names in a call's `integrations` that nearly match the name of a vendor. The service compares
//! names exactly, so such a name has no effect.

use crate::call::text::write_excerpt;
use crate::call::{Val, pointer};
use crate::findings::{Hint, HintKind};
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::evaluation::Evaluation;
use crate::vendors::table::VendorTable;

/// The maximum number of members of `integrations` that are checked.
const MAX_MEMBERS: usize = 64;

/// The maximum length of a name that is compared with the vendors' names.
const MAX_NAME_BYTES: usize = 64;

/// The minimum length of two names that may differ by typing errors, of which the longer one has one
/// character more. Shorter names must be the same except for case, blanks and signs.
const MIN_TYPO_CHARS: usize = 5;

pub(crate) const CODE: &str = "EVT-INTEGRATION-NAME";

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
    pub(crate) code: Option<CodeId>,
}

impl SwitchNames {
    pub fn new<'f>(
        files: impl Iterator<Item = &'f VendorTable>,
        code: Option<CodeId>,
    ) -> SwitchNames {
        let mut names = SwitchNames { code, ..SwitchNames::default() };
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

    /// Returns the vendor whose name a key nearly matches, and that name.
    fn vendor(&self, key: &str) -> Option<(usize, &str)> {
        if key.len() > MAX_NAME_BYTES || self.exact.iter().any(|name| name == key) {
            return None;
        }
        let key = folded(key);
        let chars = key.chars().count();
        let is_long = |name: &str| {
            let other = name.chars().count();
            chars.min(other) >= MIN_TYPO_CHARS && chars.max(other) > MIN_TYPO_CHARS
        };
        let distance = |name: &str| match key == name {
            true => Some(0),
            false if !is_long(name) || key.len().abs_diff(name.len()) > 2 => None,
            false => Some(strsim::osa_distance(&key, name)).filter(|distance| *distance <= 2),
        };
        let near = self.near.iter();
        let near = near.filter_map(|(name, vendor, at)| Some((distance(name)?, *vendor, *at)));
        near.min().map(|(_, vendor, at)| (vendor, self.of_vendors[vendor][at].as_str()))
    }

    /// Returns the members of `integrations` whose keys nearly match the name of a vendor, each
    /// with that vendor and the name that is meant.
    pub(crate) fn members<'d, 'n>(
        &'n self,
        integrations: Val<'d>,
    ) -> impl Iterator<Item = (Val<'d>, usize, &'n str)> {
        let members = integrations.children().filter(move |_| integrations.is_object());
        members.take(MAX_MEMBERS).filter_map(|member| {
            let (vendor, meant) = self.vendor(&member.key())?;
            Some((member, vendor, meant))
        })
    }
}

/// Converts a name to lower case and removes blanks and signs.
fn folded(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Adds to the finding that the vendor is switched off the misspelled name that was probably meant
/// to switch it on.
pub(crate) fn point_out(evaluation: &mut Evaluation<'_>, integrations: Val<'_>) {
    let vendor = evaluation.vendor.index;
    let is_meant =
        |(member, of, _): &(Val<'_>, usize, &str)| *of == vendor && member.as_bool() != Some(false);
    let Some((member, _, name)) =
        evaluation.vendor.common.switches.members(integrations).find(is_meant)
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
    fn names_within_two_edits_are_near_unless_they_are_short() {
        let near = vec![("natero".to_owned(), 0, 0), ("pendo".to_owned(), 1, 0)];
        let of_vendors = vec![vec!["Natero".to_owned()], vec!["Pendo".to_owned()]];
        let names = SwitchNames { near, of_vendors, ..SwitchNames::default() };
        for (key, want) in [
            ("Nator", Some(0)),
            ("Natreo", Some(0)),
            ("natero", Some(0)),
            ("Nate", None),
            ("Vero", None),
            ("Pendoo", Some(1)),
            ("Pando", None),
            ("PENDO", Some(1)),
        ] {
            assert_eq!(names.vendor(key).map(|(vendor, _)| vendor), want, "{key}");
        }
    }
}
