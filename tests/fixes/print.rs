//! Prints what to paste for each call of a recording, a JSON object a line: `print_fixes FILE`.

use segscope::engine::{Engine, InUse, Recording, RowDetail};
use segscope::findings::fixes::{Snippet, SnippetAudience};
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
    let in_use = InUse::without_choice(&vendors);
    let (engine, _) = Engine::new(recording, vendors, in_use, Default::default())?;
    for row in 0..engine.rows() {
        let Some(RowDetail::Call(call)) = engine.detail(row)? else { continue };
        let Some(fix) = call.fix(SnippetAudience::Owner) else { continue };
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
