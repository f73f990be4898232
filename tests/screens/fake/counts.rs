//! The aggregates of the hand-made rows, counted afresh each time.

use segscope::call::CallType;
use segscope::findings::Verdict;
use segscope::plan::{Expectation, Plan};
use segscope::tui::feed::*;

type Rows<'a> = &'a [(RowView, Detail)];

fn count(counted: &mut Counted, row: &RowView) {
    let seq = row.seq.map_or(0, |seq| seq.0);
    if counted.calls + counted.repeats == 0 {
        *counted = Counted { row: row.row, seq, first_seen: row.received_at, ..Counted::default() };
    }
    counted.last_seen = row.received_at;
    counted.repeats += u64::from(row.repeat);
    counted.calls += u64::from(!row.repeat);
    counted.trend[counted.trend.len() - 1] += 1;
}

fn text(cell: &IdCell) -> Option<&str> {
    match cell {
        IdCell::Found { text, .. } | IdCell::SomeMiss { text, .. } => Some(text),
        _ => None,
    }
}

/// What one call is to the share of an id, by its cell in the log.
fn id_share(cell: &IdCell) -> IdShare {
    let (found, doubtful) = match cell {
        IdCell::Found { doubtful, .. } | IdCell::SomeMiss { doubtful, .. } => {
            (1, u64::from(*doubtful))
        }
        _ => (0, 0),
    };
    let some_miss = u64::from(matches!(cell, IdCell::SomeMiss { .. }));
    let looked = u64::from(!matches!(cell, IdCell::NotLooked));
    IdShare { looked, found, doubtful, some_miss, missed: u64::from(cell.is_missed()) }
}

fn event(row: &RowView) -> (Option<String>, Option<String>) {
    let named = matches!(row.kind.as_str(), "track" | "page" | "screen");
    (Some(row.kind.clone()), named.then(|| row.name.clone()))
}

fn groups<T>(rows: Vec<T>) -> GroupedRows<T> {
    GroupedRows { of: rows.len() as u64, rows, other: 0 }
}

fn call_of((row, detail): &(RowView, Detail)) -> Option<(&RowView, &CallDetail)> {
    if let Detail::Call(call) = detail { Some((row, call)) } else { None }
}

pub fn findings(rows: Rows<'_>, at_all: bool) -> GroupedRows<FoundIn> {
    let mut out: Vec<FoundIn> = Vec::new();
    for (row, call) in rows.iter().filter_map(call_of) {
        let (kind, event) = event(row);
        let all = call.vendors.iter().filter(|vendor| vendor.in_use || at_all);
        for (at, finding) in all.flat_map(|at| at.findings.iter().map(move |f| (at, f))) {
            let (vendor, in_use) = (at.vendor, at.in_use);
            let is = |found: &&mut FoundIn| {
                found.code == finding.code
                    && (found.vendor, found.in_use) == (Some(vendor), in_use)
                    && (&found.kind, &found.event) == (&kind, &event)
            };
            let place = match out.iter_mut().find(is) {
                Some(found) => found,
                None => {
                    out.push(FoundIn {
                        code: finding.code.to_string(),
                        severity: finding.severity,
                        effect: finding.effect,
                        vendor: Some(vendor),
                        in_use,
                        kind: kind.clone(),
                        event: event.clone(),
                        counted: Counted::default(),
                        remark: None,
                    });
                    out.last_mut().expect("just added")
                }
            };
            count(&mut place.counted, row);
        }
    }
    out.sort_by_key(|found| {
        (!found.in_use, found.severity, std::cmp::Reverse(found.counted.calls))
    });
    groups(out)
}

pub fn coverage(rows: Rows<'_>, wanted: GroupBy) -> GroupedRows<Coverage> {
    let mut out: Vec<Coverage> = Vec::new();
    for (row, call) in rows.iter().filter_map(call_of) {
        let (kind, event) = event(row);
        let by = match wanted {
            GroupBy::Library => call.library.as_ref().map(|(name, version)| match version {
                Some(version) => format!("{name} {version}"),
                None => name.clone(),
            }),
            GroupBy::WriteKey => call.write_key.clone(),
            GroupBy::Event | GroupBy::AppVersion => None,
        };
        let is = |at: &&mut Coverage| at.kind == kind && at.event == event && at.by == by;
        let place = match out.iter_mut().find(is) {
            Some(place) => place,
            None => {
                out.push(Coverage {
                    kind: kind.clone(),
                    event: event.clone(),
                    by: by.clone(),
                    by_version: match by {
                        Some(_) if wanted == GroupBy::Library => {
                            call.library.as_ref().and_then(|(_, version)| version.clone())
                        }
                        _ => None,
                    },
                    verdicts: vec![Default::default(); row.marks.len()],
                    ..Coverage::default()
                });
                out.last_mut().expect("just added")
            }
        };
        count(&mut place.counted, row);
        if row.repeat {
            continue;
        }
        for (share, cell) in place.ids.iter_mut().zip([&row.account, &row.user]) {
            share.merge(&id_share(cell));
        }
        place.missing += u64::from(row.marks.iter().any(|mark| mark.misses));
        for (counts, mark) in place.verdicts.iter_mut().zip(&row.marks) {
            let at = Verdict::WORST_FIRST.iter().position(|known| *known == mark.verdict);
            counts[at.expect("every verdict is in the list")] += u64::from(mark.in_use);
        }
    }
    out.sort_by_key(|at| std::cmp::Reverse(at.counted.calls));
    groups(out)
}

/// How each entry of a plan stands, worked out entry by entry.
pub fn expectations(rows: Rows<'_>, plan: &Plan, vendors: usize) -> Expectations {
    let named = |kind: &str, name: &Option<String>| {
        let mut entries = plan.list.iter();
        entries.any(|entry| entry.kind.name() == kind && entry.name == *name)
    };
    let entry = |wanted: &Expectation| {
        let mut entry = Expected::unseen(wanted.clone(), vendors);
        let own: Vec<_> = rows
            .iter()
            .filter(|(row, _)| {
                let (kind, name) = event(row);
                let exact = name == wanted.name;
                let any = wanted.name.is_none() && !named(&row.kind, &name);
                kind.as_deref() == Some(wanted.kind.name()) && (exact || any)
            })
            .cloned()
            .collect();
        for (row, _) in own.iter().filter(|(row, _)| !row.repeat) {
            let lacks = [&row.account, &row.user].map(|id| text(id).is_none() || id.is_missed());
            let lacks = [0, 1].map(|id| lacks[id] && wanted.ids[id]);
            for (id, cell) in [&row.account, &row.user].into_iter().enumerate() {
                let share = if wanted.ids[id] { id_share(cell) } else { IdShare::default() };
                entry.lack[id] += u64::from(lacks[id]);
                entry.some_miss[id] += share.some_miss;
                entry.doubtful[id] += if lacks[id] { 0 } else { share.doubtful };
            }
            entry.with_ids += u64::from(lacks == [false; 2]);
        }
        own.iter().for_each(|(row, _)| count(&mut entry.came.counted, row));
        for part in coverage(&own, GroupBy::Event).rows {
            let (sum, came) = (&mut entry.came, part);
            sum.ids.iter_mut().zip(&came.ids).for_each(|(sum, share)| sum.merge(share));
            sum.missing += came.missing;
            for (sums, counts) in sum.verdicts.iter_mut().zip(came.verdicts) {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
        }
        entry
    };
    Expectations { list: plan.list.iter().map(entry).collect(), other: 0 }
}

fn ids(row: &RowView, who: Who) -> (Option<&str>, Option<&str>) {
    match who {
        Who::Accounts => (text(&row.account), text(&row.user)),
        Who::Users => (text(&row.user), text(&row.account)),
    }
}

fn is_doubtful(cell: &IdCell) -> bool {
    matches!(cell, IdCell::Found { doubtful: true, .. })
}

pub fn people(rows: Rows<'_>, who: Who, part: std::ops::Range<u64>) -> GroupedRows<Person> {
    let mut out: Vec<Person> = Vec::new();
    for (row, _) in rows.iter().filter_map(call_of) {
        let (Some(id), other) = ids(row, who) else { continue };
        let place = match out.iter_mut().find(|person| person.id == id) {
            Some(place) => place,
            None => {
                let counted = Counted::default();
                let doubtful =
                    is_doubtful(if who == Who::Users { &row.user } else { &row.account });
                out.push(Person { id: id.to_owned(), counted, with_other: 0, doubtful });
                out.last_mut().expect("just added")
            }
        };
        count(&mut place.counted, row);
        place.with_other += u64::from(other.is_some() && !row.repeat);
    }
    out.sort_by_key(|person| std::cmp::Reverse(person.counted.calls));
    let of = out.len() as u64;
    let len = part.end.saturating_sub(part.start) as usize;
    let rows = out.into_iter().skip(part.start as usize).take(len).collect();
    GroupedRows { rows, of, other: 0 }
}

pub fn members(rows: Rows<'_>, who: Who, id: &str) -> GroupedRows<RelatedId> {
    let mut out: Vec<RelatedId> = Vec::new();
    for (row, _) in rows.iter().filter_map(call_of) {
        if let (Some(own), Some(other)) = ids(row, who)
            && own == id
            && !out.iter().any(|member| member.id == other)
        {
            let since = row.seq.map_or(0, |seq| seq.0);
            let other_kind = if who == Who::Users { Who::Accounts } else { Who::Users };
            let person = person(rows, other_kind, other).expect("a call has it");
            out.push(RelatedId {
                id: other.to_owned(),
                since,
                row: row.row,
                since_ms: row.received_at,
                calls: person.counted.calls,
                repeats: person.counted.repeats,
                last_seen: person.counted.last_seen,
                doubtful: person.doubtful,
            });
        }
    }
    groups(out)
}

pub fn person(rows: Rows<'_>, who: Who, id: &str) -> Option<Person> {
    people(rows, who, 0..u64::MAX).rows.into_iter().find(|person| person.id == id)
}

pub fn timeline(all: Rows<'_>, rows: &[u64], timeline: &mut Timeline) {
    for row in rows {
        let (row, _) = &all[*row as usize];
        let seq = row.seq.map_or(0, |seq| seq.0);
        let found = text(&row.user).is_some();
        timeline.add(CallType::parse(&row.kind), (seq, row.received_at), (row.repeat, found));
    }
}
