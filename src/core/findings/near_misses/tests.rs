use super::*;
use crate::call::Doc;

fn near_misses_of(json: &str, id: Id, expected: &str) -> Vec<(String, HintKind)> {
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
        near_misses_of(call, Id::Account, "/properties/account_id"),
        [
            ("/properties/accountId".to_owned(), HintKind::Spelling),
            ("/context/groupId".to_owned(), HintKind::Alias)
        ]
    );
    assert_eq!(
        near_misses_of(call, Id::User, "/properties/user_id"),
        [("/userId".to_owned(), HintKind::Level)]
    );
}

fn paths(json: &str, id: Id, expected: &str) -> Vec<String> {
    near_misses_of(json, id, expected).into_iter().map(|(path, _)| path).collect()
}

#[test]
fn the_exact_name_in_another_place_comes_before_an_alias() {
    let call = r#"{"properties":{"account_id":"b","groupId":"a"}}"#;
    assert_eq!(
        near_misses_of(call, Id::Account, "/groupId"),
        [
            ("/properties/groupId".to_owned(), HintKind::Level),
            ("/properties/account_id".to_owned(), HintKind::Alias)
        ]
    );
    let deep = r#"{"traits":{"custom":{"account_id":"a"},"companyId":"b","team":{"id":"c"}}}"#;
    assert_eq!(
        near_misses_of(deep, Id::Account, "/traits/account_id"),
        [
            ("/traits/custom/account_id".to_owned(), HintKind::Nested),
            ("/traits/companyId".to_owned(), HintKind::Alias),
            ("/traits/team/id".to_owned(), HintKind::Nested)
        ]
    );
}

#[test]
fn ids_further_down_are_found_up_to_six_levels() {
    let call = r#"{"properties":{"a":{"b":{"c":{"d":{"e":{"account_id":1,"f":{"account_id":2}}}}}},
        "companies":[{"name":"x"},{"id":"c1"}],"products":[{"id":"p"}],"account":{"id":"","plan_id":"x"}},
        "context":{"externalIds":[{"id":"i","type":"ios.idfa"},{"id":"g","type":"group_id"},{"id":"u","type":"user_id"}],
        "device":{"id":"d"}},"traits":{"$groups":{"company":"g2"}}}"#;
    assert_eq!(
        paths(call, Id::Account, "/properties/account_id"),
        [
            "/properties/a/b/c/d/e/account_id",
            "/properties/companies/1/id",
            "/traits/$groups/company",
            "/context/externalIds/1/id"
        ]
    );
    assert_eq!(paths(call, Id::User, "/userId"), ["/context/externalIds/2/id"]);
}

#[test]
fn only_so_many_members_are_looked_at() {
    let many = |before: usize| {
        let members = (0..before).map(|at| format!("\"k{at}\":0,"));
        let members: String = members.collect();
        format!(r#"{{"properties":{{"x":{{{members}"account_id":"a"}}}}}}"#)
    };
    assert_eq!(paths(&many(1998), Id::Account, "/groupId").len(), 1);
    assert_eq!(paths(&many(1999), Id::Account, "/groupId").len(), 0);
}

#[test]
fn misspelt_names_are_told_apart_from_other_words() {
    let call = r#"{"properties":{"acount_id":"a","amount_id":"b","count_id":"c","discount":5,
        "account":{"name":"x"},"teamId":7,"compnay_id":" ","custom":{"acct_id":"d","company":"Acme"}}}"#;
    assert_eq!(
        near_misses_of(call, Id::Account, "/properties/account_id"),
        [
            ("/properties/acount_id".to_owned(), HintKind::Typo),
            ("/properties/teamId".to_owned(), HintKind::Typo),
            ("/properties/custom/acct_id".to_owned(), HintKind::Typo)
        ]
    );
}

#[test]
fn the_id_in_the_traits_is_that_of_the_user_unless_they_are_an_account() {
    let traits = r#""anonymousId":"x","traits":{"id":"1"},"context":{"traits":{"id":"2"}}"#;
    let of_kind =
        |kind: &str| paths(&format!(r#"{{"type":"{kind}",{traits}}}"#), Id::User, "/userId");
    let context = "/context/traits/id";
    assert_eq!(of_kind("identify"), ["/traits/id", context, "/anonymousId"]);
    assert_eq!(of_kind("group"), [context, "/anonymousId"]);
}

#[test]
fn json_text_that_holds_the_id_is_found() {
    let call = r#"{"properties":"{\"accountId\":\"a1\",\"user_id\":\"u1\"}","traits":"{no"}"#;
    let doc = Doc::parse(call).expect("valid");
    let event = Event::bare(doc.root());
    let name = |id, expected| in_json_text(&event, id, expected, ValueRule::Plain);
    let found = |name: &str| Some(("/properties", name.to_owned()));
    assert_eq!(name(Id::Account, "/properties/account_id"), found("accountId"));
    assert_eq!(name(Id::User, "/properties/user_id"), found("user_id"));
    assert_eq!(name(Id::Account, "/groupId"), found("accountId"));
    let doc = Doc::parse(r#"{"properties":"{\"plan\":1}","traits":"account_id"}"#).expect("valid");
    let event = Event::bare(doc.root());
    assert_eq!(in_json_text(&event, Id::Account, "/groupId", ValueRule::Plain), None);
}

#[test]
fn the_wanted_name_comes_first_then_places_in_order_and_keys_in_byte_order() {
    let call = r#"{"anonymousId":"x","UID":"1","context":{"traits":{"uid":5,"user-id":" "},"user_ID":"c"},
        "traits":{"distinct id":"d","User_Id":"b","userId":"a","company":{"id":7}},"properties":["uid"]}"#;
    let found = near_misses_of(call, Id::User, "/userId");
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/traits/User_Id",
            "/traits/userId",
            "/context/user_ID",
            "/traits/distinct id",
            "/context/traits/uid",
            "/UID",
            "/anonymousId"
        ]
    );
    assert_eq!(
        near_misses_of(call, Id::Account, "/groupId"),
        [("/traits/company/id".to_owned(), HintKind::Alias)]
    );
}

#[test]
fn an_object_of_nearly_the_right_name_is_searched_if_the_right_one_is_missing() {
    for (call, expected, found) in [
        (
            r#"{"Properties":{"account_id":"a"}}"#,
            "/properties/account_id",
            Some("/Properties/account_id"),
        ),
        (r#"{"props":{"accountId":"a"}}"#, "/properties/account_id", Some("/props/accountId")),
        (
            r#"{"event_properties":{"account_id":"a"},"properties":null}"#,
            "/properties/account_id",
            Some("/event_properties/account_id"),
        ),
        (
            r#"{"attributes":{"account_id":"a"}}"#,
            "/traits/account_id",
            Some("/attributes/account_id"),
        ),
        (r#"{"Properties":{"account_id":"a"},"properties":{}}"#, "/properties/account_id", None),
        (r#"{"props":["account_id"]}"#, "/properties/account_id", None),
        (r#"{"product":{"account_id":"a"}}"#, "/properties/account_id", None),
        (
            r#"{"options":{"context":{"groupId":"a"}}}"#,
            "/groupId",
            Some("/options/context/groupId"),
        ),
        (r#"{"options":{"groupId":"a"}}"#, "/groupId", Some("/options/groupId")),
    ] {
        let hints = paths(call, Id::Account, expected);
        assert_eq!(hints.first().map(String::as_str), found, "{call}");
    }
}
