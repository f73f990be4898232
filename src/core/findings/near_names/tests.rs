use super::*;

#[test]
fn words_of_a_name() {
    for (name, expected) in [
        ("accountExternalId", "account external id"),
        ("accountID", "account id"),
        ("IDAccount", "id account"),
        ("org_uuid", "org id"),
        ("$group-key", "group key"),
        ("_id", "id"),
        ("", ""),
    ] {
        assert_eq!(words(name).join(" "), expected, "{name}");
    }
}

#[test]
fn names_and_their_objects_make_ids() {
    for (parent, key) in [
        ("", "id_account"),
        ("", "account_uuid"),
        ("custom", "account_id"),
        ("account", "id"),
        ("account", "_id"),
        ("company", "uuid"),
        ("organization", "uuid"),
        ("companies", "id"),
        ("$groups", "company"),
        ("team", "id"),
        ("company", "external_id"),
        ("Account", "ID"),
    ] {
        assert!(IdNames::for_id(Id::Account).are_made_by(parent, key), "{parent}.{key}");
        assert!(!IdNames::for_id(Id::User).are_made_by(parent, key), "{parent}.{key}");
    }
    for (parent, key) in [
        ("user", "id"),
        ("users", "id"),
        ("custom", "user_id"),
        ("custom", "uid"),
        ("user", "external_id"),
        ("member", "id"),
        ("", "user_uuid"),
    ] {
        assert!(IdNames::for_id(Id::User).are_made_by(parent, key), "{parent}.{key}");
        assert!(!IdNames::for_id(Id::Account).are_made_by(parent, key), "{parent}.{key}");
    }
    for (parent, key) in [
        ("product", "id"),
        ("order", "uid"),
        ("product", "external_id"),
        ("device", "id"),
        ("user", "name"),
        ("account", "name"),
        ("account", "plan_id"),
        ("parent_account", "id"),
        ("", "id"),
        ("groups", "count"),
    ] {
        assert!(!IdNames::for_id(Id::Account).are_made_by(parent, key), "{parent}.{key}");
        assert!(!IdNames::for_id(Id::User).are_made_by(parent, key), "{parent}.{key}");
    }
}

#[test]
fn misspellings_and_short_forms_are_near() {
    for key in [
        "acount_id",
        "accout_id",
        "accountt_id",
        "acconut_id",
        "compnay_id",
        "comapny_id",
        "acct_id",
        "acctId",
        "accId",
        "account",
        "company",
        "teamId",
        "client_id",
        "externalAccountId",
        "accountExternalId",
        "$group_id",
        "@accountId",
        "accountd",
        "accountld",
        "account1d",
        "\u{430}\u{441}count_id",
        "account_di",
        "acountd",
        "ccount_id",
        "account_no",
        "organiztion_id",
        "org",
        "workspce_id",
        "costumer_id",
    ] {
        assert!(IdNames::for_id(Id::Account).are_nearly(key, "accountid"), "{key}");
    }
    for key in
        ["usr_id", "uesr_id", "useer_id", "user", "user_i", "usr", "memberId", "$user_id", "ser_id"]
    {
        let wanted = if key == "$user_id" { "distinctid" } else { "userid" };
        assert!(IdNames::for_id(Id::User).are_nearly(key, wanted), "{key}");
    }
    assert!(IdNames::for_id(Id::Account).are_nearly("gruop_id", "groupid"));
    assert!(IdNames::for_id(Id::Account).are_nearly("grp_id", "groupid"));
}

#[test]
fn other_words_are_not_near() {
    for key in [
        "discount",
        "amount",
        "count_id",
        "amount_id",
        "discount_id",
        "count",
        "user_agent",
        "user_ip",
        "userIp",
        "user_tz",
        "users",
        "used",
        "used_id",
        "campaign_id",
        "order_id",
        "product_id",
        "module_id",
        "mount_id",
        "accounts",
        "groups",
        "group_by",
        "content_id",
        "account_type",
        "account_ip",
        "company_size",
        "device_id",
        "custom_id",
        "ground_id",
        "contract_id",
        "id",
        "uuid",
        "guid",
        "plan_id",
        "session_id",
        "country",
        "city",
        "",
        "accent_id",
        "compass_id",
        "url_id",
        "utm_id",
        "tent_id",
        "internal_id",
    ] {
        for wanted in ["accountid", "companyid", "groupid"] {
            assert!(!IdNames::for_id(Id::Account).are_nearly(key, wanted), "{key} for {wanted}");
        }
        assert!(!IdNames::for_id(Id::User).are_nearly(key, "userid"), "{key}");
    }
}

#[test]
fn words_that_keep_the_meaning_may_precede_an_id() {
    let is_near = |id, key, wanted| IdNames::for_id(id).are_nearly(key, wanted);
    for key in
        ["current_account_id", "customAccountId", "my_org_id", "activeCompanyId", "our_tenant_uuid"]
    {
        assert!(is_near(Id::Account, key, "accountid"), "{key}");
        assert!(!is_near(Id::User, key, "userid"), "{key}");
        assert!(!is_misspelling(key, "accountid"), "{key}");
    }
    assert!(is_near(Id::User, "current_user_id", "userid"));
    for key in [
        "parent_account_id",
        "previous_account_id",
        "salesforce_account_id",
        "current_plan_id",
        "current_account",
        "custom_id",
        "my_accounts",
    ] {
        assert!(!is_near(Id::Account, key, "accountid"), "{key}");
    }
}
