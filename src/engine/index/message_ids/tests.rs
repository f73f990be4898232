use super::*;

const SPREAD: u64 = 1 << 56 | 1;
const NOW: ArrivalHour = ArrivalHour(1);

/// A fingerprint whose content differs in the bits that are kept.
fn print(id: &str, content: u32) -> Fingerprint {
    Fingerprint::new(id, content << HOUR_BITS)
}

fn at_hour(hour: Millis) -> ArrivalHour {
    ArrivalHour::new(Some(hour * HOUR_MS))
}

#[test]
fn a_message_id_is_free_again_when_the_service_has_certainly_forgotten_it() {
    use Sighting::{First, Repeat, RepeatOfReused, Reused};
    // near the end of the hours that are kept, so that they begin again
    let start = 30 * Millis::from(HOURS) - 20;
    let mut seen = MessageIds::default();
    let mut meet = |content, hours| seen.meet(print("m", content), at_hour(start + hours));
    assert_eq!(meet(1, 0), First);
    // 24 hours and less than one more
    assert_eq!((meet(1, 24), meet(2, 24)), (Repeat, Reused));
    // a dropped call does not make the service remember the id for longer
    assert_eq!((meet(2, 25), meet(2, 26), meet(1, 49)), (First, Repeat, Reused));
    assert_eq!((meet(3, 50), meet(4, 51), meet(4, 52)), (First, Reused, RepeatOfReused));
    // so is the dropped call of hour 24
    assert_eq!((meet(3, 70), meet(2, 71), meet(2, 72)), (Repeat, Reused, RepeatOfReused));
    // files that are read in another order than that of their times
    let mut earlier = |content, hours| seen.meet(print("e", content), at_hour(start + hours));
    assert_eq!((earlier(1, 75), earlier(2, 51), earlier(2, 50)), (First, Reused, First));
    // an older call in between takes nothing from those before it
    assert_eq!((earlier(1, 75), earlier(1, 20), earlier(1, 76)), (Repeat, First, Repeat));
    let discarded =
        |seen: &mut MessageIds, hours| seen.meet_discarded(print("d", 1), at_hour(start + hours));
    assert_eq!([0, 24, 49].map(|hours| discarded(&mut seen, hours)), [First, Repeat, First]);
}

#[test]
fn a_cell_has_twelve_bytes() {
    assert_eq!(size_of::<FingerprintSlot>(), 12);
}

#[test]
fn an_unknown_time_counts_as_near_any_other() {
    let unknown = ArrivalHour::new(None);
    assert_eq!(ArrivalHour::new(Some(0)), unknown);
    let mut seen = MessageIds::default();
    use Sighting::{First, Repeat, Reused};
    assert_eq!(seen.meet(print("m", 1), unknown), First);
    assert_eq!(seen.meet(print("m", 1), at_hour(400_000)), Repeat);
    assert_eq!(seen.meet(print("m", 2), unknown), Reused);
    assert_eq!(seen.meet(print("n", 1), at_hour(400_000)), First);
    assert_eq!(seen.meet(print("n", 1), unknown), Repeat);
}

#[test]
fn finds_all_fingerprints_that_select_the_same_cell() {
    let mut table = FingerprintTable::new(0);
    let prints = || (1..3_000_u64).map(|n| Fingerprint { id: n << 56 | n, content: n as u32 });
    // with this factor, the bits from which the cell is computed are 0 for all of these ids
    assert!(prints().all(|print| place(print.id, SPREAD, FIRST_CELLS) == 0));
    assert!(prints().all(|print| table.first(print, NOW, SPREAD).is_none()));
    assert!(prints().all(|print| {
        let known = table.first(print, NOW, SPREAD);
        known == Some(CallBits::new(print, NOW))
    }));
    assert_eq!(table.used, 2_999);
    assert!(table.cells * 4 < table.used * 8, "{} cells", table.cells);
}

#[test]
fn uses_as_many_cells_per_call_at_any_number_of_calls() {
    let mut seen = MessageIds::default();
    for n in 1..=200_000_u32 {
        seen.meet(Fingerprint::new(&format!("id-{n}"), n), NOW);
        if n >= 30_000 && n % 1_000 == 0 {
            let cells: usize = seen.tables.iter().map(|table| table.cells).sum();
            let of_a_call = cells as f64 / f64::from(n);
            assert!((1.33..1.5).contains(&of_a_call), "{of_a_call} cells for each of {n} calls");
        }
    }
}

#[test]
fn each_message_id_is_first_once() {
    let mut seen = MessageIds::default();
    let prints = || (0..20_000).map(|n| print(&format!("id-{n}"), n));
    assert!(prints().all(|print| seen.meet(print, NOW) == Sighting::First));
    assert!(prints().all(|print| seen.meet(print, NOW) == Sighting::Repeat));
    assert!(seen.tables.iter().all(|table| table.used < 160), "they are spread evenly");
}

#[test]
fn a_different_call_with_a_known_id_is_not_a_repeat() {
    let mut seen = MessageIds::default();
    let met = [1, 2, 1, 2, 3, 3, 1].map(|content| seen.meet(print("const-1", content), NOW));
    use Sighting::{First, Repeat, RepeatOfReused, Reused};
    assert_eq!(met, [First, Reused, Repeat, RepeatOfReused, Reused, RepeatOfReused, Repeat]);
    let discarded = [1, 2, 1].map(|content| seen.meet_discarded(print("const-2", content), NOW));
    assert_eq!(discarded, [First, First, Repeat]);
    assert_eq!(seen.meet(print("const-2", 3), NOW), First);
}
