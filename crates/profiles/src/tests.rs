//! The committed `tenants/` folder is valid; each way of breaking it is told with file and line; and
//! all of them are told at once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;
use kernel::{Code, Fault, Lang, Place};

/// The files of the committed folder.
pub(crate) fn committed() -> BTreeMap<String, Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tenants");
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    assert!(files.len() > 100, "tenants/ is not where the test looks");
    files
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// One change of one file: the first line that holds `old` becomes `new`.
pub(crate) fn change(files: &mut BTreeMap<String, Vec<u8>>, path: &str, old: &str, new: &str) -> u32 {
    let text = String::from_utf8(files.remove(path).unwrap()).unwrap();
    let line = text.lines().position(|line| line.contains(old)).unwrap();
    files.insert(path.to_owned(), text.replacen(old, new, 1).into_bytes());
    u32::try_from(line).unwrap() + 1
}

fn told(faults: &[Fault]) -> Vec<(String, u32, &'static str)> {
    faults
        .iter()
        .map(|fault| match fault.place() {
            Some(Place::Line { file, line, .. }) => (file.clone(), *line, fault.code().as_str()),
            _ => panic!("{} has no line", fault.code()),
        })
        .collect()
}

fn faults_of(files: BTreeMap<String, Vec<u8>>) -> Vec<Fault> {
    Cooperative::read(&Bundle::new(files)).err().unwrap_or_default()
}

/// The members' codes (総務省 全国地方公共団体コード).
const MEMBERS: [&str; 14] = [
    "143014", "143219", "143413", "143421", "143618", "143626", "143634", "143642", "143669", "143821",
    "143839", "143847", "144011", "144029",
];

#[test]
fn the_committed_folder_is_valid() {
    let cooperative = Cooperative::read(&Bundle::new(committed())).map_err(|faults| {
        faults.iter().map(|fault| format!("{} {}", fault.code(), fault.detail(Lang::En))).collect::<Vec<_>>()
    });
    let cooperative = cooperative.unwrap();
    let (training, members): (Vec<_>, Vec<_>) = cooperative.towns.iter().partition(|town| town.training);
    let codes = |towns: &[&TownProfile]| {
        towns.iter().map(|town| town.code.to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(codes(&members), MEMBERS.map(str::to_owned).into());
    assert_eq!(codes(&training), ["149993".to_owned()].into());
    for town in &cooperative.towns {
        let with_key_master = usize::from(town.slug.as_str() == "samukawa");
        assert_eq!(town.sources.len(), 14 + with_key_master, "{}", town.name);
        let list = &town.sources[&"protection_list".parse().unwrap()];
        assert!(list.freshness.stale_after_days.is_some(), "{}", town.name);
    }
}

#[test]
fn each_mistake_is_told_with_file_and_line() {
    let cases = [
        ("kaisei/town.toml", "name = \"開成町\"", "nmae = \"開成町\"", Code::ConfigUnknownKey),
        ("kaisei/town.toml", "code = \"143669\"", "code = \"143660\"", Code::TownCodeInvalid),
        ("kaisei/town.toml", "code = \"143669\"", "code = \"14366９\"", Code::TownCodeInvalid),
        ("kaisei/town.toml", "slug = \"kaisei\"", "slug = \"oi\"", Code::ConfigInvalidValue),
        ("kaisei/town.toml", "code = \"mayor/jumin\"", "code = \"mayer/jumin\"", Code::ConfigReference),
        ("kaisei/town.toml", "format = 1", "format = 2", Code::ConfigInvalidValue),
        ("kaisei/town.toml", "population = 18329", "population = ", Code::ConfigSyntax),
        ("renshu/town.toml", "training = true", "training = 1", Code::ConfigInvalidValue),
        ("renshu/town.toml", "allowed = true", "allowed = 1", Code::ConfigInvalidValue),
        (
            "renshu/town.toml",
            "decided_by = \"情報セキュリティ管理者（例）\"",
            "decided_by = \" \"",
            Code::ConfigInvalidValue,
        ),
        ("renshu/town.toml", "allowed = true", "permitted = true", Code::ConfigUnknownKey),
        (
            "kaisei/sources/attendance.toml",
            "section = \"board/gakko\"",
            "section = \"board/x\"",
            Code::ConfigReference,
        ),
        (
            "kaisei/sources/attendance.toml",
            "cohort = \"town_school_pupils\"",
            "cohort = \"pupils\"",
            Code::ConfigInvalidValue,
        ),
        (
            "kaisei/sources/attendance.toml",
            "until = 2031-03-31",
            "until = 2020-03-31",
            Code::ConfigInvalidValue,
        ),
        (
            "kaisei/sources/attendance.toml",
            "item = \"attendance.late_days\"",
            "item = \"attendance.x\"",
            Code::ConfigReference,
        ),
        (
            "kaisei/sources/attendance.toml",
            "to = \"late_days\"",
            "to = \"person.lateness\"",
            Code::ConfigInvalidValue,
        ),
        (
            "kaisei/sources/attendance.toml",
            "stale_after_days = 45",
            "stale_after_days = \"45\"",
            Code::ConfigInvalidValue,
        ),
        ("kaisei/sources/attendance.toml", "complete = true", "complet = true", Code::ConfigUnknownKey),
        ("nakai/sources/attendance.toml", "at = [95, 2]", "at = [96, 2]", Code::ConfigInvalidValue),
        ("nakai/sources/consult_nurse.toml", "complete = false", "complete = true", Code::ConfigInvalidValue),
        (
            "kaisei/sources/school_register.toml",
            "codes = \"school\"",
            "codes = \"shcool\"",
            Code::ConfigReference,
        ),
        (
            "kaisei/sources/resident_register.toml",
            "extends = \"core/resident_register\"",
            "extends = \"core/x\"",
            Code::ConfigReference,
        ),
        // A spelling that no rule and no list of protections knows is none.
        (
            "oi/sources/protection_list.toml",
            "const = \"victim\"",
            "const = \"victm\"",
            Code::ConfigInvalidValue,
        ),
        ("matsuda/codes/school_matsuda.csv", "prefectural", "prefectual", Code::ConfigInvalidValue),
        ("cooperative/rulebooks/young_carer.toml", "\"type_2\"", "\"type_9\"", Code::ConfigInvalidValue),
        ("cooperative/items/attendance.toml", "kind = \"code\"", "kind = \"text\"", Code::ConfigInvalidValue),
    ];
    for (path, old, new, code) in cases {
        let mut files = committed();
        let line = change(&mut files, path, old, new);
        let told = told(&faults_of(files));
        assert!(told.contains(&(path.to_owned(), line, code.as_str())), "{path}:{line} {code}: {told:?}");
    }
}

#[test]
fn no_value_that_an_item_has_not_comes_from_a_file_as_it_stands() {
    let (path, list) = ("kaisei/sources/school_register.toml", "codes = \"school\"");
    let mut files = committed();
    change(&mut files, path, list, &format!("{list}\non_unknown = \"keep_raw\""));
    let told = told(&faults_of(files));
    assert!(told.iter().any(|(file, _, code)| file == path && *code == "config_invalid_value"), "{told:?}");
}

#[test]
fn the_list_of_protections_has_one_name() {
    let mut files = committed();
    let list = files.remove("oi/sources/protection_list.toml").unwrap();
    files.insert("oi/sources/dv_list.toml".to_owned(), list);
    let told = told(&faults_of(files));
    let refused = |(file, _, code): &(String, u32, &str)| {
        file == "oi/sources/dv_list.toml" && *code == "config_invalid_value"
    };
    assert!(told.iter().any(refused), "{told:?}");
}

#[test]
fn the_second_of_two_is_told() {
    let cases = [
        ("kaisei/town.toml", "code = \"143669\"", "code = \"143626\"", "oi/town.toml"),
        (
            "oi/sources/attendance.toml",
            "name = \"月別の出欠\"",
            "name = \"要対協 進行管理台帳\"",
            "oi/sources/council_register.toml",
        ),
        (
            "cooperative/items/allowance.toml",
            "code = \"allowance.child_rearing\"",
            "code = \"attendance.school\"",
            "cooperative/items/attendance.toml",
        ),
    ];
    for (path, old, new, second) in cases {
        let mut files = committed();
        change(&mut files, path, old, new);
        let text = String::from_utf8(files[second].clone()).unwrap();
        let line = text.lines().position(|line| line == new).unwrap();
        let line = u32::try_from(line).unwrap() + 1;
        let told = told(&faults_of(files));
        assert!(told.contains(&(second.to_owned(), line, "config_duplicate")), "{second}:{line}: {told:?}");
    }
}

#[test]
fn a_source_without_legal_entry_is_refused() {
    let path = "oi/sources/attendance.toml";
    let mut files = committed();
    change(&mut files, path, "[legal]", "[leagl]");
    let told = told(&faults_of(files));
    assert!(told.contains(&(path.to_owned(), 1, "legal_entry_missing")), "{told:?}");
    assert!(told.iter().any(|(file, _, code)| file == path && *code == "config_unknown_key"), "{told:?}");
}

#[test]
fn an_entry_holds_until_its_last_day() {
    let cooperative = Cooperative::read(&Bundle::new(committed())).unwrap();
    let code = "attendance".parse().unwrap();
    let legal = &cooperative.town_named("oi").unwrap().sources[&code].legal;
    assert!(legal.check(&code, "2031-03-31".parse().unwrap()).is_ok());
    let late = legal.check(&code, "2031-04-01".parse().unwrap()).unwrap_err();
    assert_eq!(late.code(), Code::LegalEntryExpired);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let mut files = committed();
    let town = change(&mut files, "hakone/town.toml", "code = \"143821\"", "code = \"143822\"");
    let source = change(
        &mut files,
        "hayama/sources/attendance.toml",
        "section = \"board/gakko\"",
        "section = \"a/b\"",
    );
    let item = change(&mut files, "cooperative/items/welfare.toml", "kind = \"code\"", "kind = \"colour\"");
    files.insert("nakai/codes/broken.csv".to_owned(), b"code,meaning\n".to_vec());
    files.insert("oi/source/typo.toml".to_owned(), Vec::new());
    files.insert("oi/town.toml".to_owned(), vec![b'\n', 0xff]);
    files.insert("new/codes/sex.csv".to_owned(), b"source,target\n".to_vec());
    let told = told(&faults_of(files));
    for expected in [
        ("hakone/town.toml", town, "town_code_invalid"),
        ("hayama/sources/attendance.toml", source, "config_reference"),
        ("cooperative/items/welfare.toml", item, "config_invalid_value"),
        ("oi/source/typo.toml", 1, "config_unknown_key"),
        ("oi/town.toml", 2, "wrong_encoding"),
        ("new/town.toml", 1, "config_missing_key"),
    ] {
        assert!(told.contains(&(expected.0.to_owned(), expected.1, expected.2)), "{expected:?}: {told:?}");
    }
    assert!(told.iter().any(|(file, ..)| file == "nakai/codes/broken.csv"), "{told:?}");
}

#[test]
fn a_source_of_a_reserved_name_is_refused() {
    for name in kernel::slug::RESERVED_SOURCES {
        let mut files = committed();
        let attendance = files.remove("kaisei/sources/attendance.toml").unwrap();
        files.insert(format!("kaisei/sources/{name}.toml"), attendance);
        let path = format!("kaisei/sources/{name}.toml");
        assert!(told(&faults_of(files)).iter().any(|(file, ..)| *file == path), "{name}");
    }
}

#[test]
fn an_overlay_is_of_a_rulebook() {
    let mut files = committed();
    files.insert("oi/overlays/nothing.toml".to_owned(), b"format = 1\n".to_vec());
    assert!(told(&faults_of(files)).contains(&(
        "oi/overlays/nothing.toml".to_owned(),
        1,
        "config_reference"
    )));
}

#[test]
fn what_is_applied_is_the_towns_files_and_the_cooperatives() {
    let bundle = Bundle::new(committed());
    let kept = bundle.of_town("oi").unwrap();
    assert!(kept.files().keys().all(|path| path.starts_with("oi/") || path.starts_with("cooperative/")));
    let text = serde_json::to_string(&kept).unwrap();
    let again: TownBundle = serde_json::from_str(&text).unwrap();
    let (cooperative, town) = again.read().unwrap();
    assert_eq!((cooperative.towns.len(), town.name.as_str(), town.digest), (1, "大井町", kept.digest()));
}

#[test]
fn a_digest_stands_for_paths_and_contents() {
    let of = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        Bundle::new(files).of_town("oi").unwrap().digest()
    };
    let one = of(&[("oi/a.toml", "x"), ("oi/b.toml", "y")]);
    assert_eq!(
        one,
        of(&[("oi/b.toml", "y"), ("oi/a.toml", "x"), ("kaisei/a.toml", "z"), ("oi/samples/a.csv", "1")])
    );
    assert_ne!(one, of(&[("oi/a.toml", "x"), ("oi/b.toml", "z")]));
    assert_ne!(one, of(&[("oi/a.tomlx", ""), ("oi/b.toml", "y")]));
    assert_ne!(one, of(&[("oi/a.toml", "xoi/b.toml"), ("oi/c.toml", "y")]));
}

#[test]
fn a_wrong_digit_in_a_towns_code_is_one_fault() {
    let mut files = committed();
    change(&mut files, "kaisei/town.toml", "code = \"143669\"", "code = \"143660\"");
    assert_eq!(told(&faults_of(files)).len(), 1);
}

#[test]
fn a_mistake_in_a_shared_layout_is_told_once() {
    let path = "cooperative/layouts/core/childcare_enrolment.toml";
    let mut files = committed();
    let line = change(&mut files, path, "item = \"childcare.enrolment\"", "item = \"childcare.x\"");
    assert_eq!(told(&faults_of(files)), [(path.to_owned(), line, "config_reference")]);
}

#[test]
fn a_shared_file_with_faults_raises_no_others_in_the_towns() {
    let path = "cooperative/layouts/core/childcare_enrolment.toml";
    let mut files = committed();
    let line = change(&mut files, path, "mode = \"snapshot\"", "mode = \"snap\"");
    assert_eq!(told(&faults_of(files)), [(path.to_owned(), line, "config_invalid_value")]);
}

#[test]
fn what_configures_nothing_is_passed_over_and_what_is_too_large_is_refused() {
    let mut files = committed();
    for path in ["oi/.DS_Store", "oi/README.md", ".gitkeep"] {
        files.insert(path.to_owned(), vec![0xff]);
    }
    assert_eq!(told(&faults_of(files.clone())), []);
    files.insert("oi/codes/huge.csv".to_owned(), vec![b'x'; MAX_FILE + 1]);
    let huge = [("oi/codes/huge.csv".to_owned(), 1, "file_too_large")];
    assert_eq!(told(&Bundle::new(files.clone()).of_town("oi").unwrap_err()), huge, "nothing is left out");
    assert_eq!(told(&faults_of(files)), huge);
}

#[test]
fn another_folder_is_told_in_one_line() {
    let files =
        BTreeMap::from([("src/lib.rs".to_owned(), Vec::new()), ("src/main.rs".to_owned(), Vec::new())]);
    assert_eq!(
        told(&faults_of(files)),
        [("cooperative/cooperative.toml".to_owned(), 1, "config_missing_key")]
    );
}

#[test]
fn exports_are_allowed_by_a_decision_alone() {
    let allowed = |change: &dyn Fn(String) -> String| {
        let mut files = committed();
        let town = String::from_utf8(files.remove("renshu/town.toml").unwrap()).unwrap();
        files.insert("renshu/town.toml".to_owned(), change(town).into_bytes());
        let cooperative = Cooperative::read(&Bundle::new(files)).unwrap();
        cooperative.towns.into_iter().find(|town| town.training).unwrap().export
    };
    assert_eq!(allowed(&|town| town).unwrap().decided_on.to_string(), "2026-04-01");
    assert_eq!(allowed(&|town| town.replace("allowed = true", "allowed = false")), None);
    let without = |town: String| {
        let (head, rest) = town.split_once("[export]").unwrap();
        let (_, tail) = rest.split_once("[[organ]]").unwrap();
        format!("{head}[[organ]]{tail}")
    };
    assert_eq!(allowed(&without), None);
}
