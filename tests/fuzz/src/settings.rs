//! Settings of a project, of the user, and of a flag: refused with their place, or in force.

use segscope::config::{Settings, Sources, read_setting};
use segscope::vendors::Vendors;
use std::path::PathBuf;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder"));

pub fn run(data: &[u8]) {
    let file: PathBuf = FOLDER.path().join("segscope.toml");
    std::fs::write(&file, data).expect("written");
    let env = vec![("SEGSCOPE_ASCII".to_owned(), "true".to_owned())];
    let own = Sources { env: env.clone(), user_file: Some(&file), ..Sources::default() };
    let project = Sources { env, project_file: Some(&file), ..Sources::default() };
    for sources in [own, project] {
        let settings = match Settings::load(&sources) {
            Ok(settings) => settings,
            Err(error) => {
                error.to_string();
                continue;
            }
        };
        for (key, _, origin) in settings.iter() {
            origin.to_string();
            let project = settings.project_origin(key).is_some();
            let secret = key.starts_with("keys.") || key.starts_with("deliver.");
            let own_only = [
                "listen",
                "record",
                "upstream",
                "forward",
                "mirror",
                "alert_with",
                "webhook_secret",
            ];
            let taken = project && (secret || own_only.contains(&key));
            assert!(!taken, "a project's file sets {key}");
        }
        settings.screen_keys().count();
        settings.colors().count();
        if let Err(error) = Vendors::new(&settings.vendors(), &[]) {
            error.to_string();
        }
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Some(line) = text.lines().next()
        && let Ok((key, value, written)) = read_setting(line)
    {
        let flags = Sources { flags: vec![(key, value, written)], ..Sources::default() };
        if let Err(error) = Settings::load(&flags) {
            error.to_string();
        }
    }
}
