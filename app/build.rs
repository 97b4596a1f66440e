//! Makes the typed translations from the locale files.

use leptos_i18n_build::{Config, ParseOptions, TranslationsInfos};
use std::{env, error::Error, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales");
    // Without `interpolate_display`, a text with values could only be a view, never a string.
    let config = Config::new("zh-CN")?
        .add_locale("en")?
        .add_namespaces([
            "common",
            "calendar",
            "activity",
            "family",
            "care",
            "care_details",
            "sign_in",
            "account",
            "desk",
            "entry",
            "list",
            "people",
            "privacy",
            "dates",
            "days",
            "resources",
            "sheet",
            "staff",
            "staff_calendar",
        ])?
        .parse_options(ParseOptions::new().interpolate_display(true));
    let translations = TranslationsInfos::parse(config)?;
    translations.emit_diagnostics();
    translations.rerun_if_locales_changed();
    translations.generate_i18n_module(PathBuf::from(env::var("OUT_DIR")?).join("i18n"))?;
    Ok(())
}
