//! A feed made by hand: the same calls on each run, at a clock of its own.

mod samples;

use samples::{Sample, call, refused};
use segscope::findings::Severity;
use segscope::tui::feed::*;
use std::ops::Range;
use std::sync::Mutex;

/// 2026-11-22T10:00:00Z
const BEGIN_MS: i64 = 1_795_341_600_000;
const BASE: &str = "http://127.0.0.1:7357";

#[derive(Default)]
struct State {
    rows: Vec<(RowView, Detail)>,
    in_use: Option<Vec<usize>>,
    version: u64,
    problem: Option<String>,
    reading: Option<(u64, u64)>,
    waited: u64,
    common: Vec<CommonView>,
    addresses: Option<Vec<String>>,
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
        FakeFeed { state: Mutex::default(), vendors }
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

    /// A file is being read, and judging fell behind meanwhile.
    pub fn set_reading(&self, reading: Option<(u64, u64)>, waited: u64) {
        self.change(|state| (state.reading, state.waited) = (reading, waited));
    }

    /// Something goes wrong, or is well again.
    pub fn set_problem(&self, problem: Option<&str>) {
        self.change(|state| state.problem = problem.map(str::to_owned));
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

    fn find(&self, from: u64, forward: bool, what: What) -> Option<u64> {
        let state = self.state.lock().expect("unpoisoned");
        let matches = |row: &RowView| match what {
            What::Missing => row.marks.iter().any(|mark| mark.misses),
            What::Finding => matches!(row.worst, Some(Severity::Error | Severity::Warning)),
        };
        let mut rows = state.rows.iter().map(|(row, _)| row).filter(|row| matches(row));
        match forward {
            true => rows.find(|row| row.row > from),
            false => rows.rfind(|row| row.row < from),
        }
        .map(|row| row.row)
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

    fn addresses(&self) -> Vec<String> {
        let none = self.state.lock().expect("unpoisoned").addresses.clone();
        none.unwrap_or_else(|| vec![BASE.to_owned()])
    }
}
