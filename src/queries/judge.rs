//! `/_segscope/judge`: returns what each vendor would do with a call. The call is not recorded, and
//! no vendor memory learns from it.

use crate::call::time;
use crate::engine::Engine;
use crate::report::draft_record;
use crate::wire::Reply;

pub(crate) fn answer(engine: &Engine, call: &[u8]) -> Reply {
    let bad = |message: &str| Reply::failure(400, "bad_call", message);
    let Ok(text) = std::str::from_utf8(call) else {
        return bad("expected a call as JSON in UTF-8");
    };
    match engine.compose(text, time::now()) {
        Ok(draft) if draft.calls == 1 => {
            let shown = engine.in_use().shown();
            Reply::json(200, draft_record(&draft, &engine.vendors(), &shown))
        }
        Ok(draft) => bad(&format!("expected one call, found {}", draft.calls)),
        Err(error) => bad(&error.to_string()),
    }
}
