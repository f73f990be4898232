//! A batch's own `context` and `integrations`, merged into its calls (`docs/specs/wire.md` 5).

use crate::call::{Builder, Val};
use std::collections::HashSet;

/// The maximum number of bytes that merging writes for one request. A call's merged context
/// contains a copy of the batch's, so a large one and very many calls could otherwise demand any
/// amount of memory.
const MAX_MERGED_BYTES: usize = 8 << 20;

/// The number of members from which an item's names are put into a set instead of being searched
/// one by one.
const MIN_SET_MEMBERS: usize = 24;

/// The number of bytes that merging has written for one request.
#[derive(Default)]
pub(crate) struct Budget {
    written: usize,
    /// True if some calls were left unmerged.
    pub spent: bool,
}

/// The result of merging a member of a batch into a call.
#[derive(Debug, PartialEq)]
pub(crate) enum MergedValue {
    /// The call's own member is unchanged.
    Own,
    /// A merged object was written.
    Written,
}

/// Appends a member of that name with the call's own members first, then those of the batch that
/// the call does not have. The call takes precedence member by member, one level deep: two
/// `library` objects are not mixed.
pub(crate) fn write(
    out: &mut Builder,
    name: &str,
    own: Option<Val<'_>>,
    batch: Option<Val<'_>>,
    budget: &mut Budget,
) -> MergedValue {
    let Some(batch) = batch.filter(|batch| batch.is_object() && batch.size() > 1) else {
        return MergedValue::Own;
    };
    if own.is_some_and(|own| !own.is_object()) {
        return MergedValue::Own;
    }
    let size = batch.raw().len() + own.map_or(0, |own| own.raw().len());
    if budget.written + size > MAX_MERGED_BYTES {
        budget.spent = true;
        return MergedValue::Own;
    }
    budget.written += size;
    match own.filter(|own| own.size() > 1) {
        None => out.copy(name, batch),
        Some(own) => {
            out.reopen(name, own);
            add(out, own, batch);
            out.close();
        }
    }
    MergedValue::Written
}

/// Appends the members of the batch that a call does not have.
fn add(out: &mut Builder, own: Val<'_>, batch: Val<'_>) {
    let names: Option<HashSet<_>> = (own.children().nth(MIN_SET_MEMBERS).is_some())
        .then(|| own.children().map(|c| c.key()).collect());
    for member in batch.children() {
        let key = member.key();
        let has = match &names {
            Some(names) => names.contains(&key),
            None => own.children().any(|child| child.key() == key),
        };
        if !has {
            out.copy_member(member);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{Doc, Spare};

    fn builder() -> Builder {
        let mut out = Builder::new(String::new(), &mut Spare::default());
        out.object();
        out
    }

    fn merged(own: &str, batch: &str) -> Option<String> {
        let (own, batch) = (Doc::parse(own).expect("JSON"), Doc::parse(batch).expect("JSON"));
        let own = Some(own.root()).filter(|own| !own.is_null());
        let mut out = builder();
        let done = write(&mut out, "c", own, Some(batch.root()), &mut Budget::default());
        out.close();
        let (doc, written) = (out.finish(), done == MergedValue::Written);
        assert_eq!(doc.root().get("c").is_some(), written);
        doc.root().get("c").map(|merged| merged.raw().to_owned())
    }

    #[test]
    fn the_item_takes_precedence_member_by_member() {
        for (own, batch, want) in [
            ("null", r#"{"a":1}"#, Some(r#"{"a":1}"#)),
            ("{ }", r#"{"a":1}"#, Some(r#"{"a":1}"#)),
            (r#"{"a":{"x":1} }"#, r#"{"b":2,"a":{"y":2}}"#, Some(r#"{"a":{"x":1},"b":2}"#)),
            (r#"{"a":null}"#, r#"{"\u0061":1.0,"b\n":1e3}"#, Some(r#"{"a":null,"b\n":1e3}"#)),
            ("7", r#"{"a":1}"#, None),
            (r#"{"a":1}"#, "{}", None),
            (r#"{"a":1}"#, "[1]", None),
        ] {
            assert_eq!(merged(own, batch).as_deref(), want, "{own} {batch}");
        }
        let many: Vec<String> = (0..100).map(|n| format!("\"k{n}\":{n}")).collect();
        let many = format!("{{{}}}", many.join(","));
        let want = format!("{},\"z\":2}}", &many[..many.len() - 1]);
        assert_eq!(merged(&many, r#"{"k50":"batch","z":2}"#), Some(want));
    }

    #[test]
    fn stops_merging_at_the_limit() {
        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 20));
        let large = Doc::parse(large.as_str()).expect("JSON");
        let (mut out, mut budget) = (builder(), Budget::default());
        let written = (0..100)
            .filter(|_| {
                write(&mut out, "c", None, Some(large.root()), &mut budget) == MergedValue::Written
            })
            .count();
        assert_eq!((written, budget.spent), (7, true));
    }
}
