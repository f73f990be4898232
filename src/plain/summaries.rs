//! The commands that print summaries: findings, coverage, people and object pushes.

use crate::call::text::masked;
use crate::call::time;
use crate::findings::{Finding, Verdict, is_of_call, is_of_plan};
use crate::inspector::{Coverage, GroupBy, ModelItem, Status, Who, doubted_id};
use crate::plain::command::word;
use crate::plain::phrases::id_words;
use crate::plain::session::PlainSession;
use crate::report::{calls_words, plural};
use std::io;

/// The maximum number of lines that are printed; after them comes the number of further ones.
const MAX_LINES: usize = 50;

impl PlainSession<'_> {
    fn print_some(&mut self, lines: Vec<String>, total: u64, nothing: &str) -> io::Result<()> {
        if lines.is_empty() {
            return self.say(nothing);
        }
        let printed = lines.len().min(MAX_LINES);
        self.print(lines.into_iter().take(MAX_LINES))?;
        match total.saturating_sub(printed as u64) {
            0 => Ok(()),
            more => self.say(&format!("and {more} more")),
        }
    }

    /// Prints the findings by code and event, worst first.
    pub(crate) fn findings(&mut self) -> io::Result<()> {
        let (groups, vendors) = (self.inspector.findings(false), self.vendors());
        let lines = groups.rows.iter().map(|found| {
            if let Some(view) = &found.remark {
                let Finding { severity, code, message, fix, .. } = &view.finding;
                return format!("{} {code}: {message}; {fix}", severity.name());
            }
            let vendor = found.vendor.and_then(|at| vendors.get(at));
            let vendor = match vendor {
                Some(vendor) => vendor.title.as_str(),
                None if is_of_plan(&found.code) => "the plan",
                None if is_of_call(&found.code) => "the call itself",
                None => "Segment",
            };
            let calls = calls_words(found.counted.calls, found.counted.repeats);
            let event = found.event.as_deref().or(found.kind.as_deref()).unwrap_or("any call");
            format!(
                "{} {}, {vendor}, {event}: {calls}, such as {}, last at {}",
                found.severity.name(),
                found.code,
                found.counted.seq,
                time::format_known(found.counted.last_seen).as_deref().unwrap_or("an unknown time")
            )
        });
        let lines: Vec<String> = lines.collect();
        self.print_some(lines, groups.of, "no findings yet")?;
        if groups.of > 0 {
            self.say("`show NUMBER findings` says why and what to change; `filter match(finding, \"CODE\")` lists the calls")?;
        }
        Ok(())
    }

    /// Prints calls, ids and verdicts by event.
    pub(crate) fn coverage(&mut self, by: &str) -> io::Result<()> {
        let by = match by {
            "" => GroupBy::Event,
            "library" => GroupBy::Library,
            "version" => GroupBy::AppVersion,
            "key" => GroupBy::WriteKey,
            other => return self.say(&format!("`{other}` is not one of library, version, key")),
        };
        let groups = self.inspector.coverage(by);
        let lines: Vec<String> =
            groups.rows.iter().map(|row| self.coverage_line(row, by)).collect();
        self.print_some(lines, groups.of, "no calls yet")?;
        match self.inspector.expectations() {
            Some(expected) => self.say(&expected.line()),
            None => Ok(()),
        }
    }

    fn coverage_line(&self, row: &Coverage, by: GroupBy) -> String {
        let calls = row.counted.calls;
        let name = [row.kind.as_deref(), row.event.as_deref()];
        let mut words = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if by != GroupBy::Event {
            let by = match (&row.by, by) {
                (Some(key), GroupBy::WriteKey) => masked(key),
                (Some(by), _) => by.clone(),
                (None, _) => "none given".to_owned(),
            };
            words.push_str(&format!(" from {by}"));
        }
        words.push_str(&format!(
            ": {}, {}, {}",
            calls_words(calls, row.counted.repeats),
            id_words("an account", &row.ids[0]),
            id_words("a user", &row.ids[1])
        ));
        for (vendor, counts) in self.vendors().iter().zip(&row.verdicts) {
            let bad = Verdict::WORST_FIRST.iter().zip(counts).filter(|(verdict, count)| {
                **count > 0 && !matches!(verdict, Verdict::Delivered | Verdict::Ignored)
            });
            for (verdict, count) in bad {
                words.push_str(&format!(", {} {} {count}", vendor.title, verdict.name()));
            }
        }
        words
    }

    /// Prints accounts or users, or the members of one of them.
    pub(crate) fn people(&mut self, text: &str) -> io::Result<()> {
        let (who, id) = match word(text) {
            ("users", id) => (Who::Users, id),
            ("accounts", id) => (Who::Accounts, id),
            _ => (Who::Accounts, text),
        };
        let (one, other) = match who {
            Who::Accounts => ("account", "user"),
            Who::Users => ("user", "account"),
        };
        if !id.is_empty() {
            let members = self.inspector.members(who, id);
            let lines = members.rows.iter();
            let lines: Vec<String> = lines
                .map(|member| {
                    let id = doubted_id(&member.id, member.doubtful);
                    format!("{other} {id}, since call {}", member.since)
                })
                .collect();
            self.print_some(lines, members.of, &format!("no {other} belongs to the {one} {id}"))?;
            for finding in self.inspector.id_remarks_about(who, id) {
                let Finding { severity, code, message, fix, .. } = &finding;
                self.say(&format!("{} {code}: {message}; {fix}", severity.name()))?;
            }
            return if who == Who::Users { self.order(id) } else { Ok(()) };
        }
        let people = self.inspector.people(who, 0..MAX_LINES as u64);
        let lines = people.rows.iter().map(|person| {
            let calls = calls_words(person.counted.calls, person.counted.repeats);
            let one_of = if other == "account" { "an account" } else { "a user" };
            let id = doubted_id(&person.id, person.doubtful);
            format!("{one} {id}: {calls}, {} with {one_of}", person.with_other)
        });
        let lines: Vec<String> = lines.collect();
        self.print_some(lines, people.of, &format!("no {one} seen yet"))
    }

    /// Prints the objects that vendors push to Segment.
    pub(crate) fn sync(&mut self, model: &str) -> io::Result<()> {
        let pushes = self.inspector.pushes();
        let Some(run) = pushes.run else { return self.say("no vendor has pushed objects yet") };
        if !model.is_empty() {
            let Some(view) = self.inspector.pushed(model, 0..MAX_LINES) else {
                return self.say(&format!("the run has no model {model}"));
            };
            let lines = view.window.iter().map(|item| match item {
                ModelItem::Problem(problem) => format!("error: {}", problem.reason),
                ModelItem::Object { id, summary } => format!("{id}: {summary}"),
            });
            let lines: Vec<String> = lines.collect();
            return self.print_some(lines, view.items as u64, "nothing was received");
        }
        let status = match run.status {
            Status::Running => "is still running",
            Status::Ok => "has ended",
            Status::Failed => "failed, according to its source",
            Status::Expired => "expired: nothing arrived for a long time",
        };
        let took = run.duration_ms.map_or(String::new(), |ms| format!(", after {} s", ms / 1000));
        let errors = match run.errors() {
            0 => String::new(),
            some => format!(", with {}", plural(some, "error")),
        };
        self.say(&format!("the run {status}{took}{errors}"))?;
        let lines = run.models.iter().map(|row| {
            let (objects, errors) =
                (plural(row.objects_synced, "object"), plural(row.errors, "error"));
            let least = if row.has_uncounted { "at least " } else { "" };
            format!("{}: {least}{objects} synced, {errors}", row.model)
        });
        self.print(lines.collect::<Vec<_>>())
    }
}
