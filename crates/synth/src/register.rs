//! One source of one town to the file its system exports: which facts the system knows, the spelling the
//! town's layout asks for, and the few faults every real export has.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::slug::TownSlug;
use kernel::{Code, SourceCode};
use layouts::EncodeError;
use profiles::{Source, TownProfile};

use crate::chance::Chance;
use crate::lesson::Number;
use crate::row::Row;
use crate::sheet::Sheet;
use crate::world::Town;
use crate::{benefit, beside, lesson, protection, spoil};

/// One file as a town's system would export it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynthFile {
    /// The source it belongs to.
    pub source: SourceCode,
    /// A file name as staff would see it.
    pub name: String,
    /// 何月何日時点.
    pub as_of: NaiveDate,
    /// The file.
    pub bytes: Vec<u8>,
    /// What a reader should find in it.
    pub expected: Counts,
}

/// What a reader should find in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Data rows, bad ones included.
    pub rows: u64,
    /// Bad rows by the reason they should be rejected for.
    pub rejects: BTreeMap<Code, u64>,
}

/// A layout that cannot spell what the system behind the file knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{town}/sources/{source_code}.toml: {why}")]
pub struct Unspelt {
    /// The town's folder.
    pub town: TownSlug,
    /// The source.
    pub source_code: SourceCode,
    /// Which field of which row.
    pub why: EncodeError,
}

/// The file of one source; `None` for a source of which this crate knows nothing, or which has nothing
/// to say in a file without header.
///
/// # Errors
/// When the layout asks for something it has no spelling for, or that no system of this world knows.
pub(crate) fn file(
    seed: u64,
    town: &Town,
    profile: &TownProfile,
    code: &SourceCode,
    source: &Source,
) -> Result<Option<SynthFile>, Unspelt> {
    let mut chance = Chance::new(seed, &format!("{}/{code}", profile.code));
    let rows = rows(town, code, source, &mut chance);
    let layout = source.layout.on(town.as_of);
    let (Some(rows), Some(sheet)) = (rows, Sheet::of(layout)) else { return Ok(None) };
    let rows = beside::months(layout, rows);
    let unspelt = |why| Unspelt { town: profile.slug.clone(), source_code: code.clone(), why };
    let mut bytes = sheet.write(layout, &rows, town.as_of, &mut chance).map_err(unspelt)?;
    if bytes.is_empty() {
        // A file without header and without rows is no file.
        return Ok(None);
    }
    let spared = code.as_str() == "protection_list";
    let rejects = if spared { BTreeMap::new() } else { spoil::spoil(&sheet, &mut bytes, rows.len()) };
    let name = format!("{code}_{}.{}", town.as_of.format("%Y%m%d"), sheet.extension());
    let rows = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let expected = Counts { rows, rejects };
    Ok(Some(SynthFile { source: code.clone(), name, as_of: town.as_of, bytes, expected }))
}

fn rows(town: &Town, code: &SourceCode, source: &Source, chance: &mut Chance) -> Option<Vec<Row>> {
    let number = if source.layout.system == "atena" { Number::Atena } else { Number::School };
    Some(match code.as_str() {
        "resident_register" => benefit::resident_register(town),
        "single_parent_medical" => benefit::single_parent_medical(town, chance),
        "child_rearing_allowance" => benefit::child_rearing_allowance(town, chance),
        "disability_certificates" => benefit::disability_certificates(town, chance),
        "disability_services" => benefit::disability_services(town, chance),
        "childcare_enrolment" => benefit::childcare_enrolment(town, chance),
        "key_master" => lesson::key_master(town),
        "school_register" => lesson::school_register(town, number),
        "attendance" => lesson::attendance(town, number, chance),
        "consult_single_parent" => lesson::consult_single_parent(town, number, chance),
        "consult_general" => lesson::consult_general(town, number, chance),
        "consult_nurse" => lesson::school_consultation(town, number, 90, chance),
        "consult_sc_ssw" => lesson::school_consultation(town, number, 30, chance),
        "council_register" => protection::council_register(town, chance),
        "protection_list" => protection::protection_list(town, chance),
        _ => return None,
    })
}
