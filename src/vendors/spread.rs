//! Members of an object that go into a body under their own names: custom attributes, metadata.

use super::build::Maker;
use super::codes::CodeId;
use super::cx::{Cx, From, Place, Value};
use super::file::{FileError, Word};
use super::keys::Spot;
use super::out::Out;
use super::vendor::SpotSet;
use crate::call::{CallType, Kind, Val, pointer};
use crate::findings::identity::truthy;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpreadDef {
    /// The object that they go into: a pointer into the body. A field of that place wins.
    pub to: Word,
    /// The object whose members they are: the first of these places that holds one.
    pub from: Vec<Word>,
    /// Names that are left out, without a word.
    #[serde(default)]
    pub without: Vec<String>,
    /// Names that are left out, with `refusal` for each that is not null.
    #[serde(default)]
    pub refused: Vec<String>,
    /// Code: a refused name.
    pub refusal: Option<Word>,
    /// Besides null, objects and lists, `0`, `false` and `""` are left out.
    #[serde(default)]
    pub truthy: bool,
    /// Code: a member that is left out for its value; null is left out without a word.
    pub lost: Option<Word>,
    /// The object is sent even if no place holds one.
    #[serde(default)]
    pub always: bool,
    /// Where this was read, if not where the call was.
    pub source: Option<String>,
}

pub(super) struct Spread {
    to: Vec<String>,
    from: Vec<Spot>,
    without: SpotSet,
    refused: SpotSet,
    refusal: Option<CodeId>,
    truthy: bool,
    lost: Option<CodeId>,
    always: bool,
}

impl Maker<'_> {
    pub(super) fn spread(&mut self, call: CallType, def: &SpreadDef) -> Result<Spread, FileError> {
        self.check_pointer(&def.to)?;
        let mut spread = Spread {
            to: pointer::tokens(def.to.get_ref()).map(|name| name.into_owned()).collect(),
            from: Vec::new(),
            without: SpotSet::default(),
            refused: SpotSet::default(),
            refusal: self.code(call, def.refusal.as_ref())?,
            truthy: def.truthy,
            lost: self.code(call, def.lost.as_ref())?,
            always: def.always,
        };
        for word in &def.from {
            self.check_pointer(word)?;
            let from = self.keys.listed(word.get_ref());
            spread.from.push(from);
            let names = [(&def.without, &mut spread.without), (&def.refused, &mut spread.refused)];
            for (names, spots) in names {
                names.iter().for_each(|name| spots.insert(self.keys.child(from, name)));
            }
        }
        Ok(spread)
    }
}

impl Spread {
    /// It can give a finding.
    pub fn speaks(&self) -> bool {
        self.refusal.is_some() || self.lost.is_some()
    }

    fn sends(&self, value: Val<'_>) -> bool {
        let plain = !matches!(value.kind(), Kind::Object | Kind::Array);
        plain && (!self.truthy || truthy(value))
    }
}

/// Runs one spread of a request.
pub(super) fn spread<'a>(cx: &mut Cx<'a>, request: usize, spread: &'a Spread) {
    let from = spread.from.iter().copied().find(|&spot| cx.look.object(spot).is_some());
    if from.is_none() && !spread.always {
        return;
    }
    let (look, mut sent) = (cx.look, Vec::new());
    for (value, spot) in from.into_iter().flat_map(|from| look.members(from)) {
        let among = |names: &SpotSet| spot.is_some_and(|spot| names.has(spot));
        if value.is_null() || among(&spread.without) {
            continue;
        }
        let place = Place::Member(from.unwrap_or(Spot::ROOT), value);
        let code = match (among(&spread.refused), spread.sends(value)) {
            (true, _) => spread.refusal,
            (false, false) => spread.lost,
            (false, true) => {
                if cx.rendering() {
                    let out = cx.out(Value::Copy(value), From::Place(place));
                    sent.push((value.key().into_owned(), out));
                }
                continue;
            }
        };
        if let Some(code) = code {
            cx.find(code, place);
        }
    }
    cx.change(request, |body| body.set(&spread.to, Out::Object(sent)));
}
