//! Every setting, once: its type, default and doc make the struct, the `init` template and `docs/config.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::model::Date;

/// The name of the settings file; it marks the root of a workspace.
pub const FILE: &str = "spendtrace.toml";

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident : $ty:ty = $default:literal,)+) => {
        /// Settings as they stand in the file: every key optional.
        #[derive(Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct FileSettings {
            $($name: Option<$ty>,)+
            #[serde(default)]
            source: Vec<Source>,
        }

        /// The settings of a workspace.
        #[derive(Debug, Clone)]
        pub struct Config {
            /// The workspace: the folder that holds `spendtrace.toml`.
            pub workspace: PathBuf,
            /// `as_of_on` as a day.
            pub as_of: Option<Date>,
            /// Where each setting that is not at its default comes from.
            pub origins: BTreeMap<&'static str, Origin>,
            /// The exports to read.
            pub sources: Vec<Source>,
            $($(#[doc = $doc])+ pub $name: $ty,)+
        }

        /// Name, type, default as TOML, and doc of each setting.
        pub const SETTINGS: &[(&str, &str, &str, &str)] = &[
            $((stringify!($name), stringify!($ty), $default, concat!($($doc),+)),)+
        ];

        impl Config {
            /// Each setting as it is in force: name, value as TOML, origin.
            pub fn show(&self) -> Vec<(&'static str, String, Origin)> {
                vec![$((
                    stringify!($name),
                    toml::Value::try_from(&self.$name).map_or_else(|_| format!("{:?}", self.$name), |v| v.to_string()),
                    self.origins.get(stringify!($name)).copied().unwrap_or(Origin::Default),
                ),)+]
            }

            fn from_file(workspace: PathBuf, file: FileSettings, origins: BTreeMap<&'static str, Origin>) -> Result<Config> {
                #[derive(Deserialize)]
                struct Defaults { $($name: $ty,)+ }
                let text = SETTINGS.iter().map(|(name, _, default, _)| format!("{name} = {default}\n")).collect::<String>();
                let defaults: Defaults = toml::from_str(&text).expect("the declared defaults are valid");
                let mut config = Config { workspace, as_of: None, origins, sources: file.source, $($name: file.$name.unwrap_or(defaults.$name),)+ };
                config.settle()?;
                Ok(config)
            }
        }
    };
}

settings! {
    /// Name of the buyer, as it stands in the report.
    name: String = "\"Workspace\"",
    /// Output folder, relative to the workspace.
    out: PathBuf = "\"out\"",
    /// Currency of the figures (ISO 4217). Lines in other currencies are shown apart until a rate is on file.
    currency: String = "\"SEK\"",
    /// Language that the report opens in: sv or en. Both are always inside.
    language: String = "\"sv\"",
    /// The day that the figures describe, YYYY-MM-DD; empty = the last day of the last month with lines.
    as_of_on: String = "\"\"",
    /// Share of a file's rows that may be rejected before the file is refused (exit 3).
    reject_ratio_max: f64 = "0.05",
    /// Threads; 0 = one for each core.
    threads: usize = "0",
    /// Largest number of rows that a table of the HTML report shows; the rest is in the CSV beside it.
    report_rows_max: usize = "500",
    /// Organisation numbers of the buyer itself and its own companies: spend with them is internal.
    own_organisation_numbers: Vec<String> = "[]",
    /// Accounts that begin with one of these are no purchases; each as prefix=reason.
    excluded_accounts: Vec<String> = "[]",
    /// File of supplier verdicts that people keep, relative to the workspace.
    supplier_overrides: PathBuf = "\"suppliers.overrides\"",
    /// Municipality codes that count as local in the diversity figures.
    local_municipalities: Vec<String> = "[]",
    /// File with the key of the hashes that stand for personal numbers, relative to the workspace; made at first use. Keep it out of the lake and of backups of it.
    privacy_key_file: PathBuf = "\"privacy.key\"",
    /// Probability from which a name link between vendor records is made without asking.
    name_link_score_min: f64 = "0.92",
    /// Components of observed total cost that are counted, by the codes of data/reference/cost_components.toml; empty = those that the file counts.
    cost_components: Vec<String> = "[]",
    /// Paid above the agreed price by more than this share counts as a price deviation.
    price_tolerance_ratio: f64 = "0.01",
    /// Days that an exchange rate may be older than the line that it converts: weekends and holidays have none of their own.
    exchange_rate_age_days_max: u32 = "7",
}

/// Where a setting comes from, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// A variable `SPENDTRACE_…`.
    Environment,
    /// `spendtrace.toml`.
    File,
    /// The declared default.
    Default,
}

impl Origin {
    /// The word that `config show` prints.
    pub const fn word(self) -> &'static str {
        match self {
            Origin::Flag => "flag",
            Origin::Environment => "environment",
            Origin::File => "file",
            Origin::Default => "default",
        }
    }
}

/// A setting given outside the settings file. `value` is TOML, or bare text for settings that are text.
#[derive(Debug, Clone)]
pub struct Override {
    /// Name of the setting.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Flag or environment.
    pub origin: Origin,
}

/// One source of exports in `spendtrace.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Name of the source; it enters the vendor keys, so keep it.
    pub name: String,
    /// File or glob (`*` within one folder), relative to the workspace.
    pub path: String,
    /// Name of a mapping in the workspace's `mappings/` or among the built-in ones.
    pub mapping: String,
    /// Encoding to decode with, when the file's own is not found out: a WHATWG label, or cp437, cp850.
    #[serde(default)]
    pub encoding: Option<String>,
    /// Columns that may come and go from file to file, by their names in the header; `*` stands for any.
    #[serde(default)]
    pub accept_columns: Vec<String>,
    /// Files of the path that are not read, by their names; `*` stands for any run of characters.
    #[serde(default)]
    pub exclude: Vec<String>,
}

impl Config {
    /// Reads the settings of the workspace at or above `start`. Later overrides are stronger than earlier ones, and all are
    /// stronger than the file.
    pub fn load(start: &Path, overrides: &[Override]) -> Result<Config> {
        let workspace = start
            .ancestors()
            .find(|folder| folder.join(FILE).is_file())
            .ok_or_else(|| Error::Config(format!("{}: no {FILE} here or above; make one with `spendtrace init`", start.display())))?;
        let path = workspace.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|e| Error::Config(format!("{}: cannot read: {e}", path.display())))?;
        Config::parse_with(workspace, &text, overrides).map_err(|e| Error::Config(format!("{}: {e}", path.display())))
    }

    /// Settings from the text of a settings file alone.
    pub fn parse(workspace: &Path, text: &str) -> Result<Config> {
        Config::parse_with(workspace, text, &[])
    }

    fn parse_with(workspace: &Path, text: &str, overrides: &[Override]) -> Result<Config> {
        // Once with the text, so that faults name their line; then with the overrides on top.
        toml::from_str::<FileSettings>(text).map_err(|e| Error::Config(e.to_string()))?;
        let mut table: toml::Table = toml::from_str(text).map_err(|e| Error::Config(e.to_string()))?;
        let mut origins = BTreeMap::new();
        for (name, ..) in SETTINGS {
            if table.contains_key(*name) {
                origins.insert(*name, Origin::File);
            }
        }
        for Override { name, value, origin } in overrides {
            let (name, ty, ..) =
                SETTINGS.iter().find(|s| s.0 == name).ok_or_else(|| Error::Config(format!("no setting is named \"{name}\"; see `spendtrace config show`")))?;
            let value = if ["String", "PathBuf"].contains(ty) {
                toml::Value::String(value.clone())
            } else {
                let parsed: toml::Table = toml::from_str(&format!("v = {value}")).map_err(|_| Error::Config(format!("{name} = {value} is not {ty}")))?;
                parsed["v"].clone()
            };
            table.insert((*name).to_string(), value);
            origins.insert(*name, *origin);
        }
        let file: FileSettings = table.try_into().map_err(|e: toml::de::Error| Error::Config(e.to_string()))?;
        Config::from_file(workspace.to_path_buf(), file, origins)
    }

    /// Checks what the types cannot say.
    fn settle(&mut self) -> Result<()> {
        if !self.as_of_on.is_empty() {
            self.as_of =
                Some(Date::parse_iso(&self.as_of_on).ok_or_else(|| Error::Config(format!("as_of_on \"{}\" is not a date; write YYYY-MM-DD", self.as_of_on)))?);
        }
        if !["sv", "en"].contains(&self.language.as_str()) {
            return Err(Error::Config(format!("language \"{}\" is not known; write sv or en", self.language)));
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Error::Config(format!("currency \"{}\" is not an ISO 4217 code; write for instance SEK", self.currency)));
        }
        for (name, value) in [
            ("reject_ratio_max", self.reject_ratio_max),
            ("name_link_score_min", self.name_link_score_min),
            ("price_tolerance_ratio", self.price_tolerance_ratio),
        ] {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::Config(format!("{name} = {value} is not a share; write a number from 0 to 1")));
            }
        }
        let mut names: Vec<_> = self.sources.iter().map(|s| s.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|w| w[0] == w[1]) {
            return Err(Error::Config(format!("two sources are named \"{}\"; give each its own name", twice[0])));
        }
        Ok(())
    }

    /// The output folder.
    pub fn out_folder(&self) -> PathBuf {
        self.workspace.join(&self.out)
    }

    /// Everything that can change a figure, as text, for the fingerprints of stages.
    pub fn fingerprint_text(&self) -> String {
        // The output folder and the threads change no figure.
        let same = Config { out: PathBuf::new(), threads: 0, workspace: PathBuf::new(), origins: BTreeMap::new(), ..self.clone() };
        format!("{same:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_beat_the_environment_and_the_file() {
        let set = |name: &str, value: &str, origin| Override { name: name.to_string(), value: value.to_string(), origin };
        let overrides = [set("name", "From outside", Origin::Environment), set("threads", "3", Origin::Environment), set("threads", "2", Origin::Flag)];
        let config = Config::parse_with(Path::new("w"), "threads = 1\ncurrency = \"GBP\"\n", &overrides).unwrap();
        assert_eq!((config.name.as_str(), config.threads), ("From outside", 2));
        let origin = |name: &str| config.show().into_iter().find(|(n, ..)| *n == name).unwrap().2;
        assert_eq!(
            [origin("threads"), origin("name"), origin("currency"), origin("language")],
            [Origin::Flag, Origin::Environment, Origin::File, Origin::Default]
        );
        assert!(Config::parse_with(Path::new("w"), "", &[set("colour", "1", Origin::Flag)]).is_err());
    }

    #[test]
    fn defaults_and_faults() {
        let config = Config::parse(Path::new("w"), "currency = \"GBP\"\n[[source]]\nname = \"a\"\npath = \"*.csv\"\nmapping = \"m\"\n").unwrap();
        assert_eq!((config.currency.as_str(), config.sources.len(), config.reject_ratio_max), ("GBP", 1, 0.05));
        for (text, part) in [
            ("colour = 1", "unknown field"),
            ("as_of_on = \"2023-02-30\"", "not a date"),
            ("language = \"de\"", "sv or en"),
            ("reject_ratio_max = 2.0", "from 0 to 1"),
        ] {
            let error = Config::parse(Path::new("w"), text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
