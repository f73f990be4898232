//! What the screen asks for.

use super::columns::FakeColumns;
use super::names::FakeNames;
use super::{BEGIN_MS, FakeFeed, counts};
use segscope::call::Seq;
use segscope::findings::{Finding, Severity};
use segscope::fql::{Filter, Names};
use segscope::report::ExportFormat;
use segscope::tui::feed::*;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

const BASE: &str = "http://127.0.0.1:7357";

impl Feed for FakeFeed {
    fn version(&self) -> u64 {
        self.state.lock().expect("unpoisoned").version
    }

    fn stats(&self) -> Stats {
        let state = self.state.lock().expect("unpoisoned");
        let rows = || state.rows.iter().map(|(row, _)| row);
        Stats {
            calls: rows().filter(|row| row.seq.is_some() && !row.repeat).count() as u64,
            repeats: rows().filter(|row| row.repeat).count() as u64,
            requests: rows().count() as u64,
            refused: rows().filter(|row| row.no_call.is_some()).count() as u64,
            missing: rows()
                .filter(|row| !row.repeat && row.marks.iter().any(|mark| mark.misses))
                .count() as u64,
            recorded_bytes: 812 * rows().count() as u64,
            recording: Some("/home/jane/.local/state/segscope/2026-11-22.ndjson".into()),
            cleared: state.cleared.as_ref().map(|rows| {
                rows.iter().filter(|(row, _)| row.seq.is_some() && !row.repeat).count() as u64
            }),
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

    fn id_remarks_about(&self, _who: Who, _id: &str) -> Vec<Finding> {
        Vec::new()
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
            state.clears += 1;
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
            state.clears += 1;
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
            found => Ok(Prepared {
                number: 7 + vendor as u64,
                requests: found.requests.clone(),
                stand_in: (vendor == 1).then(|| "http://127.0.0.1:48771".to_owned()),
                fidelity: super::vendors::fidelity(vendor),
            }),
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
