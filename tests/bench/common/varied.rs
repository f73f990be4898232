//! Calls as a product of some size sends them: seven in ten are track calls, then identify, group
//! and page; 5,000 users with 15,000 anonymous ids and ten event names by a Zipf law; five
//! libraries, each with a `context` of its own; properties that differ by event and are left out now
//! and then. About one call in fifteen lacks its account or user.
//!
//! Equal seeds give equal calls.

use std::fmt::Write;

/// Users, of whom a few send most, where no other number is asked for.
const USERS: usize = 5_000;
/// Each user has so many browsers and devices.
const DEVICES: usize = 3;
/// Accounts of [`USERS`] users.
const ACCOUNTS: usize = 400;

const EVENTS: [(&str, &[&str]); 10] = [
    ("Page Loaded", &["title", "duration_ms", "from"]),
    ("Report Exported", &["format", "rows", "report_id", "filters"]),
    ("Seat Added", &["seats", "plan", "price"]),
    ("Order Completed", &["order_id", "total", "currency", "products", "coupon"]),
    ("Dashboard Viewed", &["dashboard", "widgets", "from"]),
    ("Invoice Paid", &["invoice", "total", "currency"]),
    ("Search Performed", &["query", "results", "filters"]),
    ("File Uploaded", &["name", "bytes", "format"]),
    ("Comment Added", &["text", "report_id", "mentions"]),
    ("Trial Started", &["plan", "seats"]),
];

const LIBRARIES: [(&str, &str, &str); 5] = [
    (
        "analytics.js",
        "next-1.81.0",
        r#""userAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36","locale":"en-GB","timezone":"Europe/London","page":{"path":"/orders","referrer":"","search":"","title":"Orders","url":"https://app.example.com/orders"}"#,
    ),
    ("@segment/analytics-node", "3.0.0", r#""app":{"version":"4.11.2"}"#),
    (
        "analytics-ios",
        "4.1.8",
        r#""app":{"name":"Shop","version":"7.2.0","build":"7201","namespace":"com.example.shop"},"device":{"id":"5C1B0C1E-9E1A-4A26-9BCB-8A8B8A1F4C11","manufacturer":"Apple","model":"iPhone16,2","type":"ios"},"os":{"name":"iOS","version":"19.1"},"network":{"cellular":false,"wifi":true},"screen":{"height":852,"width":393},"locale":"de-DE""#,
    ),
    ("analytics-python", "2.3.4", r#""active":true"#),
    ("analytics-go", "3.3.0", r#""os":{"name":"linux"}"#),
];

/// A source of such calls.
pub struct Varied {
    state: u64,
    nth: usize,
    accounts: usize,
    /// The sums of the Zipf weights of the users.
    users: Vec<f64>,
    events: Vec<f64>,
}

impl Varied {
    /// The calls of a seed.
    pub fn new(seed: u64) -> Varied {
        Varied::with_users(seed, USERS)
    }

    /// The calls of a seed, from so many users.
    pub fn with_users(seed: u64, users: usize) -> Varied {
        Varied {
            state: seed,
            nth: 0,
            accounts: (users * ACCOUNTS / USERS).max(1),
            users: zipf(users, 0.8),
            events: zipf(EVENTS.len(), 1.0),
        }
    }

    /// The next call. `id` is its `messageId`; it has one of its own without it.
    pub fn call(&mut self, id: Option<&str>) -> String {
        self.nth += 1;
        let user = self.pick(|of| &of.users);
        let account = user % self.accounts;
        let library = user % LIBRARIES.len();
        let device = user * DEVICES + self.below(DEVICES);
        let mut call = String::with_capacity(1_000);
        let kind = self.below(100);
        let kind = match kind {
            0..70 => "track",
            70..85 => "identify",
            85..95 => "group",
            _ => "page",
        };
        let lacks_user = self.below(100) < 2;
        let lacks_account = self.below(100) < 4;
        let _ = write!(call, r#"{{"type":"{kind}","#);
        match id {
            Some(id) => {
                let _ = write!(call, r#""messageId":"{id}","#);
            }
            None => {
                let (a, b) = (self.next(), self.next());
                let _ = write!(
                    call,
                    r#""messageId":"{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}","#,
                    a >> 32,
                    a >> 16 & 0xffff,
                    a & 0xfff,
                    b >> 52,
                    b & 0xffff_ffff_ffff
                );
            }
        }
        let _ = write!(
            call,
            r#""anonymousId":"{:08x}-7c1d-4d5e-9c3f-{device:012x}","#,
            (device * 2_654_435_761) & 0xffff_ffff
        );
        if !lacks_user {
            let _ = write!(call, r#""userId":"user-{user}","#);
        }
        let at = self.nth / 50;
        let _ = write!(
            call,
            r#""timestamp":"2026-11-20T{:02}:{:02}:{:02}.{:03}Z","#,
            at / 3600 % 24,
            at / 60 % 60,
            at % 60,
            self.nth % 50 * 20
        );
        match kind {
            "track" => {
                let event = self.pick(|of| &of.events);
                let (name, properties) = EVENTS[event];
                let _ = write!(call, r#""event":"{name}","properties":{{"#);
                for property in properties {
                    if self.below(10) > 0 {
                        self.property(&mut call, property);
                    }
                }
                let _ = write!(call, r#""module_id":"{}","product_id":"shop","#, &name[..4]);
                if !lacks_account {
                    let _ = write!(
                        call,
                        r#""account_id":"acct-{account}","company_id":"acct-{account}","#
                    );
                }
                let _ = write!(call, r#""user_id":"user-{user}"}},"#);
            }
            "identify" => {
                let _ = write!(
                    call,
                    r#""traits":{{"email":"user{user}@example.com","firstName":"Ada","lastName":"Lovelace","createdAt":"2025-05-01T10:00:00Z","logins":{},"#,
                    self.below(900)
                );
                if !lacks_account {
                    let _ = write!(
                        call,
                        r#""account_id":"acct-{account}","company_id":"acct-{account}","#
                    );
                }
                let _ = write!(call, r#""user_id":"user-{user}","plan":"gold"}},"#);
            }
            "group" => {
                if !lacks_account {
                    let _ = write!(call, r#""groupId":"acct-{account}","#);
                }
                let _ = write!(
                    call,
                    r#""traits":{{"name":"Company {account}","industry":"Technology","employees":{},"mrr":{}.5,"account_id":"acct-{account}","user_id":"user-{user}","createdAt":"2024-05-01T10:00:00Z"}},"#,
                    10 + account,
                    self.below(5_000)
                );
            }
            _ => {
                let _ = write!(
                    call,
                    r#""name":"Orders","properties":{{"path":"/orders","title":"Orders","url":"https://app.example.com/orders","#
                );
                if !lacks_account {
                    let _ = write!(call, r#""account_id":"acct-{account}","#);
                }
                let _ = write!(call, r#""user_id":"user-{user}"}},"#);
            }
        }
        let (name, version, context) = LIBRARIES[library];
        let _ = write!(
            call,
            r#""context":{{{context},"ip":"10.{}.{}.7","groupId":"acct-{account}","library":{{"name":"{name}","version":"{version}"}}}},"integrations":{{}}}}"#,
            user % 200,
            user / 200
        );
        call
    }

    fn property(&mut self, call: &mut String, name: &str) {
        let _ = match name {
            "total" | "price" => {
                write!(call, r#""{name}":{}.{:02}"#, self.below(900), self.below(100))
            }
            "products" => {
                let _ = write!(call, r#""products":["#);
                for nth in 0..=self.below(3) {
                    let comma = if nth > 0 { "," } else { "" };
                    let _ = write!(
                        call,
                        r#"{comma}{{"product_id":"p{}","name":"Chair","price":49.5,"quantity":1}}"#,
                        self.below(500)
                    );
                }
                call.push(']');
                Ok(())
            }
            "filters" => write!(
                call,
                r#""filters":{{"from":"2026-11-{:02}","status":"open"}}"#,
                1 + self.below(28)
            ),
            "coupon" => write!(call, r#""coupon":null"#),
            "text" => write!(
                call,
                r#""text":"{}""#,
                "the figures of this week look good ".repeat(1 + self.below(6))
            ),
            "rows" | "bytes" | "seats" | "results" | "widgets" | "duration_ms" | "mentions" => {
                write!(call, r#""{name}":{}"#, self.below(10_000))
            }
            _ => write!(call, r#""{name}":"{name}-{}""#, self.below(50)),
        };
        call.push(',');
    }

    fn pick(&mut self, of: impl FnOnce(&Varied) -> &[f64]) -> usize {
        let at = self.next() as f64 / u64::MAX as f64;
        let sums = of(self);
        let at = at * sums[sums.len() - 1];
        sums.partition_point(|sum| *sum < at).min(sums.len() - 1)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

fn zipf(n: usize, exponent: f64) -> Vec<f64> {
    let weights = (1..=n).map(|rank| (rank as f64).powf(-exponent));
    weights
        .scan(0.0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        })
        .collect()
}
