//! Ids that are in the call but elsewhere or misspelt, and values that are used as ids and are none.

use super::{case, check_records, codes, segscope};
use serde_json::{Value, json};

/// The records of calls that arrive in a file.
fn records(calls: &[Value], vendor: &str) -> Vec<Value> {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let lines: String = calls.iter().map(|call| format!("{call}\n")).collect();
    std::fs::write(&file, lines).expect("the file is written");
    check_records(home.path(), &file, &["--vendor", vendor])
}

fn finding<'r>(record: &'r Value, code: &str) -> &'r Value {
    let findings = record["findings"].as_array().expect("findings");
    let found = findings.iter().find(|finding| finding["code"] == code);
    found.unwrap_or_else(|| panic!("no {code} in {findings:#?}"))
}

/// The first near miss of a finding: its path and kind.
fn first_hint(finding: &Value) -> (&str, &str) {
    let hint = &finding["hints"][0];
    (hint["path"].as_str().unwrap_or("none"), hint["kind"].as_str().unwrap_or("none"))
}

fn track(properties: Value) -> Value {
    json!({"type": "track", "event": "Report Run", "userId": "u1", "timestamp": "2026-11-28T10:00:00Z",
        "properties": properties})
}

/// Returns the ids that CustomerSuccessBox misses in a track call with these properties.
fn missing_account(properties: Value) -> Value {
    let records = records(&[track(properties)], "customersuccessbox");
    finding(&records[0], "CSB-T-ACCOUNT-MISSING").clone()
}

#[test]
fn ids_one_level_down_in_traits_are_found_and_said_to_move_up() {
    let home = tempfile::tempdir().expect("a folder");
    let file = case("40-flutter-traits-under-custom.ndjson");
    let records = check_records(home.path(), &file, &["--vendor", "customersuccessbox"]);
    for (record, code) in
        [(&records[0], "CSB-G-ACCOUNT-MISSING"), (&records[1], "CSB-I-ACCOUNT-MISSING")]
    {
        let finding = finding(record, code);
        assert_eq!(first_hint(finding), ("/traits/custom/account_id", "nested"));
        let message = finding["message"].as_str().expect("a message");
        assert!(message.contains("up one level"), "{message}");
    }
}

#[test]
fn ids_in_nested_objects_are_found() {
    let home = tempfile::tempdir().expect("a folder");
    let file = case("46-ids-nested-in-objects.ndjson");
    let records = check_records(home.path(), &file, &["--vendor", "customersuccessbox"]);
    let paths = |record: &Value, code: &str| -> Vec<String> {
        let hints = finding(record, code)["hints"].as_array().expect("hints").clone();
        hints.iter().filter_map(|hint| hint["path"].as_str().map(str::to_owned)).collect()
    };
    let track = paths(&records[0], "CSB-T-ACCOUNT-MISSING");
    assert_eq!(track, ["/properties/account/id", "/properties/company/id"]);
    let identify = paths(&records[1], "CSB-I-ACCOUNT-MISSING");
    assert_eq!(identify, ["/traits/account/id", "/traits/organization/id"]);
    let user = paths(&records[0], "CSB-T-USER-MISSING");
    assert!(user.contains(&"/properties/user/id".to_owned()), "{user:?}");
}

#[test]
fn further_nested_forms_are_found() {
    for (properties, path) in [
        (json!({"companies": [{"id": "a1"}]}), "/properties/companies/0/id"),
        (json!({"$groups": {"company": "a1"}}), "/properties/$groups/company"),
        (json!({"organization": {"uuid": "a1"}}), "/properties/organization/uuid"),
        (
            json!({"data": {"attributes": {"accountId": "a1"}}}),
            "/properties/data/attributes/accountId",
        ),
        (json!({"team": {"_id": "a1"}}), "/properties/team/_id"),
        (
            json!({"externalIds": [{"type": "account_id", "id": "a1"}]}),
            "/properties/externalIds/0/id",
        ),
    ] {
        let finding = missing_account(properties.clone());
        assert_eq!(first_hint(&finding), (path, "nested"), "{properties}");
    }
}

#[test]
fn misspelt_and_short_names_are_found() {
    for key in [
        "acount_id",
        "accout_id",
        "compnay_id",
        "acct_id",
        "acctId",
        "accId",
        "account",
        "company",
        "teamId",
        "client_id",
        "externalAccountId",
        "accountExternalId",
        "account_uuid",
        "$group_id",
        "id_account",
        "acccount_id",
        "acocunt_id",
        "organzation_id",
        "@accountId",
        "account_idd",
        "org_uuid",
    ] {
        let finding = missing_account(json!({key: "a1"}));
        assert_eq!(first_hint(&finding), (&*format!("/properties/{key}"), "typo"), "{key}");
    }
    let finding = missing_account(json!({"acount_id": "a1"}));
    assert_eq!(
        finding["fix"], "rename `acount_id` to `account_id` in properties",
        "the fix names the key as it was written"
    );
}

#[test]
fn other_names_and_useless_values_are_no_near_misses() {
    for properties in [
        json!({"discount": "5"}),
        json!({"amount": 5, "amount_id": "x"}),
        json!({"count_id": "x"}),
        json!({"user_agent": "x", "user_ip": "10.0.0.1"}),
        json!({"product": {"id": "p1", "external_id": "x"}}),
        json!({"campaign_id": "c", "order": {"id": "o"}, "device": {"id": "d"}}),
        json!({"acount_id": " ", "accounts": 3}),
        json!({"account": {"name": "Acme", "plan_id": "p"}}),
        json!({"externalIds": [{"type": "ios.idfa", "id": "x"}]}),
    ] {
        let finding = missing_account(properties.clone());
        assert_eq!(finding["hints"], json!([]), "{properties}");
    }
}

#[test]
fn json_text_in_place_of_an_object_is_said_to_be_sent_as_an_object() {
    let home = tempfile::tempdir().expect("a folder");
    let file = case("50-properties-as-json-text.ndjson");
    let records = check_records(home.path(), &file, &["--vendor", "customersuccessbox"]);
    for (record, letter, place) in [(&records[0], "T", "properties"), (&records[1], "I", "traits")]
    {
        for (id, name) in [("ACCOUNT", "account_id"), ("USER", "user_id")] {
            let finding = finding(record, &format!("CSB-{letter}-{id}-MISSING"));
            let message = finding["message"].as_str().expect("a message");
            let says = format!("`{place}` is JSON text and holds `{name}`: send it as an object");
            assert!(message.contains(&says), "{message}");
        }
    }
}

/// The code that a user id gets at a vendor that takes any text.
fn code_of_user(id: &str) -> Vec<String> {
    let call = json!({"type": "track", "event": "E", "userId": id, "properties": {}});
    let records = records(&[call], "suprsend");
    codes(&records[0])
        .iter()
        .filter(|code| code.starts_with("ID-"))
        .map(|code| (*code).to_owned())
        .collect()
}

#[test]
fn missing_values_as_text_are_placeholders() {
    let home = tempfile::tempdir().expect("a folder");
    let file = case("35-ids-from-missing-values.ndjson");
    let records = check_records(home.path(), &file, &["--vendor", "planhat"]);
    for record in &records {
        let id = record["user_id"].as_str().expect("the id is used");
        let codes = codes(record);
        match id {
            "0" | "-1" => assert!(!codes.iter().any(|code| code.starts_with("ID-")), "{id}"),
            "%USER_ID%" | "unknown" | "anonymous" | "guest" => {
                assert!(codes.contains(&"ID-STAND-IN"), "{id}: {codes:?}");
            }
            _ => assert!(codes.contains(&"ID-PLACEHOLDER"), "{id}: {codes:?}"),
        }
    }
    for id in ["{{ user.id }}", "Optional(1)", "org_undefined", "[1,2]", "$USER", "<nil>"] {
        assert_eq!(code_of_user(id), ["ID-PLACEHOLDER"], "{id}");
    }
    for id in
        ["nonesuch", "nilsson", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "ann@example.org", "[a1]"]
    {
        assert!(code_of_user(id).is_empty(), "{id}");
    }
}

#[test]
fn names_in_place_of_values_are_stand_ins() {
    for id in ["userId", "your_account_id", "<account_id>", "anonymous", "TEST", "[USER_ID]"] {
        assert_eq!(code_of_user(id), ["ID-STAND-IN"], "{id}");
    }
    for id in ["userId7", "test-7", "guests", "account_42", "my_account"] {
        assert!(code_of_user(id).is_empty(), "{id}");
    }
}

#[test]
fn made_up_persons_are_stand_ins_at_the_vendors_that_read_them() {
    let call = |traits: Value| json!({"type": "identify", "userId": "u1", "traits": traits});
    let told = |traits: Value, vendor: &str| -> Vec<String> {
        let records = records(&[call(traits)], vendor);
        let findings = records[0]["findings"].as_array().expect("findings").clone();
        let told = findings.iter().filter(|finding| finding["code"] == "ID-STAND-IN");
        told.filter_map(|finding| finding["path"].as_str().map(str::to_owned)).collect()
    };
    let made_up = json!({"email": "user@example.com", "name": "FULL NAME", "phone": "+15550100",
        "company_id": "c1", "account_id": "a1", "user_id": "u1"});
    assert_eq!(told(made_up.clone(), "planhat"), ["/traits/email", "/traits/name"]);
    assert_eq!(told(made_up.clone(), "suprsend"), ["/traits/email", "/traits/phone"]);
    assert_eq!(told(made_up, "customersuccessbox"), ["/traits/email", "/traits/phone"]);
    let real = json!({"email": "ann@example.com", "name": "Full Name", "phone": "+15550101",
        "note": "FULL NAME"});
    assert!(told(real, "planhat").is_empty());
}

#[test]
fn blanks_in_ids_are_shown() {
    for (id, shown) in [
        (" a1", "\\u{20}a1"),
        ("acme\u{a0}", "acme\\u{a0}"),
        ("acme\u{2800}", "acme\\u{2800}"),
        ("ac\u{200c}me", "ac\\u{200c}me"),
        ("acme\u{fe0f}", "acme\\u{fe0f}"),
        ("acme\u{e0041}", "acme\\u{e0041}"),
        ("Acme Corp", "Acme\\u{20}Corp"),
    ] {
        let call = json!({"type": "track", "event": "E", "userId": id, "properties": {}});
        let records = records(&[call], "suprsend");
        let message = finding(&records[0], "ID-BLANKS")["message"].as_str().expect("a message");
        assert!(message.contains(&format!("`{shown}`")), "{message}");
    }
    for id in ["acme", "müller", "日本", "a-b", "😀"] {
        assert!(code_of_user(id).is_empty(), "{id}");
    }
}

#[test]
fn a_doubtful_id_counts_whatever_the_order_of_the_vendors() {
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("calls.ndjson");
    let call = json!({
        "type": "track", "event": "Pay", "userId": "u1", "timestamp": "2026-11-22T10:00:00Z",
        "properties": {"account_id": "undefined", "user_id": "u1", "company_id": "acme"},
    });
    std::fs::write(&file, call.to_string()).expect("written");
    let plan = home.path().join("plan.toml");
    std::fs::write(&plan, "[[event]]\nname = \"Pay\"\n").expect("written");
    for vendors in ["planhat,customersuccessbox", "customersuccessbox,planhat"] {
        let record = &check_records(home.path(), &file, &["--vendor", vendors])[0];
        assert_eq!(record["account_id"], "undefined", "{vendors}");
        let run = |args: &[&str], input: &str| {
            let mut command = segscope(home.path(), args);
            let run = command.arg(&file).args(["--vendor", vendors]).write_stdin(input).output();
            String::from_utf8(run.expect("it runs").stdout).expect("stdout is UTF-8")
        };
        let said = run(&["open", "--plain"], "coverage\nquit\n");
        assert!(said.contains("100% with an account (1 doubtful)"), "{vendors}: {said}");
        let said = run(&["check", "--expect", plan.to_str().expect("UTF-8")], "");
        assert!(said.contains("1 of them doubtful"), "{vendors}: {said}");
    }
}
