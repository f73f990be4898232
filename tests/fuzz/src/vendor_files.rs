//! A vendor file is refused with a reason, or maps calls to JSON.

use crate::input::{assert_harmless, assert_json};
use segscope::report::{vendor_list, vendor_tables};
use segscope::vendors::{Mapper, VendorFile, Vendors};

const CALLS: [&str; 3] = [
    r#"{"type":"track","event":"Paid","userId":"u1","timestamp":"2026-11-22T10:00:00Z","properties":{"account_id":"a1","n":1.5,"list":[1,{"a":null}]}}"#,
    r#"{"type":"identify","userId":"u1","timestamp":"2026-11-22T10:00:00Z","traits":{"email":"a@b.test","company_id":"c"}}"#,
    r#"{"type":"group","groupId":"g","userId":"../","traits":{"name":"N\u0000"}}"#,
];

pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file = VendorFile { name: "v.toml".to_owned(), text: text.to_owned() };
    let vendors = match Vendors::new(&Default::default(), std::slice::from_ref(&file)) {
        Ok(vendors) => vendors,
        Err(error) => {
            error.to_string();
            return;
        }
    };
    vendor_list(&vendors);
    vendor_tables(&vendors, vendors.len() - 1);
    let name = vendors.names().last().expect("the vendor of the file").to_owned();
    let mut mapper = Mapper::with_files(vec![file]).expect("read a moment ago");
    for call in CALLS {
        let line = format!("{{\"vendor\":{},\"call\":{call}}}", serde_json::Value::from(&*name));
        let mapped = mapper.line(&line);
        assert!(!mapped.contains('\n'), "one line: {mapped:?}");
        assert_json("a mapped line", &mapped);
        assert_harmless("a mapped line", &segscope::report::escaped_json(&mapped));
    }
}
