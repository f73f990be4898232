//! The commands that an author of a vendor file uses: `map`, `vendors show`, `vendors template`.

use super::segscope;
use serde_json::{Value, json};
use std::path::Path;

fn run(home: &Path, args: &[&str], input: &str) -> (Option<i32>, String, String) {
    let output = segscope(home, args).write_stdin(input).output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn answers(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn template(home: &Path, name: &str) -> String {
    let args = [&["vendors", "template"][..], &[name][usize::from(name.is_empty())..]].concat();
    let (ended, text, _) = run(home, &args, "");
    assert_eq!(ended, Some(0), "{name}");
    text
}

#[test]
fn map_takes_vendor_files_and_those_of_the_config_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join(".config/segscope/vendors");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("up.toml"), template(home.path(), "userpilot")).expect("written");
    std::fs::write(home.path().join("acme.toml"), template(home.path(), "")).expect("written");
    let lines = concat!(
        r#"{"vendor":"userpilot","event":{"type":"track","userId":"u","event":"E"}}"#,
        "\n",
        r#"{"vendor":"userpilot","settings":{"endpoint":"https://eu.example","api_key":"k3y"},"event":{"type":"track","userId":"u","event":"E"}}"#,
        "\n",
        r#"{"vendor":"userpilot","settings":{"endpont":"x"},"event":{}}"#,
        "\n",
        r#"{"vendor":"acme","settings":{"region":"EU"},"prior_events":[{"type":"identify","userId":"u"}],"event":{"type":"track","event":"E","properties":{"account_id":"a 1"}}}"#,
        "\n",
        r#"{"vendor":"planhat","prior_events":[{"type":"identify","userId":"u","traits":{"company_id":"c"}}],"event":{"type":"track","userId":"u","event":"E"}}"#,
        "\n",
        r#"{"vendor":"acmee","event":{}}"#,
        "\n",
    );
    let (ended, out, err) = run(home.path(), &["map", "--vendor-file", "acme.toml"], lines);
    assert_eq!((ended, err.as_str()), (Some(0), ""));
    let answers = answers(&out);
    let url = |at: usize| &answers[at]["requests"][0]["url"];
    assert_eq!(url(0), "https://analytex.userpilot.io/v1/track");
    assert_eq!(url(1), "https://eu.example/v1/track");
    assert!(!out.contains("k3y"), "{out}");
    assert_eq!(
        answers[2]["error"],
        "userpilot: `endpont` is not a setting, did you mean `endpoint`?"
    );
    assert_eq!(url(3), "https://api.acme.example/accounts/a%201/events");
    assert_eq!(answers[3]["transport"]["url"], "https://in-eu.acme.example/segment");
    assert_eq!(answers[4]["findings"][0]["code"], "PH-T-COMPANY-ABSENT");
    let error = answers[5]["error"].as_str().expect("a text");
    assert!(error.starts_with("no vendor is named `acmee`") && error.contains("--vendor-file"));

    let (ended, _, err) = run(home.path(), &["map", "--vendor-file", "none.toml"], lines);
    assert_eq!(ended, Some(2));
    assert!(err.contains("none.toml: the vendor file could not be read: "), "{err}");
    std::fs::write(home.path().join("bad.toml"), "name = 'bad'\ntitel = 'Bad'\n").expect("written");
    let (ended, out, err) = run(home.path(), &["map", "--vendor-file", "bad.toml"], lines);
    assert_eq!((ended, out.as_str()), (Some(2), ""));
    assert!(err.contains("bad.toml: line 2: unknown field `titel`"), "{err}");
}

#[test]
fn a_file_vendor_maps_alike_in_map_and_check() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("up.toml"), template(home.path(), "userpilot"))
        .expect("written");
    for (at, event) in [
        r#"{"type":"identify","userId":"u","traits":{"company":{"id":"c","tags":[1]}},"timestamp":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:00Z"}"#,
        r#"{"type":"identify","anonymousId":"a","timestamp":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:00Z"}"#,
        r#"{"type":"track","userId":7,"event":"E","properties":{"n":{"x":[]}},"timestamp":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:00Z"}"#,
        r#"{"type":"group","userId":"u","groupId":null,"timestamp":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:00Z"}"#,
        r#"{"type":"page","userId":"u","timestamp":"2026-01-01T00:00:00Z","receivedAt":"2026-01-01T00:00:00Z"}"#,
    ]
    .into_iter()
    .enumerate()
    {
        let file = home.path().join(format!("{at}.ndjson"));
        std::fs::write(&file, event).expect("written");
        let checked = super::check_records(
            home.path(),
            &file,
            &["--vendor-file", "up.toml", "--vendor", "userpilot"],
        );
        let checked = &checked[0]["vendors"]["userpilot"];
        // Userpilot's pages disagree about the name of a company's id
        let is_doubtful = checked["caveats"].to_string().contains("`company_id`");
        assert_eq!(is_doubtful, at == 0, "{event}");
        let line = format!(r#"{{"vendor":"userpilot","event":{event}}}"#);
        let (_, out, _) = run(home.path(), &["map", "--vendor-file", "up.toml"], &line);
        let mapped = &answers(&out)[0];
        for key in ["verdict", "requests"] {
            assert_eq!(mapped[key], checked[key], "{event}: {key}");
        }
    }
}

#[test]
fn vendors_show_prints_every_mapping_with_its_request_and_source() {
    let home = tempfile::tempdir().expect("a folder");
    let show = |name: &str| {
        let (ended, out, err) = run(home.path(), &["vendors", "show", name], "");
        assert_eq!(ended, Some(0), "{err}");
        out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    let has = |shown: &Vec<String>, line: &str| {
        assert!(shown.iter().any(|shown| shown == line), "{line}\n{}", shown.join("\n"));
    };
    let custify: Vec<String> = show("custify");
    for line in [
        "track account /properties/organization_id, /properties/company_id, /properties/companyId info CUS-T-ACCOUNT-ABSENT public: RudderStack's transformer",
        "request 1 of 2: POST https://api.custify.com/company",
        "request 2 of 2: POST https://api.custify.com/people",
        "each member of /properties /metadata/‹member› scalar, truthy {} public: RudderStack's transformer",
    ] {
        has(&custify, &line.replace(" info ", " good to have "));
    }
    let second = custify.iter().position(|line| line.starts_with("request 2 of 2")).expect("there");
    let first = custify.iter().position(|line| line.starts_with("request 1 of 2")).expect("there");
    let of_company = |line: &String| line.contains("/company_id ");
    assert!(custify[first..second].iter().any(of_company), "fields stand under their request");
    let boxed: Vec<String> = show("customersuccessbox");
    assert!(
        boxed.iter().any(|line| line.starts_with("those members of /traits /‹member› scalar, listed in the setting user_custom_attributes")),
        "{}",
        boxed.join("\n")
    );
    let finding = boxed.iter().find(|line| line.starts_with("CSB-T-ACCOUNT-MISSING error"));
    assert!(
        finding.is_some_and(|line| line.contains("account_id missing document")),
        "{finding:?}"
    );
    let planhat: Vec<String> = show("planhat");
    assert!(planhat.iter().any(|line| line.contains("dock/segment") && line.contains("public")));

    std::fs::write(home.path().join("acme.toml"), template(home.path(), "")).expect("written");
    let args = ["vendors", "show", "acme", "--vendor-file", "acme.toml"];
    let (_, out, _) = run(home.path(), &args, "");
    for part in [
        "@traits is the first of /context/traits, /traits that is present",
        "request: PUT https://api.acme.example/users",
        "request: POST https://api.acme.example/accounts/{@account}/events",
        "only with @traits/company/id",
        "each member of @traits",
        "createdAt as created_at, without account_id",
        "AC-T-ACCOUNT-MISSING, AC-T-ACCOUNT-TYPE",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
}

#[test]
fn the_examples_are_vendors_as_they_are_printed() {
    let home = tempfile::tempdir().expect("a folder");
    for name in ["userpilot", "vitally", "webhook", ""] {
        let file = format!("{name}.toml");
        std::fs::write(home.path().join(&file), template(home.path(), name)).expect("written");
        let (ended, out, err) = run(home.path(), &["vendors", "check", &file], "");
        assert_eq!(ended, Some(0), "{err}");
        assert!(out.contains("is a vendor: "), "{out}");
    }
    let (ended, _, err) = run(home.path(), &["vendors", "template", "vitaly"], "");
    assert_eq!(ended, Some(2));
    assert!(
        err.contains("`vitaly` is not an example; there are userpilot, vitally, webhook"),
        "{err}"
    );
    // they are never in use by themselves
    let (_, list, _) = run(home.path(), &["vendors", "list"], "");
    assert!(!list.contains("vitally") && !list.contains("userpilot"), "{list}");
    let line = json!({"vendor": "vitally", "event": {"type": "track"}}).to_string();
    let (_, out, _) = run(home.path(), &["map"], &line);
    assert!(out.contains("no vendor is named `vitally`"), "{out}");
}
