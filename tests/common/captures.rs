//! The captured requests of the real SDKs (`tests/captures`).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::path::Path;

/// One captured request.
pub struct Capture {
    pub name: String,
    pub sdk: String,
    pub note: String,
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// All of them, file by file, in the order in which they came.
pub fn captures() -> Vec<Capture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("captures")
        .map(|entry| entry.expect("file").path())
        .collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let sdk = file.file_stem().expect("a name").to_string_lossy().into_owned();
        for (number, line) in std::fs::read_to_string(&file).expect("text").lines().enumerate() {
            let line: Value = serde_json::from_str(line).expect("JSON");
            let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            let headers = line["headers"].as_object().expect("headers").iter();
            all.push(Capture {
                name: format!("{sdk}:{}", number + 1),
                sdk: sdk.clone(),
                note: text("note"),
                method: text("method"),
                path: text("path"),
                query: text("query"),
                headers: headers
                    .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
                    .collect(),
                body: STANDARD.decode(text("body_base64")).expect("base64"),
            });
        }
    }
    all
}
