//! Sending from the screen: calls to a tracking API, outputs to a vendor.

use super::views::{CallSource, ComposedCall, DraftError, OutputView, PreparedRequests, Sending};
use super::{Inspector, deliver};
use crate::call::credential::without_credentials;
use crate::engine::RowDetail as Full;
use crate::vendors::{Fidelity, Output};
use std::sync::PoisonError;

/// The write key of composed calls that were not made from another call.
const COMPOSE_KEY: &str = "compose";

impl Inspector {
    /// Judges the text of a call as if it arrived now. It is quick enough to be called for each typed key.
    ///
    /// # Errors
    /// Returns the place where the text is not a call, and what was expected there.
    pub fn compose(&self, text: &str) -> Result<ComposedCall, DraftError> {
        self.engine.compose(text, self.now()).map(ComposedCall::new)
    }

    /// Starts to send a text to a base address, or to the first of [`Inspector::addresses`], with this
    /// write key or segscope's own; [`Inspector::sending`] has the result. The error is the reason why it
    /// did not start.
    pub fn send(
        &self,
        to: Option<&str>,
        text: &str,
        write_key: Option<&str>,
    ) -> Result<(), String> {
        let here = self.addresses.first().map(String::as_str);
        if to.is_none() && self.forwards() {
            return Err(
                "this listener forwards to the real service; choose where to send".to_owned()
            );
        }
        let to = to.or(here).ok_or("nothing listens here: this is a file")?;
        self.outbox.send(to, text, write_key.unwrap_or(COMPOSE_KEY))
    }

    /// Returns true if this listener forwards or mirrors, so that a call sent to it becomes real data.
    pub fn forwards(&self) -> bool {
        let options = self.engine.ingest_options();
        options.forwards_to.is_some() || options.mirrors_to.is_some()
    }

    /// Prepares the requests that deliver a call to a vendor, with the user's own keys, and keeps them so
    /// that exactly what was shown is sent. The error is the reason why nothing can be sent.
    pub fn prepare(&self, chosen: &CallSource, vendor: usize) -> Result<PreparedRequests, String> {
        let (outputs, fidelity) = self.outputs(chosen, vendor)?;
        let vendors = self.engine.vendors();
        let settings = self.live.in_force().1;
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
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        *prepared = (prepared.0 + 1, vendors.info(vendor).title.clone(), ready);
        let fidelity = fidelity.into();
        Ok(PreparedRequests { number: prepared.0, requests, stand_in, fidelity })
    }

    /// Starts to send the requests that were prepared under this number, once; [`Inspector::sending`] has
    /// the result.
    pub fn deliver(&self, number: u64) -> Result<(), String> {
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if prepared.0 != number || prepared.2.is_empty() {
            return Err("this can no longer be sent; start again".to_owned());
        }
        let (title, all) = (prepared.1.clone(), std::mem::take(&mut prepared.2));
        self.outbox.deliver(&title, all)
    }

    /// Returns the last thing that was sent, and its result.
    pub fn sending(&self) -> Option<Sending> {
        self.outbox.last()
    }

    /// Returns the outputs of a call for a vendor.
    fn outputs(
        &self,
        chosen: &CallSource,
        vendor: usize,
    ) -> Result<(Vec<Output>, Fidelity), String> {
        let vendors = match chosen {
            CallSource::Row(row) => match self.engine.detail(*row)? {
                Some(Full::Call(call)) => call.vendors,
                _ => return Err("this row is a request, not a call".to_owned()),
            },
            CallSource::Text(text) => {
                let composed = self.engine.compose(text, self.now());
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
            None => Err("this vendor has no result for the call".to_owned()),
        }
    }
}
