//! The findings of one code in a call, and which of them a report can state together.

use crate::call::{pointer, text::visible};
use crate::engine::CallDetail;
use crate::findings::Finding;
use crate::findings::advice::dotted;
use crate::vendors::CodeEntry;
use std::collections::HashMap;

/// Returns the findings of a code in a call, in the order of discovery.
pub(crate) fn findings_of<'c>(entry: &CodeEntry, call: &'c CallDetail) -> Vec<&'c Finding> {
    let rendered = call.vendors.iter().filter(|(at, _)| Some(*at) == entry.vendor);
    let own = rendered.flat_map(|(_, rendered)| &rendered.findings);
    let is = |finding: &&Finding| {
        *finding.code == *entry.code && finding.vendor.is_some() == entry.vendor.is_some()
    };
    call.common.iter().chain(own).filter(is).collect()
}

/// Splits the findings of a code in a call into those whose message and fix differ only in the name
/// of the place. A plan expects something different at each place, so each of its findings stays
/// alone.
pub(crate) fn alike<'c>(findings: &[&'c Finding], of_plan: bool) -> Vec<Vec<&'c Finding>> {
    if of_plan || findings.len() == 1 {
        return findings.iter().map(|finding| vec![*finding]).collect();
    }
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut numbers: HashMap<[String; 2], usize> = HashMap::new();
    for finding in findings {
        let names = [dotted(&finding.path), visible(&pointer::last(&finding.path)).into_owned()];
        let without_names = |text: &String| {
            names.iter().fold(text.clone(), |text, name| text.replace(&format!("`{name}`"), "``"))
        };
        let texts = [&finding.message, &finding.fix].map(without_names);
        let number = *numbers.entry(texts).or_insert(groups.len());
        match groups.get_mut(number) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::finding_for_discard;
    use crate::wire::Service;

    fn finding(path: &str, message: &str, fix: &str) -> Finding {
        let finding = finding_for_discard("bad_request", path, &[], Service::Segment);
        Finding { message: message.to_owned(), fix: fix.to_owned(), ..finding }
    }

    #[test]
    fn only_findings_that_differ_in_the_name_alone_are_stated_together() {
        let all = [
            finding("/traits/a", "`traits.a` is not in the table", "list `a` in the setting"),
            finding("/traits/b", "`traits.b` is not in the table", "list `b` in the setting"),
            finding("/traits/c", "`traits.c` is not in the table", "rename `c` to `d`"),
            finding("/traits/e", "`traits.e` is lost: its value is `0`", "list `e` in the setting"),
        ];
        let all: Vec<&Finding> = all.iter().collect();
        let paths = |of_plan| -> Vec<Vec<&str>> {
            let groups = alike(&all, of_plan).into_iter();
            groups.map(|group| group.iter().map(|it| it.path.as_str()).collect()).collect()
        };
        assert_eq!(
            paths(false),
            [vec!["/traits/a", "/traits/b"], vec!["/traits/c"], vec!["/traits/e"]]
        );
        assert_eq!(paths(true).len(), 4);
    }
}
