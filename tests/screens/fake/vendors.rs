//! The vendors, as the screen sees them.

use segscope::tui::feed::{FidelityView, Preset, VendorView};

pub fn all() -> Vec<VendorView> {
    vec![
        vendor("customersuccessbox", "CustomerSuccessBox", "CSB", "Segment"),
        vendor("freshsuccess", "Freshsuccess", "FS", "Segment"),
        vendor("planhat", "Planhat", "PH", "Segment"),
        vendor("suprsend", "SuprSend", "SS", "Segment"),
        vendor("custify", "Custify", "CUS", "Segment and RudderStack"),
    ]
}

/// The fidelity of a vendor's output.
pub fn fidelity(vendor: usize) -> FidelityView {
    match vendor {
        4 => FidelityView { word: "wire", means: "these requests are made exactly so" },
        _ => FidelityView {
            word: "equivalent",
            means: "the vendor takes the call itself; this is the same write as its public API has it",
        },
    }
}

fn vendor(name: &str, title: &str, short: &str, fed_by: &str) -> VendorView {
    VendorView {
        name: name.to_owned(),
        title: title.to_owned(),
        short: short.to_owned(),
        fed_by: fed_by.to_owned(),
        document: format!("{title}, “Segment integration”"),
        note: None,
        pushes: (name == "planhat").then(|| {
            "Planhat syncs its objects to Segment three times a day, or when “Push data to Segment” is pressed on its Segment page.".to_owned()
        }),
        preset: (name == "suprsend").then(|| Preset {
            keys: vec!["channel_mapping".to_owned()],
            lines: "[vendors.suprsend]\nchannel_mapping = { email = \"email\" }\n".to_owned(),
        }),
    }
}
