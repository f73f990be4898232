//! Prints what to paste for each call of a recording, a JSON object a line: `print_fixes FILE`.

use segscope::engine::{Detail, InUse, Pipeline, Recording};
use segscope::findings::fixes::{Reader, Snippet};
use segscope::vendors::Vendors;
use serde_json::{Value, json};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: print_fixes FILE")?;
    let mut recording = Recording::default();
    recording.add(&path)?;
    let vendors = Arc::new(Vendors::new(&serde_json::Map::new(), &[])?);
    let in_use = InUse::unsaid(&vendors);
    let (pipeline, _) = Pipeline::new(recording, vendors, in_use, None)?;
    for row in 0..pipeline.rows() {
        let Some(Detail::Call(call)) = pipeline.detail(row)? else { continue };
        let Some(fix) = call.fix(Reader::Owner) else { continue };
        let code =
            |snippet: &Snippet| json!({"language": snippet.language, "code": snippet.text()});
        let edits: Vec<String> = fix.edits.iter().map(|edit| edit.words()).collect();
        let line = json!({
            "seq": call.seq.0,
            "write_key": call.write_key,
            "type": call.kind,
            "edits": edits,
            "snippet": code(&fix.snippet),
            "transformation": fix.transformation.as_ref().map(code),
            "call": serde_json::from_str::<Value>(&call.call_text)?,
        });
        println!("{line}");
    }
    Ok(())
}
