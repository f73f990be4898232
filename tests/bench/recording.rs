//! Writes a recording of CALLS calls, in requests of BATCH, to standard output: what the scripts
//! beside it read. With BATCH 0 it writes bare calls, one a line. The calls are varied; the third
//! argument is the number of their users (5,000), or `uniform` for track calls of about 1 KB, all
//! alike, or `short` for track calls of which 2,500 fit into a batch.

#[path = "common/mod.rs"]
mod common;

use segscope::recording::{Body, LineHead, ResponseSource, compose};
use std::io::{BufWriter, Write};

fn main() {
    let number = |at: usize, or: usize| {
        std::env::args().nth(at).map_or(or, |n| n.parse().expect("a number"))
    };
    let (calls, batch) = (number(1, 1_000_000), number(2, 100));
    #[expect(clippy::disallowed_methods, reason = "the recording is its output")]
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let mut call: Box<dyn FnMut(usize) -> String> = match std::env::args().nth(3).as_deref() {
        Some("uniform") => Box::new(common::track),
        Some("short") => Box::new(common::short_track),
        _ => {
            let mut varied = common::varied::Varied::with_users(1, number(3, 5_000));
            Box::new(move |_| varied.call(None))
        }
    };
    if batch == 0 {
        for nth in 0..calls {
            writeln!(out, "{}", call(nth)).expect("room for it");
        }
        return out.flush().expect("room for it");
    }
    let headers = common::headers();
    let mut line = Vec::new();
    for request in 0..calls.div_ceil(batch) {
        let calls: Vec<String> = (0..batch).map(|at| call(request * batch + at)).collect();
        let (path, body) = match &calls[..] {
            [call] => (common::path_of(call), call.clone()),
            _ => ("/v1/batch", common::in_batch(&calls)),
        };
        let head = LineHead {
            received_at: 1_795_341_600_000 + request as i64,
            method: "POST",
            path,
            query: "",
            headers: &headers,
            status: 200,
            response: ResponseSource::Own,
            fault: None,
            is_tls: false,
            excerpt: None,
        };
        compose(&mut line, request as u64 + 1, &head, Body::Json(&body), None, None);
        out.write_all(&line).expect("room for it");
    }
    out.flush().expect("room for it");
}
