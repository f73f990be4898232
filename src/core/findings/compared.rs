//! Which names are close to those of ids, remembered: calls have the same names again and again, and
//! a report that shows thousands of them spent a fifth of its time on comparing names.

use super::{HintKind, Id};
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::cell::RefCell;

/// A thread keeps so many answers; then it begins again.
const MAX_ANSWERS: usize = 4_096;
/// Longer names are compared each time.
const MAX_BYTES: usize = 256;

/// What was compared.
#[derive(Default)]
struct ComparedTexts {
    /// Room for a question: the id, the wanted name, the name of the object, and the name.
    question: String,
    answers: HashMap<String, Option<HintKind>, RandomState>,
}

thread_local! {
    static COMPARED: RefCell<ComparedTexts> = RefCell::default();
}

/// How a name is close to the wanted one of an id, by itself or below the name of an object. It
/// follows from these names alone, so `compare` is asked once.
pub(crate) fn compare_once(
    (id, wanted): (Id, &str),
    parent: Option<&str>,
    key: &str,
    compare: impl FnOnce() -> Option<HintKind>,
) -> Option<HintKind> {
    let names = [wanted, parent.unwrap_or_default(), key];
    // it separates the names of a question
    let is_plain = |name: &str| !name.contains('\0');
    if names.iter().map(|name| name.len()).sum::<usize>() > MAX_BYTES
        || !names.into_iter().all(is_plain)
    {
        return compare();
    }
    COMPARED.with_borrow_mut(|compared| {
        let ComparedTexts { question, answers } = compared;
        question.clear();
        question.push_str(id.name());
        question.push(if parent.is_some() { '.' } else { '-' });
        for name in names {
            question.push('\0');
            question.push_str(name);
        }
        if let Some(known) = answers.get(question.as_str()) {
            return *known;
        }
        if answers.len() >= MAX_ANSWERS {
            answers.clear();
        }
        let answer = compare();
        answers.insert(question.clone(), answer);
        answer
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_asked_once_and_no_other_is_taken_for_it() {
        let ask = |id, wanted: &str, parent: Option<&str>, key: &str| {
            let mut asked = false;
            let answer = compare_once((id, wanted), parent, key, || {
                asked = true;
                Some(HintKind::Alias)
            });
            assert_eq!(answer, Some(HintKind::Alias));
            asked
        };
        let questions = [
            (Id::Account, "a", None, "bc"),
            (Id::User, "a", None, "bc"),
            (Id::Account, "ab", None, "c"),
            (Id::Account, "a", Some(""), "bc"),
            (Id::Account, "a", Some("b"), "c"),
            (Id::Account, "a", Some("-"), "bc"),
        ];
        for (id, wanted, parent, key) in questions {
            assert!(ask(id, wanted, parent, key), "{parent:?} {key}");
            assert!(!ask(id, wanted, parent, key), "{parent:?} {key}");
        }
        // what could be taken for another question is compared each time
        assert!(
            ask(Id::Account, "a", Some("b\0c"), "d") && ask(Id::Account, "a", Some("b"), "c\0d")
        );
        for nth in 0..MAX_ANSWERS + 10 {
            assert!(ask(Id::User, "b", None, &nth.to_string()));
        }
    }
}
