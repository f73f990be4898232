//! The parameters of a query.

use crate::call::text::visible;
use crate::engine::Engine;
use crate::fql::Filter;
use crate::wire::{Reply, query_value};
use serde_json::json;

/// Reads the parameter `filter`. If it is wrong, the answer names the column.
pub(crate) fn filter(engine: &Engine, query: &str) -> Result<Filter, Reply> {
    filter_of(engine, query, "filter")
}

/// Reads a parameter that contains a filter.
pub(crate) fn filter_of(engine: &Engine, query: &str, name: &str) -> Result<Filter, Reply> {
    let text = query_value(query, name).unwrap_or_default();
    engine.vendors().parse_filter(&text).map_err(|error| {
        let message = format!("{name}: {error}");
        let body = json!({
            "success": false, "code": "bad_filter", "message": message, "error": message,
            "column": error.column,
        });
        Reply::json(400, body.to_string())
    })
}

/// Reads a parameter that is a whole number from 0 to `most`.
pub(crate) fn number(query: &str, name: &str, most: u64) -> Result<Option<u64>, Reply> {
    let Some(text) = query_value(query, name).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(number) if number <= most => Ok(Some(number)),
        _ => {
            let message = format!("{name} is a whole number from 0 to {most}");
            Err(Reply::failure(400, "bad_parameter", &message))
        }
    }
}

/// Refuses unknown parameters, because a misspelled one would have no effect and no error.
pub(crate) fn known(query: &str, names: &[&str]) -> Result<(), Reply> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut given = pairs.map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    match given.find(|name| !names.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let name: String = visible(name).chars().take(60).collect();
            let known = match names {
                [] => "this path has none".to_owned(),
                names => format!("the parameters are {}", names.join(", ")),
            };
            let message = format!("unknown parameter `{name}`; {known}");
            Err(Reply::failure(400, "bad_parameter", &message))
        }
    }
}
