//! How long judging and rendering take: `cargo run --release --example judge_speed`.

use segscope::call::{Doc, Event, Seq, Spare};
use segscope::vendors::{Judgement, Vendors};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: u64 = 200_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vendors = Vendors::new(&serde_json::Map::new(), &[])?;
    for (name, call) in [("track", track()), ("identify", identify())] {
        let (mut memory, mut judgement) = (vendors.memory(), Judgement::default());
        let mut spare = Spare::default();
        let read = best(|| {
            let doc = Doc::parse_with(call.as_str(), &mut spare).expect("JSON");
            black_box(doc.root().size());
            doc.recycle(&mut spare);
        });
        let doc = Doc::parse(call.as_str())?;
        let event = Event::bare(doc.root());
        let mut seq = 0;
        let judge = best(|| {
            seq += 1;
            vendors.judge(&event, Seq(seq), &mut memory, &mut judgement);
            black_box(&judgement);
        });
        println!(
            "{name}, {} bytes: read {read:?}, judge {} vendors {judge:?}",
            call.len(),
            vendors.len()
        );
        for (vendor, of) in vendors.names().enumerate() {
            let render = best(|| {
                black_box(vendors.render(vendor, &event, Seq(seq), &memory));
            });
            println!("  render {of}: {render:?}");
        }
    }
    Ok(())
}

/// The time of one turn: the best of five rounds.
fn best(mut turn: impl FnMut()) -> Duration {
    (0..5)
        .map(|_| {
            let start = Instant::now();
            (0..ROUNDS).for_each(|_| turn());
            start.elapsed() / ROUNDS as u32
        })
        .min()
        .unwrap_or_default()
}

fn context() -> &'static str {
    r#""anonymousId":"8d872292709c6fbe","messageId":"test-message-9ir0cb","sentAt":"2024-05-01T10:00:01.000Z","timestamp":"2024-05-01T10:00:00.000Z","originalTimestamp":"2024-05-01T10:00:00.000Z","receivedAt":"2024-05-01T10:00:01.200Z","userId":"user_42","groupId":"acct_42","integrations":{"All":true},"context":{"ip":"127.0.0.1","userAgent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36","locale":"en-US","library":{"name":"analytics.js","version":"next-1.70.0"},"page":{"path":"/orders","referrer":"","search":"","title":"Orders","url":"https://app.example.com/orders"},"groupId":"acct_42"}"#
}

fn track() -> String {
    format!(
        r#"{{"type":"track","event":"Order Received","properties":{{"account_id":"acct_42","user_id":"user_42","module_id":"Orders","product_id":"Shop","total":1,"currency":"EUR","order_id":"50314b8e9bcf000000000000","coupon":"hasbros","category":"Games","shipping":3}},{}}}"#,
        context()
    )
}

fn identify() -> String {
    format!(
        r#"{{"type":"identify","traits":{{"account_id":"acct_42","user_id":"user_42","email":"ada@example.com","firstName":"Ada","lastName":"Lovelace","phone":"+15555555555","title":"Analyst","createdAt":"2024-05-01T10:00:00Z","address":{{"city":"London","country":"UK"}},"plan":"gold","logins":5}},{}}}"#,
        context()
    )
}
