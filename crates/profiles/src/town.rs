//! `<town>/town.toml`: who the town is, its organs, sections and schools.

use chrono::NaiveDate;
use kernel::slug::{TownSlug, is_slug};
use kernel::town::TownCodeError;
use kernel::{Code, OrganKind, SectionCode, TownCode};
use layouts::config::reader::{At, Doc, TableReader};
use rulebook::Founder;

use crate::format;
use crate::legal::text;

/// 機関.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organ {
    /// Its name inside the town (`mayor`, `board`, a school's code).
    pub code: String,
    /// Which kind.
    pub kind: OrganKind,
    /// The name staff see.
    pub name: String,
}

/// 課・班.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// `<organ>/<section>`.
    pub code: SectionCode,
    /// The name staff see.
    pub name: String,
}

const FOUNDERS: [(&str, Founder); 5] = [
    ("town_public", Founder::TownPublic),
    ("other_municipal", Founder::OtherMunicipal),
    ("prefectural", Founder::Prefectural),
    ("national", Founder::National),
    ("private", Founder::Private),
];

/// Which years a school teaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchoolLevel {
    /// 小学校.
    Elementary,
    /// 中学校.
    JuniorHigh,
}

impl SchoolLevel {
    const CHOICES: [(&str, Self); 2] = [("elementary", Self::Elementary), ("junior_high", Self::JuniorHigh)];
}

/// A school that the town's children attend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct School {
    /// Its name in configuration.
    pub code: String,
    /// The name staff see.
    pub name: String,
    /// Who runs it (学校教育法2条): what decides which body holds a pupil's record.
    pub founder: Founder,
    /// Which years.
    pub level: SchoolLevel,
}

impl School {
    /// The value of the item `attendance.school` for its pupils.
    #[must_use]
    pub fn founder_code(&self) -> &'static str {
        FOUNDERS.iter().find(|(_, founder)| *founder == self.founder).map_or("", |(code, _)| code)
    }
}

/// 書き出し: who decided that lists and sheets may leave as files and on paper. Without a decision none may: in the
/// マイナンバー利用事務系 nothing is carried out (総務省の情報セキュリティポリシーに関するガイドライン).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// 決裁者.
    pub decided_by: String,
    /// When.
    pub decided_on: NaiveDate,
}

impl Export {
    /// Reads `[export]`; `None` where it is not allowed.
    fn read(root: &mut TableReader<'_>) -> Option<Self> {
        let mut table = root.table("export")?;
        let allowed = table.need::<bool>("allowed");
        let (decided_by, decided_on) =
            (text(&mut table, "decided_by"), table.need::<NaiveDate>("decided_on"));
        let decision = Self { decided_by: decided_by?, decided_on: decided_on?.value };
        allowed.filter(|allowed| allowed.value).map(|_| decision)
    }
}

/// What `town.toml` says. What it fails to say has been reported; the rest still serves to check the
/// town's other files, so that one wrong digit is one fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Town {
    pub code: Option<TownCode>,
    pub slug: Option<TownSlug>,
    pub name: Option<String>,
    pub kana: Option<String>,
    pub population: Option<u32>,
    pub training: bool,
    pub organs: Vec<Organ>,
    pub sections: Vec<Section>,
    pub schools: Vec<School>,
    pub export: Option<Export>,
}

const ORGAN_KINDS: [(&str, OrganKind); 3] = [
    ("mayor", OrganKind::Mayor),
    ("board_of_education", OrganKind::BoardOfEducation),
    ("school", OrganKind::School),
];

impl Town {
    /// Reads the file of the folder `slug`. A code among `known` is another town's.
    pub(crate) fn read(doc: &Doc<'_>, slug: &str, known: &[TownCode]) -> Self {
        let mut root = doc.root();
        format(&mut root);
        let code = town_code(&mut root, known);
        let stated = root.need_parsed::<TownSlug>("slug");
        let (name, kana) = (text(&mut root, "name"), text(&mut root, "kana"));
        let population = root.need::<u32>("population");
        text(&mut root, "population_source");
        let training = root.get::<bool>("training").is_some_and(|training| training.value);
        let organs = organs(&mut root);
        let sections = sections(&mut root, &organs);
        let schools = schools(&mut root);
        let export = Export::read(&mut root);
        if let Some(stated) = stated.as_ref().filter(|stated| stated.value.as_str() != slug) {
            let ja = format!("フォルダ名は「{slug}」です");
            root.report(stated.spot.invalid(&ja, &format!("the folder is named {slug}")));
        }
        Self {
            code,
            slug: stated.map(|stated| stated.value),
            name,
            kana,
            population: population.map(|population| population.value),
            training,
            organs,
            sections,
            schools,
            export,
        }
    }
}

fn town_code(root: &mut TableReader<'_>, known: &[TownCode]) -> Option<TownCode> {
    let text = root.need::<String>("code")?;
    match text.value.parse() {
        Ok(code) => {
            if known.contains(&code) {
                root.report(text.spot.duplicate(&text.value));
            }
            Some(code)
        }
        Err(why) => {
            let ja = match why {
                TownCodeError::Shape => "半角の数字6桁です".to_owned(),
                TownCodeError::CheckDigit { expected } => format!("検査数字は {expected} のはずです"),
            };
            let fault = text.spot.fault(Code::TownCodeInvalid).with("code", &text.value);
            root.report(fault.with_words("why", &ja, &why.to_string()));
            None
        }
    }
}

fn organs(root: &mut TableReader<'_>) -> Vec<Organ> {
    let mut organs: Vec<Organ> = Vec::new();
    for mut table in root.tables("organ") {
        let code = name_in(&mut table, "code");
        let kind = table.need_choice("kind", &ORGAN_KINDS);
        let name = text(&mut table, "name");
        let (Some(code), Some(kind), Some(name)) = (code, kind, name) else { continue };
        if organs.iter().any(|other| other.code == code.value) {
            table.report(code.spot.duplicate(&code.value));
        }
        organs.push(Organ { code: code.value, kind: kind.value, name });
    }
    organs
}

fn sections(root: &mut TableReader<'_>, organs: &[Organ]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for mut table in root.tables("section") {
        let (code, name) = (table.need_parsed::<SectionCode>("code"), text(&mut table, "name"));
        let (Some(code), Some(name)) = (code, name) else { continue };
        if !organs.iter().any(|organ| organ.code == code.value.organ()) {
            table.report(code.spot.dangling(code.value.organ()));
        }
        if sections.iter().any(|other| other.code == code.value) {
            table.report(code.spot.duplicate(code.value.as_str()));
        }
        sections.push(Section { code: code.value, name });
    }
    sections
}

fn schools(root: &mut TableReader<'_>) -> Vec<School> {
    let mut schools: Vec<School> = Vec::new();
    for mut table in root.tables("school") {
        let (code, name) = (name_in(&mut table, "code"), text(&mut table, "name"));
        let kind = table.need_choice("kind", &FOUNDERS);
        let level = table.need_choice("level", &SchoolLevel::CHOICES);
        let (Some(code), Some(name), Some(kind), Some(level)) = (code, name, kind, level) else { continue };
        if schools.iter().any(|other| other.code == code.value) {
            table.report(code.spot.duplicate(&code.value));
        }
        schools.push(School { code: code.value, name, founder: kind.value, level: level.value });
    }
    schools
}

/// A configuration name (`kernel::slug`).
fn name_in(table: &mut TableReader<'_>, key: &'static str) -> Option<At<String>> {
    let name = table.need::<String>(key)?;
    if is_slug(&name.value) {
        return Some(name);
    }
    let en = kernel::slug::SlugError.to_string();
    table.report(name.spot.invalid("名前は英小文字で始まり、英小文字・数字・_ の64字までです", &en));
    None
}
