//! What a test says there is, and what it may ask.

use super::rows::corrected;
use super::rows::{call, refused};
use super::samples::Sample;
use super::{BEGIN_MS, FakeFeed};
use segscope::call::Seq;
use segscope::findings::{Finding, Severity};
use segscope::objects_api::{Objects, ObjectsRoute};
use segscope::plan::Plan;
use segscope::tui::feed::*;
use std::sync::Arc;

impl FakeFeed {
    /// A warning and a lost vendor become noise of one library, and the rows' marks with them.
    pub fn set_common(&self) {
        let view = |vendor, codes: &[&str], severity, summary: &str| HabitView {
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

    /// What a vendor finds in the call of a row.
    pub fn set_findings(&self, row: usize, vendor: usize, findings: Vec<Finding>) {
        self.change(|state| {
            if let Detail::Call(call) = &mut state.rows[row].1 {
                call.vendors[vendor].findings = findings;
                (call.fix, call.needs) = corrected(&call.call_text, &call.vendors);
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
        let step = ObjectsRoute::parse("POST", path).expect("a path of the two APIs");
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

    pub(super) fn remark(&self, seq: Seq, change: impl Fn(&mut RowView)) {
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
