//! `/_segscope/judge`: what vendors would make of a call. It is not recorded, and nothing learns from
//! it.

use crate::call::time;
use crate::report::draft_record;
use crate::server::api::read_body;
use crate::server::connection_state::PhaseCell;
use crate::server::listener_thread::Server;
use crate::wire::Reply;
use hyper::body::Incoming;

/// More than any single call may have.
const BODY_LIMIT: usize = 1 << 20;

pub(crate) async fn answer(server: &Server, body: Incoming, watch: &PhaseCell) -> Reply {
    let (data, _permit) = match read_body(server, body, BODY_LIMIT, watch).await {
        Ok(read) => read,
        Err(reply) => return reply,
    };
    let bad = |message: &str| Reply::failure(400, "bad_call", message);
    let Ok(text) = std::str::from_utf8(&data) else {
        return bad("expected a call as JSON in UTF-8");
    };
    let engine = &server.engine;
    match engine.compose(text, time::now()) {
        Ok(draft) if draft.calls == 1 => {
            let shown = engine.in_use().shown();
            Reply::json(200, draft_record(&draft, &engine.vendors(), &shown))
        }
        Ok(draft) => bad(&format!("expected one call, found {}", draft.calls)),
        Err(error) => bad(&error.to_string()),
    }
}
