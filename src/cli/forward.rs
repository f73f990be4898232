//! The options of a listener that forwards or mirrors, from the settings.

use super::failure::Failure;
use crate::engine::{MirrorOptions, RetryLimits};
use crate::fql;
use crate::inspector::Setup;
use crate::outbound::forward::{PAGE_SHORT_NAMES, Upstream};
use crate::server::{ForwardOptions, PageLoadOptions};

/// The settings that have no effect without `forward`.
const DEPENDENT: [&str; 4] = [CONNECT_TO, CDN, "forward_only", "forward_key"];
/// The settings that also apply to a mirror.
const CONNECT_TO: &str = "forward_connect_to";
const CDN: &str = "forward_cdn";

/// Returns the service for the requests of a page before its first call; none if segscope answers them
/// itself.
///
/// # Errors
/// Fails if a setting cannot be used.
pub fn page_load_options(setup: &Setup) -> Result<Option<PageLoadOptions>, Failure> {
    let to = text_of(setup, "forward").or_else(|| text_of(setup, "mirror"));
    let Some(to) = to else { return Ok(None) };
    let named = text_of(setup, CDN);
    let known = PAGE_SHORT_NAMES.iter().find(|(name, _)| *name == to).map(|(name, _)| *name);
    let Some(url) = named.or(known) else { return Ok(None) };
    let upstream =
        Upstream::parse_page_service(url).map_err(|error| wrong_setting(setup, CDN, &error))?;
    let tells_client = !setup.settings.is_on("no_forwarded_for");
    Ok(Some(PageLoadOptions { upstream, tells_client, is_named: named.is_some() }))
}

/// Returns the options of the mirror; none if the listener does not mirror.
///
/// # Errors
/// Fails if a setting cannot be used, or if recorded requests would be lost before they are sent.
pub fn mirror_options(setup: &Setup) -> Result<Option<MirrorOptions>, Failure> {
    let wrong = |error: &dyn std::fmt::Display| wrong_setting(setup, "mirror", error);
    let Some(upstream) = upstream(setup, "mirror")? else { return Ok(None) };
    if text_of(setup, "forward").is_some() {
        return Err(wrong(&"a listener forwards or mirrors, not both (--forward)"));
    }
    if setup.settings.is_on("no_record") {
        let error = "requests are sent on from the recording, so it must be kept (--no-record)";
        return Err(wrong(&error));
    }
    Ok(Some(MirrorOptions { upstream, retries: RetryLimits::default() }))
}

/// Returns the upstream that a setting names, if it does.
fn upstream(setup: &Setup, key: &str) -> Result<Option<Upstream>, Failure> {
    let wrong = |key: &str, error: &dyn std::fmt::Display| wrong_setting(setup, key, error);
    if setup.settings.text(key) == Some("") {
        return Err(wrong(key, &"expected a URL; nothing would be sent on"));
    }
    let Some(url) = text_of(setup, key) else { return Ok(None) };
    if setup.settings.is_on("copies") {
        let error = "copies are not forwarded: the real service has got the requests (--copies)";
        return Err(wrong(key, &error));
    }
    let upstream = Upstream::parse(url).map_err(|error| wrong(key, &error))?;
    let upstream = match text_of(setup, CONNECT_TO) {
        Some(address) => {
            upstream.with_connect_to(address).map_err(|error| wrong(CONNECT_TO, &error))?
        }
        None => upstream,
    };
    Ok(Some(upstream))
}

fn text_of<'s>(setup: &'s Setup, key: &str) -> Option<&'s str> {
    setup.settings.text(key).filter(|text| !text.is_empty())
}

fn wrong_setting(setup: &Setup, key: &str, error: &dyn std::fmt::Display) -> Failure {
    Failure::wrong(format!("{}: {error}", setup.settings.origin_of(key)))
}

/// Returns the options of forwarding; none if the listener does not forward.
///
/// # Errors
/// Fails if a setting cannot be used.
pub fn options(setup: &Setup) -> Result<Option<ForwardOptions>, Failure> {
    let settings = &setup.settings;
    let text = |key: &str| text_of(setup, key);
    let wrong = |key: &str, error: &dyn std::fmt::Display| wrong_setting(setup, key, error);
    let Some(upstream) = upstream(setup, "forward")? else {
        let is_mirror = text("mirror").is_some();
        let idle =
            |key: &&str| text(key).is_some() && !(is_mirror && [CONNECT_TO, CDN].contains(key));
        let is_on = |key: &str| settings.is_on(key);
        let idle_switch = match (is_on("strict"), is_on("no_forwarded_for") && !is_mirror) {
            (true, _) => Some("strict"),
            (false, true) => Some("no_forwarded_for"),
            (false, false) => None,
        };
        if let Some(key) = idle_switch {
            return Err(wrong(key, &"nothing is forwarded without --forward URL"));
        }
        if let Some(key) = DEPENDENT.into_iter().find(idle) {
            return Err(wrong(key, &"nothing is forwarded without --forward URL"));
        }
        return Ok(None);
    };
    let only = match text("forward_only") {
        Some(text) => {
            let filter = fql::parse(text).map_err(|error| wrong("forward_only", &error))?;
            if !filter.is_known_on_arrival() {
                let error = "a request is forwarded before it is checked, so the filter may name only what the call and its request contain";
                return Err(wrong("forward_only", &error));
            }
            if let Some(hint) = filter.unquoted_word() {
                return Err(wrong("forward_only", hint));
            }
            Some(filter)
        }
        None => None,
    };
    let key = text("forward_key").map(str::to_owned);
    if key.as_ref().is_some_and(|key| !key.bytes().all(|byte| byte.is_ascii_graphic())) {
        return Err(wrong("forward_key", &"a write key has no blanks and no special characters"));
    }
    let tells_client = !settings.is_on("no_forwarded_for");
    Ok(Some(ForwardOptions { only, key, tells_client, ..ForwardOptions::new(upstream) }))
}
