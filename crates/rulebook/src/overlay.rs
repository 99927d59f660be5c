//! 町村別設定: one town's choices within what the shared rulebook leaves open, each with who decided it,
//! when and why; and the rulebook as it then holds in that town.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::canonical::CanonicalError;
use kernel::slug::RulebookCode;
use kernel::{Code, Digest, Fault};
use serde::Serialize;

use crate::load::values::{all, format_of};
use crate::program::Program;
use crate::reader::{Item, Reader, Table, located};
use crate::resolve::amount_in;
use crate::rulebook::{Amount, Rulebook, Threshold, Variant};

/// A choice and who answers for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision<T> {
    /// What was chosen.
    pub value: T,
    /// Why.
    pub reason: String,
    /// By whom.
    pub decided_by: String,
    /// When.
    pub decided_on: NaiveDate,
    #[serde(skip)]
    line: u32,
}

/// One town's choices for one rulebook, as read from `overlays/<rulebook>.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlay {
    /// The rulebook.
    pub rulebook: RulebookCode,
    /// The version it was decided for.
    pub version: String,
    /// The first day it holds.
    pub effective_from: NaiveDate,
    /// The variant.
    pub variant: Decision<String>,
    /// Parameters, `threshold` among them where the variant leaves it open.
    pub params: BTreeMap<String, Decision<i64>>,
    #[serde(skip)]
    file: String,
}

impl Overlay {
    /// Reads an overlay. `file` is the name faults show.
    ///
    /// # Errors
    /// Every fault with file and line (`config_*`). Whether the choices are allowed is
    /// [`Rulebook::with_overlay`]'s to say.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let reader = Reader::new(file, text);
        let document = reader.document();
        let read = reader.is_clean().then(|| overlay(Table::root(&reader, &document), file)).flatten();
        reader.finish(read)
    }

    /// The overlay's identity: the digest of its canonical JSON.
    ///
    /// # Errors
    /// Only for a chosen value beyond ±(2^53 − 1), which no rulebook's bounds allow.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Digest::of_canonical(self)
    }
}

fn overlay(root: Table<'_>, file: &str) -> Option<Overlay> {
    format_of(&root);
    let rulebook = root.read("rulebook", Item::parse);
    let version = root.read("version", Item::text);
    let effective_from = root.read("effective_from", Item::date);
    let variant = root.read("variant", |item| decision(item, Item::text));
    let params = root.maybe("params", |item| {
        let read = item.table()?.entries().map(|(name, item)| Some((name, decision(&item, Item::int)?)));
        all(read.collect()).map(|params| params.into_iter().collect())
    });
    root.close();
    Some(Overlay {
        rulebook: rulebook?,
        version: version?,
        effective_from: effective_from?,
        variant: variant?,
        params: params?.unwrap_or_default(),
        file: file.to_owned(),
    })
}

fn decision<'r, T>(item: &Item<'r>, read: impl FnOnce(&Item<'r>) -> Option<T>) -> Option<Decision<T>> {
    let line = item.line();
    let table = item.table()?;
    let value = table.read("value", read);
    let reason = table.read("reason", Item::text);
    let decided_by = table.read("decided_by", Item::text);
    let decided_on = table.read("decided_on", Item::date);
    table.close();
    Some(Decision { value: value?, reason: reason?, decided_by: decided_by?, decided_on: decided_on?, line })
}

/// A rulebook as it holds in one town. Both digests stand in every result.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The shared rules.
    pub rulebook: Rulebook,
    /// The town's choices.
    pub choices: Overlay,
    /// The release's identity.
    pub release: Digest,
    /// The overlay's identity.
    pub overlay: Digest,
    program: Program,
    params: BTreeMap<String, i64>,
}

impl Effective {
    /// The compiled rules.
    #[must_use]
    pub const fn program(&self) -> &Program {
        &self.program
    }

    /// The total from which a child is on the list.
    #[must_use]
    pub const fn threshold(&self) -> u8 {
        self.program.threshold()
    }

    /// A number as it holds here.
    pub(crate) fn amount(&self, amount: &Amount) -> i64 {
        amount_in(amount, &self.params)
    }
}

impl Rulebook {
    /// Puts a town's choices in force.
    ///
    /// # Errors
    /// Every fault with the overlay's file and line: `overlay_out_of_bounds`, `overlay_locked`, another
    /// rulebook or version, a parameter or variant that does not exist, a threshold left open.
    pub fn with_overlay(&self, overlay: &Overlay) -> Result<Effective, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut note =
            |fault: Fault, key: &str, line: u32| faults.push(located(fault, &overlay.file, key, line));
        if overlay.rulebook != self.code {
            note(Fault::new(Code::ConfigReference).with("target", &overlay.rulebook), "rulebook", 1);
        }
        if overlay.version != self.version {
            note(Fault::new(Code::ConfigReference).with("target", &overlay.version), "version", 1);
        }
        if !(self.effective[0]..=self.effective[1]).contains(&overlay.effective_from) {
            let (ja, en) = ("判定基準の適用期間の外です", "outside the days the rulebook governs");
            note(Fault::new(Code::ConfigInvalidValue).with_words("why", ja, en), "effective_from", 1);
        }
        let Some(variant) = self.variants.iter().find(|variant| variant.name == overlay.variant.value) else {
            let fault = Fault::new(Code::ConfigReference).with("target", &overlay.variant.value);
            note(fault, "variant.value", overlay.variant.line);
            return Err(faults);
        };
        for (name, decision) in &overlay.params {
            let key = format!("params.{name}");
            if let Err(fault) = self.allows(variant, name, decision.value) {
                note(fault, &key, decision.line);
            }
        }
        let chosen: BTreeMap<String, i64> =
            overlay.params.iter().map(|(name, decision)| (name.clone(), decision.value)).collect();
        if matches!(variant.threshold, Threshold::Within(_)) && !chosen.contains_key("threshold") {
            note(Fault::new(Code::ConfigMissingKey), "params.threshold", 1);
        }
        let digests = self.digest().and_then(|release| Ok((release, overlay.digest()?)));
        match digests {
            Ok((release, overlay_digest)) if faults.is_empty() => {
                let params = self.chosen(&chosen);
                let program = Program::compile(self.scorer(variant, &params));
                let (rulebook, choices) = (self.clone(), overlay.clone());
                Ok(Effective { rulebook, choices, release, overlay: overlay_digest, program, params })
            }
            Ok(_) => Err(faults),
            Err(error) => {
                let fault = Fault::new(Code::ConfigInvalidValue).with("why", error);
                faults.push(located(fault, &overlay.file, "params", 1));
                Err(faults)
            }
        }
    }

    /// Whether a town may choose this number.
    pub(crate) fn allows(&self, variant: &Variant, name: &str, value: i64) -> Result<(), Fault> {
        let bounds = match (name, variant.threshold, self.params.get(name)) {
            ("threshold", Threshold::Locked(_), _) => None,
            ("threshold", Threshold::Within(bounds), _) => Some(bounds.map(i64::from)),
            (_, _, Some(param)) => param.bounds,
            (_, _, None) => return Err(Fault::new(Code::ConfigReference).with("target", name)),
        };
        match bounds {
            None => Err(Code::OverlayLocked.into()),
            Some([low, high]) if (low..=high).contains(&value) => Ok(()),
            Some([low, high]) => Err(Fault::new(Code::OverlayOutOfBounds)
                .with("value", value)
                .with("low", low)
                .with("high", high)),
        }
    }

    /// The defaults with a town's choices over them.
    pub(crate) fn chosen(&self, choices: &BTreeMap<String, i64>) -> BTreeMap<String, i64> {
        let mut params: BTreeMap<String, i64> =
            self.params.iter().map(|(name, param)| (name.clone(), param.default)).collect();
        params.extend(choices.clone());
        params
    }
}

#[cfg(test)]
#[path = "overlay_tests.rs"]
mod tests;
