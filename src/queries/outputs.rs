//! `/_segscope/outputs/SEQ/VENDOR`: returns the output of one call at one vendor.

use crate::call::Seq;
use crate::engine::{Engine, RowDetail};
use crate::queries::{Workers, in_turn};
use crate::report::output_record;
use crate::wire::Reply;
use std::sync::Arc;

pub(crate) async fn answer(engine: &Arc<Engine>, rest: &str, workers: &Workers) -> Reply {
    let asked = rest.split_once('/').and_then(|(seq, vendor)| Some((seq.parse().ok()?, vendor)));
    let Some((seq, vendor)) = asked else {
        let message = "expected outputs/SEQ/VENDOR: the number of a call and the name of a vendor";
        return Reply::failure(400, "bad_path", message);
    };
    let (engine, vendor) = (Arc::clone(engine), vendor.to_owned());
    let made = in_turn(workers, move || output(&engine, seq, &vendor));
    made.await.unwrap_or_else(|_| Reply::failure(500, "internal", "the answer ended early"))
}

fn output(engine: &Engine, seq: u64, name: &str) -> Reply {
    let vendors = engine.vendors();
    let names: Vec<&str> =
        (0..vendors.len()).map(|vendor| vendors.info(vendor).name.as_str()).collect();
    let Some(vendor) = names.iter().position(|known| *known == name) else {
        let message = format!("there is no such vendor; the vendors are {}", names.join(", "));
        return Reply::failure(404, "not_found", &message);
    };
    match engine.detail(engine.row_of(Seq(seq))) {
        Ok(Some(RowDetail::Call(call))) if call.seq.0 == seq => {
            Reply::json(200, output_record(&call, &vendors, vendor))
        }
        Ok(_) => Reply::failure(404, "not_found", &format!("there is no call {seq}")),
        Err(error) => Reply::failure(410, "gone", &format!("call {seq} cannot be read: {error}")),
    }
}
