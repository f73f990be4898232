//! The pipeline as the screen reads it.

mod person;
mod sending;
mod views;

use super::alert::Alarm;
use super::export::Exports;
use super::live::Live;
use super::outbox::Outbox;
use crate::call::{Seq, time};
use crate::config::{Arranged, Choices, Notebook};
use crate::engine;
use crate::engine::{Detail as Full, Pipeline, Remarks, Sieve};
use crate::findings::Finding;
use crate::fql::{Filter, Names};
use crate::report::ExportFormat;
use crate::tui::feed::{
    Alerts, By, Chosen, CommonView, ComposedView, Coverage, Detail, Expectations, Feed, Found,
    FoundIn, Groups, InUse, Kept, Looks, Member, Memo, ModelView, Person, Prepared, PushesView,
    Ring, RowView, Sending, SettingsView, Shown, Stats, VendorView, What, Who,
};
use crate::vendors::Delivery;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
pub use views::vendor_views;
use views::{call_view, composed, no_call_view};

/// The write key of calls that came from no other call.
const COMPOSE_KEY: &str = "compose";

/// The pipeline, the addresses that it listens on, and where a choice is kept.
pub struct PipelineFeed {
    pipeline: Arc<Pipeline>,
    sieve: Sieve,
    /// Looks for the calls of one person.
    tracer: Sieve,
    live: Arc<Live>,
    outbox: Arc<Outbox>,
    addresses: Vec<String>,
    choices: Option<Choices>,
    notebook: Option<Notebook>,
    exports: Arc<Exports>,
    /// Where marks go was said once; and what is to be said.
    says_where: AtomicBool,
    said: Mutex<Option<String>>,
    arranged: Mutex<Arranged>,
    alarm: Arc<Alarm>,
    /// What was shown last to be sent to a vendor: its number, the vendor's title, the requests.
    prepared: Mutex<(u64, String, Vec<Delivery>)>,
}

impl PipelineFeed {
    pub fn new(
        pipeline: Arc<Pipeline>,
        live: Arc<Live>,
        addresses: Vec<String>,
        (choices, notebook): (Option<Choices>, Option<Notebook>),
        arranged: Arranged,
        alarm: Arc<Alarm>,
    ) -> PipelineFeed {
        let arranged = Mutex::new(arranged);
        if let Some(choices) = &choices {
            pipeline.set_aside(&choices.aside());
        }
        let [sieve, tracer] = [(); 2].map(|()| Sieve::new(Arc::clone(&pipeline)));
        let (outbox, exports) = (Arc::default(), Arc::default());
        PipelineFeed {
            sieve,
            tracer,
            live,
            outbox,
            pipeline,
            addresses,
            choices,
            notebook,
            exports,
            arranged,
            alarm,
            prepared: Mutex::default(),
            says_where: AtomicBool::new(true),
            said: Mutex::default(),
        }
    }
}

impl Feed for PipelineFeed {
    fn version(&self) -> u64 {
        let behind = self.live.version() + self.outbox.version() + self.exports.version();
        self.pipeline.version()
            + self.sieve.version()
            + self.tracer.version()
            + behind
            + self.alarm.version()
    }

    fn stats(&self) -> Stats {
        self.pipeline.stats()
    }

    fn common(&self) -> Vec<CommonView> {
        self.pipeline.common()
    }

    fn rows(&self) -> u64 {
        self.pipeline.rows()
    }

    fn window(&self, range: Range<u64>) -> Vec<RowView> {
        self.pipeline.window(range)
    }

    fn detail(&self, row: u64) -> Option<Detail> {
        match self.pipeline.detail(row) {
            Ok(Some(Full::Call(call))) => {
                let view = self.pipeline.window(row..row + 1).pop()?;
                Some(Detail::Call(Box::new(call_view(*call, view))))
            }
            Ok(Some(Full::NoCall(row))) => Some(no_call_view(row)),
            Ok(None) => None,
            Err(error) => {
                self.pipeline.notice(format!("the recording cannot be read there: {error}"));
                None
            }
        }
    }

    fn window_of(&self, rows: &[u64]) -> Vec<RowView> {
        self.pipeline.in_view(rows.iter().copied())
    }

    fn filter(&self, filter: Option<Arc<Filter>>) {
        self.sieve.filter(filter);
    }

    fn shown(&self) -> Shown {
        self.sieve.shown()
    }

    fn shown_rows(&self, places: Range<u64>) -> Vec<u64> {
        self.sieve.shown_rows(places)
    }

    fn place_of(&self, row: u64) -> u64 {
        self.sieve.place_of(row)
    }

    fn find(&self, from: u64, forward: bool, what: &What) -> Found {
        self.sieve.find(from, forward, what)
    }

    fn names(&self) -> Box<dyn Names> {
        Box::new(self.pipeline.names())
    }

    fn findings(&self, at_all: bool) -> Groups<FoundIn> {
        self.pipeline.findings(at_all)
    }

    fn coverage(&self, by: By) -> Groups<Coverage> {
        self.pipeline.coverage(by)
    }

    fn expectations(&self) -> Option<Expectations> {
        self.pipeline.expectations(None)
    }

    fn people(&self, who: Who, part: Range<u64>) -> Groups<Person> {
        self.pipeline.people(who, part)
    }

    fn members(&self, who: Who, id: &str) -> Groups<Member> {
        self.pipeline.members(who, id)
    }

    fn id_remarks_about(&self, who: Who, id: &str) -> Vec<Finding> {
        self.pipeline.id_remarks_about(who, id)
    }

    fn vendors(&self) -> Vec<VendorView> {
        let vendors = self.pipeline.vendors();
        vendor_views(&vendors)
    }

    fn in_use(&self) -> InUse {
        let in_use = self.pipeline.in_use();
        match in_use.said() {
            Some(chosen) => InUse { vendors: chosen.to_vec(), chosen: true },
            None => InUse { vendors: (0..self.pipeline.vendors().len()).collect(), chosen: false },
        }
    }

    fn set_in_use(&self, vendors: &[usize]) -> Result<(), String> {
        let known = self.pipeline.vendors();
        let in_use = engine::InUse::chosen(&known, vendors.to_vec());
        self.pipeline
            .set_in_use(in_use)
            .map_err(|error| format!("the calls could not be read again: {error}"))?;
        let names: Vec<&str> = vendors.iter().map(|at| known.info(*at).name.as_str()).collect();
        match &self.choices {
            Some(choices) => choices
                .set_vendors(&names)
                .map_err(|error| format!("chosen, but the choice could not be kept: {error}")),
            None => Ok(()),
        }
    }

    fn mark(&self, seq: Seq, marked: bool) -> Result<(), String> {
        let done = self.pipeline.mark(seq, marked, time::now());
        done.map(|()| self.say_where()).map_err(|error| format!("no mark: {error}"))
    }

    fn note(&self, seq: Seq, text: &str) -> Result<(), String> {
        let done = self.pipeline.note(seq, text, time::now());
        done.map(|()| self.say_where()).map_err(|error| format!("no note: {error}"))
    }

    fn clear(&self) -> Result<(), String> {
        let done = self.pipeline.clear(time::now());
        done.map_err(|error| format!("nothing is cleared: {error}"))
    }

    fn undo_clear(&self) -> Result<(), String> {
        match self.pipeline.undo_clear(time::now()) {
            Ok(true) => Ok(()),
            Ok(false) => Err("nothing was cleared away".to_owned()),
            Err(error) => Err(format!("nothing comes back: {error}")),
        }
    }

    fn export(
        &self,
        file: &str,
        format: ExportFormat,
        filter: Option<Arc<Filter>>,
    ) -> Result<(), String> {
        self.exports.begin(&self.pipeline, file, format, filter)
    }

    fn exporting(&self) -> Option<(u64, u64)> {
        self.exports.progress()
    }

    fn told(&self) -> Option<Result<String, String>> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        self.exports.told().or_else(|| said.take().map(Ok))
    }

    fn kept(&self) -> Kept {
        self.notebook.as_ref().map(Notebook::read).unwrap_or_default()
    }

    fn keep(&self, memo: &Memo) -> Result<(), String> {
        match &self.notebook {
            Some(notebook) => {
                notebook.keep(memo).map_err(|error| format!("this could not be kept: {error}"))
            }
            None => Err("this could not be kept: no home folder is known".to_owned()),
        }
    }

    fn pushes(&self) -> PushesView {
        let vendors = self.pipeline.vendors();
        let fills = vendors.filled_by_pushes().map(|(_, setting)| setting.to_owned());
        self.pipeline.sync(|objects| PushesView {
            run: objects.panel(time::now()),
            companies: objects.companies().len(),
            fills,
        })
    }

    fn pushed(&self, model: &str, items: Range<usize>) -> Option<ModelView> {
        self.pipeline.sync(|objects| {
            let requests = objects.requests();
            let model = objects.model(model)?;
            Some(ModelView {
                items: model.items(),
                objects_synced: model.objects_synced(),
                errors: model.errors(),
                requests,
                window: model.window(items),
            })
        })
    }

    fn pushed_properties(&self, model: &str, item: usize) -> Option<Vec<(String, String)>> {
        self.pipeline.sync(|objects| objects.model(model)?.properties(item))
    }

    fn pushed_companies(&self) -> Option<String> {
        let vendors = self.pipeline.vendors();
        self.pipeline.sync(|objects| vendors.pushed_companies(objects.companies()))
    }

    fn compose(&self, text: &str) -> ComposedView {
        composed(self.pipeline.compose(text, time::now()))
    }

    fn send(&self, to: Option<&str>, text: &str, write_key: Option<&str>) -> Result<(), String> {
        let here = self.addresses.first().map(String::as_str);
        let to = to.or(here).ok_or("nothing listens here: this is a file")?;
        self.outbox.send(to, text, write_key.unwrap_or(COMPOSE_KEY))
    }

    fn prepare(&self, chosen: &Chosen, vendor: usize) -> Result<Prepared, String> {
        self.prepare_for(chosen, vendor)
    }

    fn deliver(&self, number: u64) -> Result<(), String> {
        self.deliver_prepared(number)
    }

    fn sending(&self) -> Option<Sending> {
        self.outbox.last()
    }

    fn settings(&self) -> SettingsView {
        self.live.view()
    }

    fn looks(&self) -> Option<Arc<Looks>> {
        self.live.looks()
    }

    fn judge_again(&self) -> Result<String, String> {
        self.live.judge_again()
    }

    fn aside(&self) -> Vec<String> {
        self.pipeline.aside()
    }

    fn set_aside(&self, codes: &[String]) -> Result<(), String> {
        self.pipeline.set_aside(codes);
        let names: Vec<&str> = codes.iter().map(String::as_str).collect();
        match &self.choices {
            Some(choices) => choices
                .set_aside(&names)
                .map_err(|error| format!("set aside, but that could not be kept: {error}")),
            None => Ok(()),
        }
    }

    fn arranged(&self) -> Arranged {
        self.arranged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn arrange(&self, arranged: Arranged) -> Result<(), String> {
        let kept = self.choices.as_ref().map_or(Ok(()), |choices| choices.set_arranged(&arranged));
        *self.arranged.lock().unwrap_or_else(PoisonError::into_inner) = arranged;
        kept.map_err(|error| format!("it is so now, but that could not be kept: {error}"))
    }

    fn calls_with(&self, codes: &[String]) -> Vec<u64> {
        self.pipeline.calls_with(codes)
    }

    fn addresses(&self) -> Vec<String> {
        self.addresses.clone()
    }

    fn upstream(&self) -> Option<String> {
        self.live.settings().text("upstream").filter(|url| !url.is_empty()).map(str::to_owned)
    }

    fn ring(&self) -> Option<Ring> {
        self.alarm.take_ring()
    }

    fn alerts(&self) -> Alerts {
        self.alarm.counted()
    }

    fn draws(&self) {
        self.pipeline.draws();
    }

    fn drew(&self, took: Duration) {
        self.pipeline.drew(took);
    }
}

impl Drop for PipelineFeed {
    fn drop(&mut self) {
        self.exports.end();
    }
}

impl PipelineFeed {
    /// Says once where marks and notes go, if that is not the recording that is being made.
    fn say_where(&self) {
        let words = match self.pipeline.remarks() {
            Remarks::Recorded => return,
            Remarks::Opened(file) => format!("marks and notes are kept in {}", file.display()),
            Remarks::UntilTheEnd(why) => format!("marks and notes are gone when you quit: {why}"),
        };
        if self.says_where.swap(false, Ordering::Relaxed) {
            *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
        }
    }
}
