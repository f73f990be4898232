//! Names in a call's `integrations` that are nearly the name of a vendor. The service compares names
//! exactly, so such a name switches nothing.

use crate::call::text::write_excerpt;
use crate::call::{Val, pointer};
use crate::findings::{Hint, HintKind};
use crate::vendors::code_id::CodeId;
use crate::vendors::engine::evaluation::Evaluation;
use crate::vendors::engine::sentences::integration;
use crate::vendors::table::VendorTable;

/// At most so many members of `integrations` are looked at.
const MAX_MEMBERS: usize = 64;

/// Longer names are nobody's.
const MAX_NAME_BYTES: usize = 64;

/// A name this short is near only if nothing but case, blanks and signs is different.
const MIN_TYPO_CHARS: usize = 6;

pub(crate) const CODE: &str = "EVT-INTEGRATION-NAME";

/// The names that switch vendors, and what may be taken for them.
#[derive(Debug, Default)]
pub(crate) struct SwitchNames {
    /// The exact names, `All` among them.
    exact: Vec<String>,
    /// What one may write instead, folded, and whose it is.
    near: Vec<(String, usize)>,
    /// The right name of each vendor, and its title.
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
            if file.integrations.is_empty() {
                continue;
            }
            names.exact.extend(file.integrations.iter().cloned());
            let own = [file.name.get_ref(), &file.title].into_iter().chain(&file.integrations);
            names.near.extend(own.map(|name| (folded(name), vendor)));
        }
        names.near.sort();
        names.near.dedup();
        names
    }

    /// The vendor whose name a key nearly is.
    fn vendor(&self, key: &str) -> Option<usize> {
        if key.len() > MAX_NAME_BYTES || self.exact.iter().any(|name| name == key) {
            return None;
        }
        let key = folded(key);
        let long = key.chars().count() >= MIN_TYPO_CHARS;
        let distance = |name: &str| match key == name {
            true => Some(0),
            false if !long || key.len().abs_diff(name.len()) > 2 => None,
            false => Some(strsim::osa_distance(&key, name)).filter(|distance| *distance <= 2),
        };
        let near = self.near.iter().filter_map(|(name, vendor)| Some((distance(name)?, *vendor)));
        near.min().map(|(_, vendor)| vendor)
    }

    /// The members of `integrations` that are nearly the name of a vendor, each with that vendor.
    pub(crate) fn members<'d>(
        &self,
        integrations: Val<'d>,
    ) -> impl Iterator<Item = (Val<'d>, usize)> {
        let members = integrations.children().filter(move |_| integrations.is_object());
        members.take(MAX_MEMBERS).filter_map(|member| Some((member, self.vendor(&member.key())?)))
    }
}

/// A name in lower case, without blanks and signs.
fn folded(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Points out, in the finding that says that the vendor is switched off, the name that was to switch
/// it on.
pub(crate) fn point_out(evaluation: &mut Evaluation<'_>, integrations: Val<'_>) {
    let Some(name) = integration(evaluation).cloned() else { return };
    let vendor = evaluation.vendor.index;
    let is_meant =
        |(member, of): &(Val<'_>, usize)| *of == vendor && member.as_bool() != Some(false);
    let Some((member, _)) = evaluation.vendor.common.switches.members(integrations).find(is_meant)
    else {
        return;
    };
    let Some(finding) = evaluation.sheet.as_mut().and_then(|sheet| sheet.findings.last_mut())
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
