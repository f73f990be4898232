//! What a vendor itself is sent from the screen.

use super::{PipelineFeed, views};
use crate::call::credential::without_credentials;
use crate::call::time;
use crate::cli::deliver;
use crate::engine::Detail as Full;
use crate::tui::feed::{Chosen, OutputView, Prepared};
use crate::vendors::{Fidelity, Output};
use std::sync::PoisonError;

impl PipelineFeed {
    /// What would be sent to a vendor of a call, kept to be sent as it is shown.
    pub(crate) fn prepare_for(&self, chosen: &Chosen, vendor: usize) -> Result<Prepared, String> {
        let (outputs, fidelity) = self.outputs(chosen, vendor)?;
        let vendors = self.pipeline.vendors();
        let settings = self.live.settings();
        let stand_in = settings
            .deliver_to(&vendors.info(vendor).name)
            .map(|to| without_credentials(to).into_owned());
        let ready = deliver::prepare(&vendors, &settings, vendor, &outputs)?;
        let requests = ready.iter().zip(&outputs).map(|(delivery, output)| OutputView {
            method: delivery.method.clone(),
            url: delivery.shown_url.clone(),
            headers: delivery.shown_headers.clone(),
            body: Some(delivery.body.clone()),
            from: Vec::new(),
            caveats: output.caveats.clone(),
        });
        let requests = requests.collect();
        let mut kept = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = (kept.0 + 1, vendors.info(vendor).title.clone(), ready);
        let fidelity = views::fidelity(fidelity);
        Ok(Prepared { number: kept.0, requests, stand_in, fidelity })
    }

    /// Begins to send what was prepared under a number, once.
    pub(crate) fn deliver_prepared(&self, number: u64) -> Result<(), String> {
        let mut kept = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != number || kept.2.is_empty() {
            return Err("this is not to be sent any more; ask anew".to_owned());
        }
        let (title, all) = (kept.1.clone(), std::mem::take(&mut kept.2));
        self.outbox.deliver(&title, all)
    }

    /// What a vendor would receive of a call.
    fn outputs(&self, chosen: &Chosen, vendor: usize) -> Result<(Vec<Output>, Fidelity), String> {
        let vendors = match chosen {
            Chosen::Row(row) => match self.pipeline.detail(*row)? {
                Some(Full::Call(call)) => call.vendors,
                _ => return Err("this row is a request, not a call".to_owned()),
            },
            Chosen::Text(text) => {
                let composed = self.pipeline.compose(text, time::now());
                composed.map_err(|error| error.to_string())?.vendors
            }
        };
        let rendered =
            vendors.into_iter().find(|(at, _)| *at == vendor).map(|(_, rendered)| rendered);
        match rendered {
            Some(rendered) if !rendered.requests.is_empty() => {
                Ok((rendered.requests, rendered.fidelity))
            }
            Some(rendered) => Err(format!(
                "this vendor would receive nothing of the call: {}",
                rendered.verdict.name()
            )),
            None => Err("this vendor did not judge the call".to_owned()),
        }
    }
}
