//! A feed made by hand: the same calls on each run, at a clock of its own.

mod columns;
mod counts;
mod person;
mod samples;

use columns::FakeColumns;
use samples::{Sample, call, refused};
use segscope::call::Seq;
use segscope::filter::{Filter, Names, Path};
use segscope::findings::Severity;
use segscope::objects::{Objects, Step};
use segscope::pipeline::Plan;
use segscope::report::ExportFormat;
use segscope::tui::feed::*;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// 2026-11-22T10:00:00Z
const BEGIN_MS: i64 = 1_795_341_600_000;
const BASE: &str = "http://127.0.0.1:7357";

struct State {
    rows: Vec<(RowView, Detail)>,
    in_use: Option<Vec<usize>>,
    version: u64,
    problem: Option<String>,
    reading: Option<(u64, u64)>,
    waited: u64,
    common: Vec<CommonView>,
    pushes: Objects,
    settings: SettingsView,
    looks: Option<Arc<Looks>>,
    sending: Option<Sending>,
    addresses: Option<Vec<String>>,
    upstream: Option<String>,
    exporting: Option<(u64, u64)>,
    filter: Option<Arc<Filter>>,
    generation: u64,
    /// Only so many rows were looked at, the newest first; none: all.
    looked_at: Option<u64>,
    /// A search looks at so many rows at once; none: at all.
    patience: Option<u64>,
    kept: Kept,
    aside: Vec<String>,
    arranged: Arranged,
    alerts: Alerts,
    remarks: u64,
    told: Option<Result<String, String>>,
    cleared: Option<Vec<(RowView, Detail)>>,
    plan: Option<Plan>,
    traced: Option<Arc<Filter>>,
    /// What passes that one, at so many rows of which so many were looked at: not for each frame.
    found: Option<(usize, Option<u64>, Vec<u64>)>,
    sessions: BTreeMap<usize, Vec<Span>>,
    disorder: Vec<Disorder>,
}

impl State {
    fn shown(&self) -> Vec<u64> {
        self.passing(self.filter.as_ref())
    }

    fn traced(&mut self) -> Vec<u64> {
        let (rows, looked_at) = (self.rows.len(), self.looked_at);
        match &self.found {
            Some((of, at, found)) if (*of, *at) == (rows, looked_at) => found.clone(),
            _ => {
                let found = self.passing(self.traced.as_ref());
                self.found = Some((rows, looked_at, found.clone()));
                found
            }
        }
    }

    fn passing(&self, filter: Option<&Arc<Filter>>) -> Vec<u64> {
        match filter {
            None => (0..self.rows.len() as u64).collect(),
            Some(filter) => self
                .rows
                .iter()
                .rev()
                .take(self.looked_at.map_or(usize::MAX, |rows| rows as usize))
                .rev()
                .filter(|(row, detail)| filter.matches(&FakeColumns::new(row, detail)))
                .map(|(row, _)| row.row)
                .collect(),
        }
    }
}

/// What the usual calls have.
struct FakeNames;

impl Names for FakeNames {
    fn fields(&self, under: &[String], _typed: &str) -> Vec<String> {
        let names: &[&str] = match under {
            [] => &["type", "event", "userId", "properties", "traits", "context"],
            [one] if one == "properties" => &["account_id", "user_id", "total", "module_id"],
            [one] if one == "traits" => &["account_id", "plan", "employees"],
            _ => &[],
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn values(&self, path: &Path, _typed: &str) -> Vec<String> {
        let values: &[&str] = match path.name() {
            Some("event") => &["Order Received", "Report Exported", "Seat Added", "Invoice Paid"],
            _ => &[],
        };
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    fn vendors(&self) -> Vec<String> {
        vec!["customersuccessbox".to_owned(), "planhat".to_owned()]
    }

    fn codes(&self, _typed: &str) -> Vec<String> {
        vec!["CSB-T-ACCOUNT-MISSING".to_owned(), "CSB-T-USER-MISSING".to_owned()]
    }
}

/// The feed.
pub struct FakeFeed {
    state: Mutex<State>,
    vendors: Vec<VendorView>,
}

fn vendor(name: &str, title: &str, short: &str, fed_by: &str, fidelity: &str) -> VendorView {
    let means = match fidelity {
        "wire" => "these requests are made exactly so",
        _ => "the vendor takes the call itself; this is the same write as its public API has it",
    };
    VendorView {
        name: name.to_owned(),
        title: title.to_owned(),
        short: short.to_owned(),
        fed_by: fed_by.to_owned(),
        document: format!("{title}, “Segment integration”"),
        fidelity: fidelity.to_owned(),
        fidelity_means: means.to_owned(),
        pushes: (name == "planhat").then(|| {
            "Planhat syncs its objects to Segment three times a day, or when “Push data to Segment” is pressed on its Segment page.".to_owned()
        }),
        preset: (name == "suprsend").then(|| Preset {
            keys: vec!["channel_mapping".to_owned()],
            lines: "[vendors.suprsend]\nchannel_mapping = { email = \"email\" }\n".to_owned(),
        }),
    }
}

impl FakeFeed {
    /// An empty one with so many vendors.
    pub fn new(vendors: usize) -> FakeFeed {
        let all = vec![
            vendor("customersuccessbox", "CustomerSuccessBox", "CSB", "Segment", "equivalent"),
            vendor("freshsuccess", "Freshsuccess", "FS", "Segment", "equivalent"),
            vendor("planhat", "Planhat", "PH", "Segment", "equivalent"),
            vendor("suprsend", "SuprSend", "SS", "Segment", "equivalent"),
            vendor("custify", "Custify", "CUS", "RudderStack", "wire"),
        ];
        let vendors = all.into_iter().take(vendors).collect();
        let state = State {
            rows: Vec::new(),
            in_use: None,
            version: 0,
            problem: None,
            reading: None,
            waited: 0,
            common: Vec::new(),
            pushes: Objects::new(60_000),
            settings: SettingsView::default(),
            looks: None,
            sending: None,
            addresses: None,
            upstream: None,
            exporting: None,
            filter: None,
            generation: 0,
            looked_at: None,
            patience: None,
            kept: Kept::default(),
            aside: Vec::new(),
            arranged: Arranged::default(),
            alerts: Alerts::default(),
            remarks: 0,
            told: None,
            cleared: None,
            plan: None,
            traced: None,
            found: None,
            sessions: BTreeMap::new(),
            disorder: Vec::new(),
        };
        FakeFeed { state: Mutex::new(state), vendors }
    }

    /// One that holds the usual calls.
    pub fn with_calls(vendors: usize) -> FakeFeed {
        let feed = FakeFeed::new(vendors);
        (0..12).for_each(|n| feed.add(n));
        feed
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().expect("no test panics while it holds this");
        change(&mut state);
        state.version += 1;
    }

    /// A warning and a lost vendor become noise of one library, and the rows' marks with them.
    pub fn set_common(&self) {
        let view = |vendor, codes: &[&str], severity, summary: &str| CommonView {
            library: "analytics-node".to_owned(),
            kinds: vec!["group", "track"],
            calls: 1_234,
            vendor: Some(vendor),
            codes: codes.iter().map(|code| (*code).to_owned()).collect(),
            severity,
            summary: Some(summary.to_owned()),
        };
        self.change(|state| {
            state.common = vec![
                view(1, &["FS-T-SESSION-MISSING"], Severity::Error, "sends no `anonymousId`"),
                view(
                    0,
                    &["CSB-G-TRAIT-UNMAPPED"],
                    Severity::Warning,
                    "the trait `plan` is not sent",
                ),
            ];
            for (row, detail) in &mut state.rows {
                if row.kind == "group" {
                    row.folded = true;
                    row.marks.iter_mut().for_each(|mark| mark.folded = true);
                    if let Detail::Call(call) = detail {
                        call.row = row.clone();
                    }
                }
            }
        });
    }

    /// A vendor counts for no call.
    pub fn set_unused(&self, vendor: usize) {
        self.change(|state| {
            for (row, detail) in &mut state.rows {
                row.marks.iter_mut().skip(vendor).take(1).for_each(|mark| mark.in_use = false);
                if let Detail::Call(call) = detail {
                    call.row = row.clone();
                    call.vendors[vendor].in_use = false;
                }
            }
        });
    }

    /// A file is being read, and judging fell behind meanwhile.
    pub fn set_reading(&self, reading: Option<(u64, u64)>, waited: u64) {
        self.change(|state| (state.reading, state.waited) = (reading, waited));
    }

    /// Something goes wrong, or is well again.
    pub fn set_problem(&self, problem: Option<&str>) {
        self.change(|state| state.problem = problem.map(str::to_owned));
    }

    /// The filter has looked at so many rows only, from the newest on.
    pub fn set_looked_at(&self, rows: Option<u64>) {
        self.change(|state| state.looked_at = rows);
    }

    /// A search looks at so many rows at once only.
    pub fn set_patience(&self, rows: Option<u64>) {
        self.change(|state| state.patience = rows);
    }

    /// The filter that the screen asked for, as it prints.
    pub fn filter_in_force(&self) -> Option<String> {
        let filter = self.state.lock().expect("unpoisoned").filter.clone();
        filter.map(|filter| filter.to_string())
    }

    /// A push of objects comes, so many seconds after the beginning.
    pub fn push(&self, second: i64, path: &str, body: &str) {
        let step = Step::of("POST", path).expect("a path of the two APIs");
        self.change(|state| {
            state.pushes.take(BEGIN_MS + second * 1000, step, Some(body));
        });
    }

    /// Settings changed; rows before a call are of earlier ones.
    pub fn set_settings(&self, settings: SettingsView) {
        self.change(|state| {
            for (row, detail) in &mut state.rows {
                row.stale = settings.stale_before.is_some_and(|first| row.row + 1 < first);
                if let Detail::Call(call) = detail {
                    call.row = row.clone();
                }
            }
            state.settings = settings;
        });
    }

    /// The settings say this of looks and keys now.
    pub fn set_looks(&self, looks: Looks) {
        self.change(|state| state.looks = Some(Arc::new(looks)));
    }

    /// This came of alerts.
    pub fn set_alerts(&self, alerts: Alerts) {
        self.change(|state| state.alerts = alerts);
    }

    /// A call was sent, and this came of it.
    pub fn set_sending(&self, sending: Sending) {
        self.change(|state| state.sending = Some(sending));
    }

    /// All pushes are forgotten.
    pub fn clear_pushes(&self) {
        self.change(|state| state.pushes = Objects::new(60_000));
    }

    fn remark(&self, seq: Seq, change: impl Fn(&mut RowView)) {
        self.change(|state| {
            let of = |row: &RowView| row.seq == Some(seq);
            for (row, detail) in state.rows.iter_mut().filter(|(row, _)| of(row)) {
                change(row);
                if let Detail::Call(call) = detail {
                    change(&mut call.row);
                }
            }
            state.remarks += 1;
        });
    }

    /// An export is being written.
    pub fn set_exporting(&self, progress: Option<(u64, u64)>) {
        self.change(|state| state.exporting = progress);
    }

    /// The user named the real service.
    pub fn set_upstream(&self, url: &str) {
        self.change(|state| state.upstream = Some(url.to_owned()));
    }

    /// These calls are expected: the text of a plan file.
    pub fn expect(&self, plan: &str) {
        let plan = Plan::read(plan).expect("a plan");
        self.change(|state| state.plan = Some(plan));
    }

    /// Nothing listens.
    pub fn without_address(&self) {
        self.change(|state| state.addresses = Some(Vec::new()));
    }

    /// Adds the n-th of the usual calls (they come round again).
    pub fn add(&self, n: u64) {
        let row = self.rows();
        let received_at = BEGIN_MS + 1_234 * row as i64;
        let (view, detail) = match n % 12 {
            0 => call(self, row, received_at, Sample::IDENTIFY),
            1 => call(self, row, received_at, Sample::GROUP),
            2 => call(self, row, received_at, Sample::GOOD),
            3 => call(self, row, received_at, Sample::MISSING),
            4 => call(self, row, received_at, Sample::PAGE),
            5 => refused(row, received_at),
            6 => call(self, row, received_at, Sample { repeat: true, ..Sample::GOOD }),
            7 => call(self, row, received_at, Sample::NUMBER),
            8 => call(self, row, received_at, Sample::SOME),
            9 => call(self, row, received_at, Sample::HOSTILE),
            10 => call(self, row, received_at, Sample::NOBODY),
            _ => call(self, row, received_at, Sample::MISSING),
        };
        self.change(|state| state.rows.push((view, detail)));
    }
}

impl Feed for FakeFeed {
    fn version(&self) -> u64 {
        self.state.lock().expect("unpoisoned").version
    }

    fn stats(&self) -> Stats {
        let state = self.state.lock().expect("unpoisoned");
        let rows = || state.rows.iter().map(|(row, _)| row);
        Stats {
            calls: rows().filter(|row| row.seq.is_some()).count() as u64,
            repeats: rows().filter(|row| row.repeat).count() as u64,
            requests: rows().count() as u64,
            refused: rows().filter(|row| row.refused.is_some()).count() as u64,
            missing: rows().filter(|row| row.marks.iter().any(|mark| mark.misses)).count() as u64,
            recorded_bytes: 812 * rows().count() as u64,
            recording: Some("/home/jane/.local/state/segscope/2026-11-22.ndjson".into()),
            cleared: state.cleared.as_ref().map(|rows| rows.len() as u64),
            remarks: state.remarks,
            problem: state.problem.clone(),
            reading: state.reading,
            waited: state.waited,
            ..Stats::default()
        }
    }

    fn common(&self) -> Vec<CommonView> {
        self.state.lock().expect("unpoisoned").common.clone()
    }

    fn rows(&self) -> u64 {
        self.state.lock().expect("unpoisoned").rows.len() as u64
    }

    fn window(&self, range: Range<u64>) -> Vec<RowView> {
        let state = self.state.lock().expect("unpoisoned");
        let end = (range.end as usize).min(state.rows.len());
        let start = (range.start as usize).min(end);
        state.rows[start..end].iter().map(|(row, _)| row.clone()).collect()
    }

    fn detail(&self, row: u64) -> Option<Detail> {
        let state = self.state.lock().expect("unpoisoned");
        state.rows.get(row as usize).map(|(_, detail)| detail.clone())
    }

    fn window_of(&self, rows: &[u64]) -> Vec<RowView> {
        let state = self.state.lock().expect("unpoisoned");
        rows.iter().map_while(|row| Some(state.rows.get(*row as usize)?.0.clone())).collect()
    }

    fn filter(&self, filter: Option<Arc<Filter>>) {
        self.change(|state| {
            state.filter = filter;
            state.generation += 1;
        });
    }

    fn shown(&self) -> Shown {
        let state = self.state.lock().expect("unpoisoned");
        let of = state.rows.len() as u64;
        let looked_at = state.looked_at.filter(|_| state.filter.is_some()).unwrap_or(of).min(of);
        let rows = state.shown().len() as u64;
        Shown { generation: state.generation, rows, looked_at, of, known: rows }
    }

    fn shown_rows(&self, places: Range<u64>) -> Vec<u64> {
        let shown = self.state.lock().expect("unpoisoned").shown();
        let end = (places.end as usize).min(shown.len());
        shown[(places.start as usize).min(end)..end].to_vec()
    }

    fn place_of(&self, row: u64) -> u64 {
        let shown = self.state.lock().expect("unpoisoned").shown();
        shown.iter().filter(|shown| **shown < row).count() as u64
    }

    fn find(&self, from: u64, forward: bool, what: &What) -> Found {
        let state = self.state.lock().expect("unpoisoned");
        let matches = |row: &u64| {
            let (row, detail) = &state.rows[*row as usize];
            match what {
                What::Missing => row.marks.iter().any(|mark| mark.misses),
                What::Finding => matches!(row.worst, Some(Severity::Error | Severity::Warning)),
                What::Marked => row.marked,
                What::Matches(filter) => filter.matches(&FakeColumns::new(row, detail)),
            }
        };
        let shown = state.shown().into_iter();
        let mut rows: Vec<u64> = match forward {
            true => shown.filter(|row| *row > from).collect(),
            false => shown.filter(|row| *row < from).rev().collect(),
        };
        let all = rows.len();
        rows.truncate(state.patience.map_or(all, |rows| rows as usize));
        let last = rows.last().copied();
        match rows.iter().copied().find(matches) {
            Some(row) => Found::Row(row),
            None if rows.len() < all => Found::Paused { at: last.unwrap_or(from) },
            None => Found::None,
        }
    }

    fn names(&self) -> Box<dyn Names> {
        Box::new(FakeNames)
    }

    fn findings(&self, at_all: bool) -> Groups<FoundIn> {
        counts::findings(&self.state.lock().expect("unpoisoned").rows, at_all)
    }

    fn coverage(&self, by: By) -> Groups<Coverage> {
        counts::coverage(&self.state.lock().expect("unpoisoned").rows, by)
    }

    fn expectations(&self) -> Option<Expectations> {
        let state = self.state.lock().expect("unpoisoned");
        let plan = state.plan.as_ref()?;
        Some(counts::expectations(&state.rows, plan, self.vendors.len()))
    }

    fn people(&self, who: Who, part: Range<u64>) -> Groups<Person> {
        counts::people(&self.state.lock().expect("unpoisoned").rows, who, part)
    }

    fn members(&self, who: Who, id: &str) -> Groups<Member> {
        counts::members(&self.state.lock().expect("unpoisoned").rows, who, id)
    }

    fn vendors(&self) -> Vec<VendorView> {
        self.vendors.clone()
    }

    fn in_use(&self) -> InUse {
        let chosen = self.state.lock().expect("unpoisoned").in_use.clone();
        InUse {
            chosen: chosen.is_some(),
            vendors: chosen.unwrap_or_else(|| (0..self.vendors.len()).collect()),
        }
    }

    fn set_in_use(&self, vendors: &[usize]) -> Result<(), String> {
        self.change(|state| state.in_use = Some(vendors.to_vec()));
        Ok(())
    }

    fn mark(&self, seq: Seq, marked: bool) -> Result<(), String> {
        self.remark(seq, |row| row.marked = marked);
        Ok(())
    }

    fn note(&self, seq: Seq, text: &str) -> Result<(), String> {
        let note = Some(text.to_owned()).filter(|note| !note.is_empty());
        self.remark(seq, |row| row.note.clone_from(&note));
        Ok(())
    }

    fn clear(&self) -> Result<(), String> {
        self.change(|state| {
            state.cleared = Some(std::mem::take(&mut state.rows));
            state.generation += 1;
        });
        Ok(())
    }

    fn undo_clear(&self) -> Result<(), String> {
        self.change(|state| {
            let mut rows = state.cleared.take().expect("the screen asks only if there are some");
            rows.append(&mut state.rows);
            for (at, (row, detail)) in rows.iter_mut().enumerate() {
                row.row = at as u64;
                if let Detail::Call(call) = detail {
                    call.row.row = at as u64;
                }
            }
            state.rows = rows;
            state.generation += 1;
        });
        Ok(())
    }

    fn export(
        &self,
        file: &str,
        format: ExportFormat,
        filter: Option<Arc<Filter>>,
    ) -> Result<(), String> {
        let filter = filter.map_or("all".to_owned(), |filter| filter.to_string());
        let told = format!("{file} has {filter} as {}", format.name());
        self.change(|state| state.told = Some(Ok(told)));
        Ok(())
    }

    fn exporting(&self) -> Option<(u64, u64)> {
        self.state.lock().expect("unpoisoned").exporting
    }

    fn told(&self) -> Option<Result<String, String>> {
        self.state.lock().expect("unpoisoned").told.take()
    }

    fn kept(&self) -> Kept {
        self.state.lock().expect("unpoisoned").kept.clone()
    }

    fn keep(&self, memo: &Memo) -> Result<(), String> {
        self.change(|state| state.kept.keep(memo));
        Ok(())
    }

    fn compose(&self, text: &str) -> ComposedView {
        match segscope::call::Doc::parse(text) {
            Err(error) => ComposedView::NotYet {
                line: error.line,
                column: error.column,
                message: format!("expected {}, found {}", error.expected, error.found),
            },
            Ok(_) => {
                // what the vendors make of the usual call that lacks its ids
                let state = self.state.lock().expect("unpoisoned");
                let missing = |detail: &Detail| match detail {
                    Detail::Call(call) if call.row.worst == Some(Severity::Error) => {
                        Some(call.vendors.clone())
                    }
                    _ => None,
                };
                let vendors = state.rows.iter().find_map(|(_, detail)| missing(detail));
                ComposedView::Call(Box::new(ComposedCall {
                    calls: 1,
                    wire_findings: Vec::new(),
                    vendors: vendors.unwrap_or_default(),
                }))
            }
        }
    }

    fn send(&self, _: Option<&str>, _: &str, _: Option<&str>) -> Result<(), String> {
        Ok(())
    }

    fn prepare(&self, chosen: &Chosen, vendor: usize) -> Result<Prepared, String> {
        let Chosen::Row(row) = chosen else {
            return Err("acme needs the setting vendors.acme.token: \u{1b}the token".to_owned());
        };
        let Some(Detail::Call(call)) = self.detail(*row) else { return Err("no call".to_owned()) };
        match &call.vendors[vendor] {
            found if found.requests.is_empty() => Err(format!(
                "this vendor would receive nothing of the call: {}",
                found.verdict.name()
            )),
            found => Ok(Prepared { number: 7 + vendor as u64, requests: found.requests.clone() }),
        }
    }

    fn deliver(&self, _number: u64) -> Result<(), String> {
        Ok(())
    }

    fn sending(&self) -> Option<Sending> {
        self.state.lock().expect("unpoisoned").sending.clone()
    }

    fn settings(&self) -> SettingsView {
        self.state.lock().expect("unpoisoned").settings.clone()
    }

    fn looks(&self) -> Option<Arc<Looks>> {
        self.state.lock().expect("unpoisoned").looks.clone()
    }

    fn judge_again(&self) -> Result<String, String> {
        Ok("judging all calls again".to_owned())
    }

    fn pushes(&self) -> PushesView {
        let pushes = &self.state.lock().expect("unpoisoned").pushes;
        PushesView {
            run: pushes.panel(BEGIN_MS + 3_600_000),
            companies: pushes.companies().len(),
            fills: Some("known_companies".to_owned()),
        }
    }

    fn pushed(&self, model: &str, items: Range<usize>) -> Option<ModelView> {
        let pushes = &self.state.lock().expect("unpoisoned").pushes;
        let model = pushes.model(model)?;
        Some(ModelView {
            items: model.items(),
            objects_synced: model.objects_synced(),
            errors: model.errors(),
            requests: pushes.requests(),
            window: model.window(items),
        })
    }

    fn pushed_properties(&self, model: &str, item: usize) -> Option<Vec<(String, String)>> {
        let pushes = &self.state.lock().expect("unpoisoned").pushes;
        pushes.model(model)?.properties(item)
    }

    fn pushed_companies(&self) -> Option<String> {
        let pushes = &self.state.lock().expect("unpoisoned").pushes;
        Some(pushes.companies().collect::<Vec<_>>().join(","))
    }

    fn aside(&self) -> Vec<String> {
        self.state.lock().expect("unpoisoned").aside.clone()
    }

    fn arranged(&self) -> Arranged {
        self.state.lock().expect("unpoisoned").arranged.clone()
    }

    fn arrange(&self, arranged: Arranged) -> Result<(), String> {
        self.change(|state| state.arranged = arranged);
        Ok(())
    }

    fn ring(&self) -> Option<Ring> {
        None
    }

    fn alerts(&self) -> Alerts {
        self.state.lock().expect("unpoisoned").alerts.clone()
    }

    fn set_aside(&self, codes: &[String]) -> Result<(), String> {
        self.change(|state| state.aside = codes.to_vec());
        Ok(())
    }

    fn calls_with(&self, codes: &[String]) -> Vec<u64> {
        codes.iter().map(|code| code.len() as u64).collect()
    }

    fn addresses(&self) -> Vec<String> {
        let none = self.state.lock().expect("unpoisoned").addresses.clone();
        none.unwrap_or_else(|| vec![BASE.to_owned()])
    }

    fn upstream(&self) -> Option<String> {
        self.state.lock().expect("unpoisoned").upstream.clone()
    }

    fn draws(&self) {}

    fn drew(&self, _took: Duration) {}
}
