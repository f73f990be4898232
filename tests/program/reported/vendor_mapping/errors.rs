//! Mistakes in a vendor file are reported with their line, key and what was expected.

use super::{check, identify};
use crate::reported::segscope;
use crate::reported::vendor_files::{code, vendor};

#[test]
fn what_an_address_or_header_may_not_hold_is_told_with_its_line() {
    let home = tempfile::tempdir().expect("a folder");
    let setting = "setting = [{ key = \"a\", type = \"secret\", doc = \"a\" }, { key = \"b\", type = \"secret\", doc = \"b\" }]\n";
    let missing = "need = \"required\", missing = \"NOBODY\"";
    for (user, url, headers, at, says) in [
        (missing, "https://{@user}.x.example/", "{}", "url =", "an id may only be in the path"),
        (missing, "{@user}", "{}", "url =", "an id may only be in the path"),
        (
            missing,
            "https://x.example/{@usr}",
            "{}",
            "url =",
            "`{@usr}`: an address may hold {@account}",
        ),
        (
            missing,
            "https://x.example/{/userId}",
            "{}",
            "url =",
            "`{/userId}` in an address or header is not a setting",
        ),
        (
            missing,
            "https://x.example/",
            "{ X-User = \"{@user}\" }",
            "X-User",
            "a header none of them",
        ),
        (
            missing,
            "https://x.example/",
            "{ Authorization = \"Basic {a:c:base64}\" }",
            "Authorization",
            "is not a setting of this vendor (`c`)",
        ),
        (
            missing,
            "https://x.example/",
            "{ Authorization = \"Basic {a:base46}\" }",
            "Authorization",
            "after `:`, expected lower, hmac-sha1 or base64",
        ),
        (
            missing,
            "https://x.example/",
            "{ Authorization = \"Basic {:base64}\" }",
            "Authorization",
            "`{:base64}` in an address or header is not a setting",
        ),
        (
            "need = \"info\"",
            "https://x.example/{@user}",
            "{}",
            "url =",
            "no request of an identify call is always made",
        ),
        (
            "need = \"info\", missing = \"WEAK\"",
            "https://x.example/{@user}",
            "{}",
            "url =",
            "no request of an identify call is always made",
        ),
        (
            missing,
            "https://x.example/\"\nonly_with = \"/traits",
            "{}",
            "url =",
            "no request of an identify call is always made",
        ),
        (
            missing,
            "https://x.example/\"\nonly_with = \"@traits/x",
            "{}",
            "only_with",
            "`@traits/x` is none of @account, @user, @session, @time",
        ),
        (
            missing,
            "https://x.example/\"\nfields = [{ to = \"/at\", value = 2026-01-01 }]\nbody = \"fields",
            "{}",
            "to = \"/at\"",
            "JSON has no dates",
        ),
    ] {
        let request = format!("url = \"{url}\"\nheaders = {headers}");
        let codes =
            code("AC-I-NOBODY", "error", "effect = \"drop\"") + &code("AC-I-WEAK", "warning", "");
        let file = vendor(&(setting.to_owned() + &identify(user, &request)), &codes);
        let (ended, said) = check(home.path(), &file);
        assert_eq!(ended, Some(2), "{url} {headers}: {said}");
        let line = file[..file.find(at).expect(at)].matches('\n').count() + 1;
        assert!(said.contains(&format!("acme.toml: line {line}: ")), "{url}: line {line}: {said}");
        assert!(said.contains(says), "{url} {headers}: {said}");
    }
}

#[test]
fn a_slip_in_a_file_is_told_with_its_line_its_key_and_what_was_expected() {
    let home = tempfile::tempdir().expect("a folder");
    let output = segscope(home.path(), &["vendors", "template"]).output().expect("it runs");
    let template = String::from_utf8(output.stdout).expect("UTF-8");
    for (from, to, says) in [
        (
            "from = [\"/event\"]",
            "from = \"/event\"",
            "`from`: expected another type, not string \"/event\", a list was expected",
        ),
        (
            "max = 60",
            "max = \"60\"",
            "`max`: expected another type, not string \"60\", a whole number was expected",
        ),
        (
            "title = \"Acme\"",
            "title = 3",
            "`title`: expected another type, not integer `3`, a string was expected",
        ),
        (
            "take = \"text\"",
            "take = \"txt\"",
            "`take`: unknown variant `txt`, expected one of `any`, `truthy`",
        ),
        (
            "need = \"required\", missing = \"ACCOUNT-MISSING\"",
            "need = \"must\", missing = \"ACCOUNT-MISSING\"",
            "`need`: unknown variant `must`, expected one of `required`",
        ),
        (
            "one_of = \"plans\"",
            "one_of = \"region\"",
            "the setting `region` is not a list of type `texts` or `ids`",
        ),
        (
            "one_of = \"plans\"",
            "default_setting = \"plans\"",
            "the setting `plans` is not a string",
        ),
        (
            "listed_in = { setting = \"plans\"",
            "listed_in = { setting = \"region\"",
            "the setting `region` is not a list of type `texts` or `ids`",
        ),
        (
            "listed_in = { setting = \"plans\"",
            "listed_in = { setting = \"planes\"",
            "`planes` is not a setting of this vendor",
        ),
        (
            "default = \"US\"",
            "default = \"UK\"",
            "the default of a setting is wrong: `region` must be one of US, EU",
        ),
        (
            "default = [\"free\", \"team\"]",
            "default = \"free\"",
            "the default of a setting is wrong: `plans` must be a list of strings, not a string",
        ),
        ("Bearer {token}", "Bearer {plans}", "the setting `plans` is not a string or a secret"),
        ("becomes = \"event\"\n", "", "missing field `becomes`"),
    ] {
        let at = template.find(from).unwrap_or_else(|| panic!("{from}"));
        let file = template.replacen(from, to, 1);
        let (ended, said) = check(home.path(), &file);
        assert_eq!(ended, Some(2), "{to}: {said}");
        assert!(said.contains(says), "{to}: {said}");
        let line = template[..at].matches('\n').count() + 1;
        if !to.is_empty() {
            assert!(said.contains(&format!("acme.toml: line {line}: ")), "{to}: {line}: {said}");
        }
    }
}
