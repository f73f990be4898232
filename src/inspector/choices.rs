//! The choices that the user makes on the screen, and how they are saved.

use super::Inspector;
use super::convert::vendor_views;
use super::views::{InUse, VendorView};
use crate::config::{ColumnChoice, FolderChoices, HistoryEntries, InputHistory, Memo, Settings};
use crate::engine;
use std::sync::PoisonError;

/// The setting that names the log's columns.
const COLUMNS: &str = "columns";

/// Returns the arrangement of the log page. Its columns are those that the settings name, or else
/// those that were chosen on the screen.
pub(crate) fn arranged(settings: &Settings, choices: Option<&FolderChoices>) -> ColumnChoice {
    let chosen = choices.map(FolderChoices::arranged).unwrap_or_default();
    let columns = settings.list(COLUMNS).or(chosen.columns);
    ColumnChoice { columns, ..chosen }
}

impl Inspector {
    /// Returns all vendors, in the order of [`super::RowView::marks`].
    pub fn vendors(&self) -> Vec<VendorView> {
        let vendors = self.engine.vendors();
        vendor_views(&vendors)
    }

    /// Returns the vendors in use.
    pub fn in_use(&self) -> InUse {
        let in_use = self.engine.in_use();
        match in_use.chosen_vendors() {
            Some(chosen) => InUse { vendors: chosen.to_vec(), chosen: true },
            None => InUse { vendors: (0..self.engine.vendors().len()).collect(), chosen: false },
        }
    }

    /// Chooses the vendors in use and saves the choice. The error is shown to the user.
    pub fn set_in_use(&self, vendors: &[usize]) -> Result<(), String> {
        let known = self.engine.vendors();
        let in_use = engine::InUse::chosen(&known, vendors.to_vec());
        self.engine
            .set_in_use(in_use)
            .map_err(|error| format!("the calls could not be read again: {error}"))?;
        let names: Vec<&str> = vendors.iter().map(|at| known.info(*at).name.as_str()).collect();
        match &self.choices {
            Some(choices) => choices
                .set_vendors(&names)
                .map_err(|error| format!("chosen, but the choice could not be saved: {error}")),
            None => Ok(()),
        }
    }

    /// Returns the inputs of earlier runs that were saved.
    pub fn kept(&self) -> HistoryEntries {
        self.notebook.as_ref().map(InputHistory::read).unwrap_or_default()
    }

    /// Saves an input for later runs. The error is shown to the user.
    pub fn keep(&self, memo: &Memo) -> Result<(), String> {
        match &self.notebook {
            Some(notebook) => {
                notebook.keep(memo).map_err(|error| format!("this could not be saved: {error}"))
            }
            None => Err("this could not be saved: there is no home folder".to_owned()),
        }
    }

    /// Returns the muted finding codes. The log hides them, and they still count.
    pub fn muted(&self) -> Vec<String> {
        self.engine.muted()
    }

    /// Mutes these codes and no others, and saves the choice. The error is shown to the user.
    pub fn set_muted(&self, codes: &[String]) -> Result<(), String> {
        self.engine.set_muted(codes);
        let names: Vec<&str> = codes.iter().map(String::as_str).collect();
        match &self.choices {
            Some(choices) => choices
                .set_muted(&names)
                .map_err(|error| format!("muted, but the choice could not be saved: {error}")),
            None => Ok(()),
        }
    }

    /// Returns the log's columns and its share of the width.
    pub fn arranged(&self) -> ColumnChoice {
        self.arranged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sets the log's columns and its share of the width, and saves them. The error is shown to the user.
    pub fn arrange(&self, arranged: ColumnChoice) -> Result<(), String> {
        let kept = self.choices.as_ref().map_or(Ok(()), |choices| choices.set_arranged(&arranged));
        *self.arranged.lock().unwrap_or_else(PoisonError::into_inner) = arranged;
        kept.map_err(|error| format!("done, but the change could not be saved: {error}"))
    }
}
