//! Near misses: ids that stand close to where one was expected (`specs/vendors.md` A.5).

use super::identity::{ValueRule, id_of};
use super::{Hint, HintKind, Id};
use crate::call::{Event, Val, pointer};
use std::borrow::Cow;

const ACCOUNT_FORMS: &[&str] = &[
    "accountid",
    "companyid",
    "customerid",
    "groupid",
    "orgid",
    "organizationid",
    "organisationid",
    "tenantid",
    "workspaceid",
    "companyexternalid",
];
const USER_FORMS: &[&str] = &["userid", "uid", "distinctid", "externalid"];

/// Where ids are looked for, in the order in which they are reported.
const PLACES: [&str; 5] = ["/properties", "/traits", "/context/traits", "", "/context"];

/// A key in lower case without `_`, `-` and spaces: what two spellings of one name share.
pub fn norm(key: &str) -> Cow<'_, str> {
    let changes = |b: u8| b.is_ascii_uppercase() || matches!(b, b'_' | b'-' | b' ') || b >= 0x80;
    if !key.bytes().any(changes) {
        return Cow::Borrowed(key);
    }
    if key.is_ascii() {
        let mut norm = String::with_capacity(key.len());
        let letters = key.bytes().filter(|b| !matches!(b, b'_' | b'-' | b' '));
        letters.for_each(|b| norm.push(char::from(b.to_ascii_lowercase())));
        return Cow::Owned(norm);
    }
    key.to_lowercase().chars().filter(|c| !matches!(c, '_' | '-' | ' ')).collect()
}

/// The near misses of an id that was expected at `expected` and is not there.
pub fn hints(event: &Event<'_>, id: Id, expected: &str, rule: ValueRule) -> Vec<Hint> {
    let forms = match id {
        Id::Account => ACCOUNT_FORMS,
        Id::User => USER_FORMS,
    };
    let wanted_key = pointer::last(expected);
    let wanted = norm(&wanted_key);
    let wanted_place = expected.rsplit_once('/').map_or("", |(place, _)| place);
    let usable = |value: Val<'_>| id_of(Some(value), rule).is_ok();
    let mut found = Vec::new();
    for place in PLACES {
        for key in matching_keys(event, place, &wanted, forms) {
            let path = pointer::push(place, &key);
            if path == expected || !event.pointer(&path).is_some_and(usable) {
                continue;
            }
            let kind = match (norm(&key) == wanted, place == wanted_place) {
                (true, true) => HintKind::Spelling,
                (true, false) => HintKind::Level,
                (false, _) => HintKind::Alias,
            };
            found.push(Hint { path, kind });
        }
    }
    let further: &[(&str, HintKind)] = match id {
        Id::Account => &[
            ("/traits/company/id", HintKind::Alias),
            ("/context/traits/company/id", HintKind::Alias),
        ],
        Id::User => &[("/anonymousId", HintKind::Anonymous)],
    };
    for &(path, kind) in further {
        let reachable = in_objects(event, path);
        if path != expected && reachable && event.pointer(path).is_some_and(usable) {
            found.push(Hint { path: path.to_owned(), kind });
        }
    }
    found
}

/// The keys of a place that name the id in any form, each once, in byte order.
fn matching_keys<'d>(
    event: &Event<'d>,
    place: &str,
    wanted: &str,
    forms: &[&str],
) -> Vec<Cow<'d, str>> {
    let last = wanted.bytes().last();
    let fits = |key: &str| {
        // all forms end in `d`, and most keys do not
        if let Some(b) = key.bytes().last().filter(u8::is_ascii_alphanumeric) {
            let b = b.to_ascii_lowercase();
            if b != b'd' && Some(b) != last {
                return false;
            }
        }
        let norm = norm(key);
        norm == wanted || forms.contains(&norm.as_ref())
    };
    let mut keys: Vec<Cow<'d, str>> = match place {
        "" => event.members().map(|member| member.key()).filter(|key| fits(key)).collect(),
        _ => match event.pointer(place) {
            Some(object) if object.is_object() && in_objects(event, place) => {
                object.children().map(|member| member.key()).filter(|key| fits(key)).collect()
            }
            _ => Vec::new(),
        },
    };
    keys.sort();
    keys.dedup();
    keys
}

/// True if every step on the way to a place is through an object, so that `/traits/company/id`
/// does not walk into a list.
fn in_objects(event: &Event<'_>, path: &str) -> bool {
    path.match_indices('/')
        .skip(1)
        .all(|(at, _)| event.pointer(&path[..at]).is_some_and(|value| value.is_object()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Doc;

    fn of(json: &str, id: Id, expected: &str) -> Vec<(String, HintKind)> {
        let doc = Doc::parse(json).expect("valid");
        hints(&Event::bare(doc.root()), id, expected, ValueRule::Plain)
            .into_iter()
            .map(|hint| (hint.path, hint.kind))
            .collect()
    }

    #[test]
    fn the_example_of_the_specification() {
        let call = r#"{"type":"track","userId":"u1","context":{"groupId":"g1"},"properties":{"accountId":"a1"}}"#;
        assert_eq!(
            of(call, Id::Account, "/properties/account_id"),
            [
                ("/properties/accountId".to_owned(), HintKind::Spelling),
                ("/context/groupId".to_owned(), HintKind::Alias)
            ]
        );
        assert_eq!(
            of(call, Id::User, "/properties/user_id"),
            [("/userId".to_owned(), HintKind::Level)]
        );
    }

    #[test]
    fn places_in_order_and_keys_in_byte_order() {
        let call = r#"{"anonymousId":"x","UID":"1","context":{"traits":{"uid":5,"user-id":" "},"user_ID":"c"},
            "traits":{"distinct id":"d","User_Id":"b","userId":"a","company":{"id":7}},"properties":["uid"]}"#;
        let found = of(call, Id::User, "/userId");
        let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "/traits/User_Id",
                "/traits/distinct id",
                "/traits/userId",
                "/context/traits/uid",
                "/UID",
                "/context/user_ID",
                "/anonymousId"
            ]
        );
        assert_eq!(
            of(call, Id::Account, "/groupId"),
            [("/traits/company/id".to_owned(), HintKind::Alias)]
        );
    }
}
