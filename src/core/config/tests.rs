use super::*;
use serde_json::json;

fn load(
    project: &str,
    user: &str,
    env: &[(&str, &str)],
    flags: &[&str],
) -> Result<Settings, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let (p, u) = (folder.path().join("segscope.toml"), folder.path().join("user.toml"));
    std::fs::write(&p, project).expect("written");
    std::fs::write(&u, user).expect("written");
    let flags: Result<Vec<_>, _> = flags.iter().map(|flag| read_setting(flag)).collect();
    let sources = Sources {
        flags: flags.map_err(|e| e.to_string())?,
        env: env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        project_file: Some(&p),
        user_file: Some(&u),
    };
    let tidy = |text: String| text.replace(&format!("{}/", folder.path().display()), "");
    Settings::load(&sources).map_err(|error| tidy(error.to_string()))
}

#[test]
fn the_nearer_layer_takes_precedence() {
    let user = "theme = \"light\"\n[vendors]\nuse = [\"acme\"]\n[vendors.acme]\nregion = \"US\"\nlist = [1]\nmap = { a = \"x\", b = \"y\" }\n";
    let project = "[vendors.acme]\nregion = \"EU\"\nmap.b = \"z\"\n";
    let settings = load(
        project,
        user,
        &[("SEGSCOPE_THEME", "contrast"), ("SEGSCOPE_URL", "x"), ("PATH", "x")],
        &["vendors.acme.flag=true", "vendors.acme.word=so so"],
    )
    .expect("good");
    assert_eq!(
        Value::Object(settings.vendors()),
        json!({"acme": {"region": "EU", "list": [1], "map": {"a": "x", "b": "z"}, "flag": true, "word": "so so"}})
    );
    assert_eq!(settings.text("theme"), Some("contrast"));
    assert_eq!(settings.list("vendors.use"), Some(vec!["acme".to_owned()]));
    assert!(settings.origin_of("vendors.acme.region").to_string().ends_with("segscope.toml:2"));
    assert_eq!(
        settings.get("listen").map(|(_, origin)| origin.to_string()),
        Some("preset".to_owned())
    );
}

#[test]
fn the_origin_of_a_vendor_setting_is_its_line_or_one_in_the_same_table() {
    let project = "[vendors.acme]\nregion = \"EU\"\nmap.b = \"z\"\nlist = [1]\n";
    let settings = load(project, "", &[], &[]).expect("good");
    let origin = |key: &str| settings.origin_of(key).to_string();
    for (key, line) in [
        ("vendors.acme.map.b", 3),
        ("vendors.acme.map", 3),
        ("vendors.acme.list.0", 4),
        ("vendors.acme", 4),
    ] {
        assert!(origin(key).ends_with(&format!("segscope.toml:{line}")), "{key} {}", origin(key));
    }
    // a key whose text begins as another key does is not in its table
    for key in ["vendors.acme.regional", "vendors.acme.reg", "vendors.acm", "vendors.acme.map.bc"] {
        assert_eq!(origin(key), "preset", "{key}");
    }
}

#[test]
fn a_list_of_vendors_may_stand_alone() {
    let settings = load("vendors = [\"a\", \"b\"]\n", "", &[], &[]).expect("good");
    assert_eq!(settings.list("vendors.use"), Some(vec!["a".to_owned(), "b".to_owned()]));
    let settings = load("", "", &[("SEGSCOPE_VENDORS", "a, b")], &[]).expect("good");
    assert_eq!(settings.list("vendors.use"), Some(vec!["a".to_owned(), "b".to_owned()]));
}

#[test]
fn reads_keys_of_the_screen_only_from_the_user() {
    let user = "[keys.log]\nopen = [\"o\", \"enter\"]\n[keys.calls]\n";
    let settings = load("", user, &[], &["keys.calls.pause=[\"P\"]"]).expect("good");
    let all: Vec<String> = settings
        .screen_keys()
        .map(|(place, action, keys, _)| format!("{place} {action} {}", keys.join(",")))
        .collect();
    assert_eq!(all, ["calls pause P", "log open o,enter"]);
    assert_eq!(
        load("[keys.log]\nopen = [\"o\"]\n", "", &[], &[]).expect_err("an error"),
        "segscope.toml:2: `keys.log.open` is read from flags and your own config file only, not from a project's file"
    );
    assert_eq!(
        load("", "[keys.log]\nopen = \"o\"\n", &[], &[]).expect_err("an error"),
        "user.toml:2: `keys.log.open` is \"o\"; expected a list of keys, such as [\"ctrl-x\"]"
    );
    assert_eq!(
        load("", "keys = 1\n", &[], &[]).expect_err("an error"),
        "user.toml:1: `keys` is not a setting; the nearest is `keep`"
    );
}

#[test]
fn the_earlier_name_of_the_section_of_colors_is_still_read() {
    let user = "[colours]\nmissing_id = \"red\"\n";
    let settings = load("", user, &[], &["colours.key=blue"]).expect("good");
    let all: Vec<(&str, &str)> = settings.colors().map(|(name, style, _)| (name, style)).collect();
    assert_eq!(all, [("key", "blue"), ("missing_id", "red")]);
    load("[colours]\n", "", &[], &[]).expect("a section in which nothing is set");
    assert_eq!(
        load("", "[colours]\nmissing_id = 5\n", &[], &[]).expect_err("an error"),
        "user.toml:2: `colors.missing_id` is 5; expected a style in words, such as \"red bold\""
    );
    assert!(load("", "coloursx = 1\n", &[], &[]).is_err(), "only the whole name");
}

#[test]
fn an_error_names_the_place_and_the_nearest_key() {
    for (project, flags, want) in [
        (
            "\nthme = 1\n",
            vec![],
            "segscope.toml:2: `thme` is not a setting; the nearest is `theme`",
        ),
        (
            "ascii = \"yes\"\n",
            vec![],
            "segscope.toml:1: `ascii` is \"yes\"; expected true or false",
        ),
        (
            "listen = \"0.0.0.0:1\"\n",
            vec![],
            "segscope.toml:1: `listen` is read from flags and your own config file only, not from a project's file",
        ),
        (
            "a = \n",
            vec![],
            "segscope.toml:1: string values must be quoted, expected literal string",
        ),
        (
            "",
            vec!["webhook_secret=[\"s3cret\"]"],
            "--setting webhook_secret: `webhook_secret` must be a string",
        ),
        ("", vec!["ascii"], "--setting ascii: expected KEY=VALUE, such as vendors.acme.region=EU"),
        (
            "",
            vec!["zzzzzz=1"],
            "--setting zzzzzz: `zzzzzz` is not a setting; `segscope config show` lists them",
        ),
    ] {
        let error = load(project, "", &[], &flags).expect_err("an error");
        assert_eq!(error, want);
    }
}
