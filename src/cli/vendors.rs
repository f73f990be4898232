//! `segscope vendors`: shows what each vendor accepts, and checks a user's vendor file.

use super::args::{JudgeArgs, VendorsArgs, VendorsCommand};
use super::failure::Failure;
use super::output;
use super::setup;
use crate::call::text::visible;
use crate::inspector::{find_vendor, vendor_file};
use crate::report::{vendor_list, vendor_losses, vendor_tables};
use crate::vendors::{EXAMPLES, TEMPLATE, Vendors};
use std::path::Path;

/// Lists vendors, shows one, prints a template, or checks a vendor file.
pub fn run(args: &VendorsArgs) -> Result<(), Failure> {
    let text = match args.command.as_ref().unwrap_or(&VendorsCommand::List) {
        VendorsCommand::List => {
            vendor_list(&setup::load(&JudgeArgs::default(), Vec::new())?.vendors)
        }
        VendorsCommand::Show { name, vendor_file } => {
            let judge = JudgeArgs { vendor_file: vendor_file.clone(), ..JudgeArgs::default() };
            let vendors = setup::load(&judge, Vec::new())?.vendors;
            vendor_tables(&vendors, find_vendor(&vendors, name, "vendors show")?)
        }
        VendorsCommand::Template { name } => template(name.as_deref())?.to_owned(),
        VendorsCommand::Check { file } => check(file)?,
    };
    Ok(output::print(&text)?)
}

fn template(name: Option<&str>) -> Result<&'static str, Failure> {
    let Some(name) = name else { return Ok(TEMPLATE) };
    let found = EXAMPLES.iter().find(|(example, _)| *example == name);
    found.map(|(_, text)| *text).ok_or_else(|| {
        let names: Vec<&str> = EXAMPLES.iter().map(|(example, _)| *example).collect();
        Failure::wrong(format!(
            "vendors template: `{name}` is not an example; there are {}",
            names.join(", ")
        ))
    })
}

fn check(file: &Path) -> Result<String, Failure> {
    let vendors = Vendors::new(&serde_json::Map::new(), &[vendor_file(file)?])?;
    let info = vendors.info(vendors.len() - 1);
    let mut out = format!(
        "{}: `{}` ({}) is a vendor: {} call types, {} settings\n",
        visible(&file.display().to_string()),
        info.name,
        visible(&info.title),
        info.calls.len(),
        info.settings.len()
    );
    for loss in vendor_losses(info) {
        out.push_str(&visible(&loss));
        out.push('\n');
    }
    Ok(out)
}
