//! The vendors, as the screen sees them.

use segscope::tui::feed::{Preset, VendorView};

pub fn all() -> Vec<VendorView> {
    vec![
        vendor("customersuccessbox", "CustomerSuccessBox", "CSB", "Segment", "equivalent"),
        vendor("freshsuccess", "Freshsuccess", "FS", "Segment", "equivalent"),
        vendor("planhat", "Planhat", "PH", "Segment", "equivalent"),
        vendor("suprsend", "SuprSend", "SS", "Segment", "equivalent"),
        vendor("custify", "Custify", "CUS", "RudderStack", "wire"),
    ]
}

fn vendor(name: &str, title: &str, short: &str, fed_by: &str, fidelity: &str) -> VendorView {
    let means = match fidelity {
        "wire" => "these requests are made exactly so",
        _ => "the vendor takes the call itself; this is the same write as its public API has it",
    };
    VendorView {
        name: name.to_owned(),
        title: title.to_owned(),
        short: short.to_owned(),
        fed_by: fed_by.to_owned(),
        document: format!("{title}, “Segment integration”"),
        fidelity: fidelity.to_owned(),
        fidelity_means: means.to_owned(),
        pushes: (name == "planhat").then(|| {
            "Planhat syncs its objects to Segment three times a day, or when “Push data to Segment” is pressed on its Segment page.".to_owned()
        }),
        preset: (name == "suprsend").then(|| Preset {
            keys: vec!["channel_mapping".to_owned()],
            lines: "[vendors.suprsend]\nchannel_mapping = { email = \"email\" }\n".to_owned(),
        }),
    }
}
