//! The configuration of the towns that benchmarks are run in: as many towns as the cooperative has, made from
//! one template, with the cooperative's own dictionary, code lists and rulebook.

use std::collections::BTreeMap;

use anyhow::bail;
use kernel::{Fault, Lang, Place};
use profiles::{Bundle, Cooperative};

/// A town of the benchmarks: its code and the name of its folder.
pub type TownName = (&'static str, &'static str);

/// The five towns that are read in and that hand families over. Codes are real ones, because codes have
/// a check digit; everything else about them is made up.
pub const FIVE: [TownName; 5] =
    [("143014", "ichi"), ("143219", "ni"), ("143413", "san"), ("143421", "shi"), ("143618", "go")];

/// As many towns as the cooperative has; the large register is loaded into the last.
pub const TOWNS: [TownName; 14] = [
    FIVE[0],
    FIVE[1],
    FIVE[2],
    FIVE[3],
    FIVE[4],
    ("143626", "roku"),
    ("143634", "nana"),
    ("143642", "hachi"),
    ("143669", "kyu"),
    ("143821", "ju"),
    ("143839", "juichi"),
    ("143847", "juni"),
    ("144011", "jusan"),
    ("144029", "jushi"),
];

/// A source of records: its name, the name staff see, and the item of which each row says that it is so.
pub type RecordSource = (&'static str, &'static str, &'static str);

/// The sources whose records a family's handover takes along: one item a person and source.
pub const RECORDS: [RecordSource; 5] = [
    ("single_parent_medical", "ひとり親家庭等医療費助成", "allowance.single_parent_medical"),
    ("child_rearing", "児童扶養手当", "allowance.child_rearing"),
    ("consult_single_parent", "ひとり親相談", "consultation.single_parent"),
    ("consult_general", "子育て総合相談", "consultation.general"),
    ("consult_nurse", "保健室", "school_health.nurse_visit"),
];

/// The source whose rows each bring as many observations as [`WIDE`].
pub const WIDE_SOURCE: &str = "wide";

/// Observations of one row of it.
pub const WIDE: usize = 30;

/// The town whose files intake is measured with; no other benchmark loads into it.
pub const INTAKE_TOWN: &str = "jusan";

/// Its sources: twenty columns as CSV, the same as a workbook, and months side by side.
pub const INTAKE: [&str; 3] = ["intake", "intake_book", "intake_months"];

macro_rules! of_the_cooperative {
    ($($path:literal),+ $(,)?) => {
        [$((concat!("cooperative/", $path), include_str!(concat!("../../../../tenants/cooperative/", $path)))),+]
    };
}

/// What the benchmarks share with the product's own example.
const SHARED: &[(&str, &str)] = &of_the_cooperative!(
    "items/allowance.toml",
    "items/attendance.toml",
    "items/childcare.toml",
    "items/consultation.toml",
    "items/disability.toml",
    "items/protection.toml",
    "items/school_health.toml",
    "items/welfare.toml",
    "codes/relation.csv",
    "codes/resident_status.csv",
    "codes/sex.csv",
    "rulebooks/young_carer.toml",
);

/// What is the benchmarks' own.
const OWN: &[(&str, &str)] = &[
    ("cooperative/cooperative.toml", include_str!("../../tenants/cooperative/cooperative.toml")),
    ("cooperative/items/bench.toml", include_str!("../../tenants/cooperative/items/bench.toml")),
    (
        "cooperative/codes/change_reason.csv",
        include_str!("../../tenants/cooperative/codes/change_reason.csv"),
    ),
    ("cooperative/codes/bench_tax.csv", include_str!("../../tenants/cooperative/codes/bench_tax.csv")),
    (
        "cooperative/codes/bench_checkup.csv",
        include_str!("../../tenants/cooperative/codes/bench_checkup.csv"),
    ),
    ("cooperative/layouts/record.toml", include_str!("../../tenants/cooperative/layouts/record.toml")),
];

const TOWN: &str = include_str!("../../tenants/town/town.toml");
const REGISTER: &str = include_str!("../../tenants/town/sources/resident_register.toml");
const PROTECTION: &str = include_str!("../../tenants/town/sources/protection_list.toml");
const RECORD: &str = include_str!("../../tenants/town/sources/record.toml.in");
const INTAKE_CSV: &str = include_str!("../../tenants/town/sources/intake.toml");
const INTAKE_MONTHS: &str = include_str!("../../tenants/town/sources/intake_months.toml");
const OVERLAY: &str = include_str!("../../../../tenants/kaisei/overlays/young_carer.toml");

/// The whole configuration as one bundle.
#[must_use]
pub fn bundle() -> Bundle {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut put = |path: String, text: &str| drop(files.insert(path, text.as_bytes().to_vec()));
    for (path, text) in SHARED.iter().chain(OWN) {
        put((*path).to_owned(), text);
    }
    put("cooperative/items/wide.toml".to_owned(), &wide_items());
    for (code, slug) in TOWNS {
        put(format!("{slug}/town.toml"), &TOWN.replace("{code}", code).replace("{slug}", slug));
        put(format!("{slug}/sources/resident_register.toml"), REGISTER);
        put(format!("{slug}/sources/protection_list.toml"), PROTECTION);
        put(format!("{slug}/overlays/young_carer.toml"), OVERLAY);
        for (source, name, item) in RECORDS {
            let text = RECORD.replace("{name}", name).replace("{item}", item);
            put(format!("{slug}/sources/{source}.toml"), &text);
        }
        put(format!("{slug}/sources/{WIDE_SOURCE}.toml"), &wide_source());
    }
    let book = INTAKE_CSV.replace(IN_CSV, IN_BOOK).replace("（20列）", "（20列、表計算）");
    let intake = [INTAKE_CSV, &book, INTAKE_MONTHS];
    for (source, text) in INTAKE.iter().zip(intake) {
        files.insert(format!("{INTAKE_TOWN}/sources/{source}.toml"), text.as_bytes().to_vec());
    }
    Bundle::new(files)
}

/// How the file of twenty columns is cut, and how the same is as a workbook.
const IN_CSV: &str = "kind = \"csv\"\nencoding = \"cp932\"";
const IN_BOOK: &str = "kind = \"xlsx\"\nsheet = \"台帳\"";

/// Names of the items of a wide row.
fn wide_codes() -> impl Iterator<Item = String> {
    (1..=WIDE).map(|nth| format!("consultation.bench_{nth}"))
}

fn wide_items() -> String {
    let item = |code: String| {
        format!(
            "\n[[item]]\ncode = \"{code}\"\ncategory = \"consultation\"\nkind = \"bool\"\nja = \"{code}\"\nen = \"{code}\"\n"
        )
    };
    std::iter::once("format = 1\n".to_owned()).chain(wide_codes().map(item)).collect()
}

/// As any source of records, and for every further item the observation that it is so.
fn wide_source() -> String {
    let mut codes = wide_codes();
    let first = codes.next().unwrap_or_default();
    let further = codes.map(|code| {
        format!("\n[[observation]]\nof = \"person\"\nitem = \"{code}\"\nconst = true\nat = \"record.at\"\n")
    });
    std::iter::once(RECORD.replace("{name}", "相談の記録").replace("{item}", &first)).chain(further).collect()
}

/// The configuration, checked.
///
/// # Errors
/// When it has faults, with all of them.
pub fn checked(bundle: &Bundle) -> anyhow::Result<Cooperative> {
    match Cooperative::read(bundle) {
        Ok(cooperative) => Ok(cooperative),
        Err(faults) => {
            let told: Vec<String> = faults.iter().map(told).collect();
            bail!("the benchmarks' configuration has faults:\n{}", told.join("\n"))
        }
    }
}

fn told(fault: &Fault) -> String {
    let detail = fault.detail(Lang::En);
    match fault.place() {
        Some(Place::Line { file, line, .. }) => format!("{file}:{line}: {detail}"),
        _ => detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_has_no_fault_and_the_register_twenty_columns() {
        let cooperative = checked(&bundle()).unwrap();
        assert_eq!(cooperative.towns.len(), TOWNS.len());
        for town in &cooperative.towns {
            let own = if town.slug.as_str() == INTAKE_TOWN { INTAKE.len() } else { 0 };
            assert_eq!(town.sources.len(), RECORDS.len() + 3 + own, "{}", town.slug);
            assert_eq!(town.rulebooks.len(), 1);
        }
        assert_eq!([REGISTER, INTAKE_CSV].map(|text| text.matches("column = ").count()), [20, 20]);
        assert!(INTAKE_CSV.contains(IN_CSV));
    }
}
