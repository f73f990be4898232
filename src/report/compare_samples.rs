//! The calls that a comparison gives as examples, and how to see them.

use crate::call::text::visible;
use crate::engine::Difference;

/// The names of the two sides.
pub(crate) const LABELS: [&str; 2] = ["before", "after"];

/// Describes the calls that show a difference.
pub fn difference_samples(difference: &Difference) -> Option<String> {
    let sides = LABELS.into_iter().zip([difference.before, difference.after]);
    let parts = sides.filter_map(|(label, side)| Some(format!("call {} {label}", side.sample?)));
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Returns how to see the calls of the listed differences, in the files of the two sides: one line for
/// each side that has one, or one line if both sides are of the same files.
pub(crate) fn sample_commands<'d, L: Iterator<Item = &'d Difference>>(
    listed: impl Fn() -> L,
    files: [&str; 2],
) -> Vec<String> {
    let has_sample = [
        listed().any(|difference| difference.before.sample.is_some()),
        listed().any(|difference| difference.after.sample.is_some()),
    ];
    let open = |files: &str| format!("segscope open {} --filter 'seq = N'", visible(files));
    if files[0] == files[1] {
        let is_any = has_sample.contains(&true);
        return is_any.then(|| format!("To see call N: {}", open(files[1]))).into_iter().collect();
    }
    let labeled = LABELS.into_iter().zip(files).zip(has_sample);
    labeled
        .filter(|(_, has_sample)| *has_sample)
        .map(|((label, files), _)| format!("To see call N {label}: {}", open(files)))
        .collect()
}
