//! The settings with which each call was judged. Settings can change while calls are on the screen.
//! A call keeps the settings with which it was judged until all calls are judged again.
//!
//! The recording contains no settings. Reading it is a replay (`docs/specs/vendors.md` E): the
//! program that opens it judges its calls with the settings that are in force then, as `check
//! --setting` must.

use crate::call::Seq;
use crate::vendors::Vendors;
use std::sync::Arc;

/// The maximum number of epochs before all calls must be judged again.
const MAX_EPOCHS: usize = 64;

/// The vendors of each epoch with the first call that they judge. The first epoch begins with the
/// first call.
#[derive(Debug, Clone)]
pub(crate) struct SettingsEpochs(Vec<(Seq, Arc<Vendors>)>);

impl SettingsEpochs {
    /// Creates a single epoch, in which these vendors judge all calls.
    pub fn new(vendors: Arc<Vendors>) -> SettingsEpochs {
        SettingsEpochs(vec![(Seq(0), vendors)])
    }

    /// Returns the vendors that judge new calls.
    pub fn latest(&self) -> &Arc<Vendors> {
        &self.0[self.0.len() - 1].1
    }

    /// Returns the vendors that judge a call.
    pub fn at(&self, seq: Seq) -> &Arc<Vendors> {
        let later = self.0.iter().rev().find(|(first, _)| *first <= seq);
        later.map_or(self.latest(), |(_, vendors)| vendors)
    }

    /// Begins an epoch with a call. Returns false if the vendors cannot continue with the memory of
    /// the latest ones or if there are too many epochs; then all calls must be judged again.
    pub fn begin(&mut self, from: Seq, vendors: Arc<Vendors>) -> bool {
        if !vendors.continues(self.latest()) {
            return false;
        }
        // epochs in which no call was judged are removed
        while self.0.len() > 1 && self.0[self.0.len() - 1].0 >= from {
            self.0.pop();
        }
        if self.0.len() == 1 && from <= Seq(1) {
            self.0[0].1 = vendors;
            return true;
        }
        if self.0.len() == MAX_EPOCHS {
            return false;
        }
        self.0.push((from, vendors));
        true
    }

    /// Returns the first call that the latest settings judge, if earlier settings judged calls
    /// before it.
    pub fn stale_before(&self) -> Option<Seq> {
        (self.0.len() > 1).then(|| self.0[self.0.len() - 1].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Returns the vendor with the setting that these tests change.
    fn changing(vendors: &Vendors) -> usize {
        let has_it = |vendor: &usize| {
            vendors.info(*vendor).settings.iter().any(|setting| setting.key == "known_users")
        };
        (0..vendors.names().count()).find(has_it).expect("a vendor has the setting")
    }

    fn vendors(known: &str) -> Arc<Vendors> {
        let all = Vendors::new(&Default::default(), &[]).expect("valid");
        let name = all.info(changing(&all)).name.as_str();
        let settings = json!({name: {"known_users": [known]}});
        Arc::new(Vendors::new(settings.as_object().expect("a table"), &[]).expect("valid"))
    }

    fn known(vendors: &Vendors) -> Vec<String> {
        vendors.settings(changing(vendors)).texts("known_users").expect("set")
    }

    #[test]
    fn a_call_keeps_the_settings_that_judged_it() {
        let mut eras = SettingsEpochs::new(vendors("a"));
        assert!(eras.begin(Seq(1), vendors("b")), "before the first call");
        assert_eq!(eras.stale_before(), None);
        assert!(eras.begin(Seq(5), vendors("c")));
        assert!(eras.begin(Seq(5), vendors("d")), "the third judged no call");
        assert!(eras.begin(Seq(9), vendors("e")));
        let at = |seq| known(eras.at(Seq(seq))).concat();
        assert_eq!([1, 4, 5, 8, 9, 99].map(at).concat(), "bbddee");
        assert_eq!(eras.stale_before(), Some(Seq(9)));
        assert_eq!(known(eras.latest()), ["e"]);
    }

    #[test]
    fn other_vendors_cannot_go_on() {
        let mut eras = SettingsEpochs::new(vendors("a"));
        let first = vendors("a").info(0).name.clone();
        let only = Vendors::only(&[&first], &Default::default(), &[]).expect("built in");
        assert!(!eras.begin(Seq(3), Arc::new(only)));
        for nth in 0..MAX_EPOCHS as u64 - 1 {
            assert!(eras.begin(Seq(3 + nth), vendors("b")));
        }
        assert!(!eras.begin(Seq(1000), vendors("b")), "a bound");
        assert!(eras.begin(Seq(MAX_EPOCHS as u64 + 1), vendors("b")), "the last one judged none");
    }
}
