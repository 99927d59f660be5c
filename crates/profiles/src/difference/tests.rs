//! What a change of a file means, on the committed towns.

use super::*;
use crate::Bundle;
use crate::tests::{change, committed};

struct Read {
    bundle: TownBundle,
    cooperative: Cooperative,
    town: TownProfile,
}

impl Read {
    fn of(files: &BTreeMap<String, Vec<u8>>, town: &str) -> Self {
        let bundle = Bundle::new(files.clone()).of_town(town).unwrap();
        let (cooperative, profile) = bundle.read().unwrap();
        Self { bundle, cooperative, town: profile }
    }

    const fn version(&self) -> Version<'_> {
        Version { bundle: &self.bundle, cooperative: &self.cooperative, town: &self.town }
    }
}

fn difference(town: &str, edit: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Difference {
    let mut files = committed();
    let old = Read::of(&files, town);
    edit(&mut files);
    let new = Read::of(&files, town);
    Difference::between(Some(old.version()), new.version())
}

/// One line a change: kind, name, step, member, old and new.
fn told(difference: &Difference) -> Vec<String> {
    let line = |c: &Change| {
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let (member, old, new) = (part(&c.member), part(&c.old), part(&c.new));
        format!("{} {} {} {member} {old} {new}", c.kind.as_str(), c.of, c.step.as_str())
    };
    difference.changes.iter().map(line).collect()
}

#[test]
fn nothing_changed_is_empty_and_a_comment_is_a_file_without_a_meaning() {
    let nothing = difference("oi", |_| {});
    assert!(nothing.is_empty() && nothing.changes.is_empty() && nothing.reread.is_empty());
    let other_town = difference("oi", |files| {
        change(files, "kaisei/town.toml", "population = ", "population = 1");
    });
    assert!(other_town.is_empty(), "another town's folder is not this town's");
    let comment = difference("oi", |files| {
        files.get_mut("oi/town.toml").unwrap().extend_from_slice("# 注\n".as_bytes());
    });
    assert_eq!(comment.files, [ChangedFile { path: "oi/town.toml".to_owned(), step: Step::Changed }]);
    assert!(!comment.is_empty() && comment.changes.is_empty() && comment.reread.is_empty());
}

#[test]
fn a_parameter_is_told_from_old_to_new() {
    let overlay = difference("kaisei", |files| {
        let text = String::from_utf8(files["kaisei/overlays/young_carer.toml"].clone()).unwrap();
        let line = text.lines().find(|line| line.contains("value = 11")).unwrap().to_owned();
        change(files, "kaisei/overlays/young_carer.toml", &line, &line.replace("11", "12"));
    });
    assert_eq!(told(&overlay), ["rulebook young_carer changed threshold 11 12"]);
    assert!(!overlay.removes() && overlay.reread.is_empty());
}

#[test]
fn a_source_that_goes_is_one_change_and_removes() {
    let gone = difference("oi", |files| _ = files.remove("oi/sources/attendance.toml"));
    assert_eq!(told(&gone), ["source attendance removed - - -"]);
    assert!(gone.removes());
    let path = "oi/sources/attendance.toml";
    let mut files = committed();
    let attendance = files.remove(path).unwrap();
    let (old, new) = (Read::of(&files, "oi"), {
        files.insert(path.to_owned(), attendance);
        Read::of(&files, "oi")
    });
    let come = Difference::between(Some(old.version()), new.version());
    assert_eq!(told(&come), ["source attendance added - - -"]);
    assert!(!come.removes());
}

#[test]
fn a_shared_code_makes_every_source_that_uses_it_read_anew() {
    let path = "cooperative/codes/sex.csv";
    let code = difference("oi", |files| {
        let text = String::from_utf8(files[path].clone()).unwrap();
        files.insert(path.to_owned(), format!("{}\nZ,other\n", text.trim_end()).into_bytes());
    });
    let line = "code_list resident_register/sex added Z - other";
    assert!(told(&code).iter().any(|told| told == line), "{:?}", told(&code));
    assert!(code.reread.iter().any(|source| source.as_str() == "resident_register"), "{:?}", code.reread);
    assert!(code.changes.iter().all(|change| change.kind == Kind::CodeList), "{:?}", code.changes);
}

#[test]
fn a_legal_entry_changes_no_row() {
    let path = "oi/sources/attendance.toml";
    let legal = difference("oi", |files| {
        change(files, path, "until = 2031-03-31", "until = 2032-03-31");
    });
    assert_eq!(told(&legal), ["source attendance changed legal.until 2031-03-31 2032-03-31"]);
    assert!(legal.reread.is_empty());
}

#[test]
fn a_retention_rule_is_told_by_its_period() {
    let path = "cooperative/retention.toml";
    let rule = difference("oi", |files| {
        let text = String::from_utf8(files[path].clone()).unwrap();
        let line = text.lines().find(|line| line.starts_with("years = ")).unwrap().to_owned();
        change(files, path, &line, "years = 77");
    });
    assert_eq!(rule.changes.len(), 1, "{:?}", rule.changes);
    let change = &rule.changes[0];
    assert_eq!((change.kind, change.member.as_deref()), (Kind::Retention, Some("period")));
    assert!(change.new.as_deref().unwrap().contains("77"));
}

#[test]
fn the_first_version_adds_everything() {
    let files = committed();
    let first = Read::of(&files, "oi");
    let all = Difference::between(None, first.version());
    assert!(all.files.iter().all(|file| file.step == Step::Added) && !all.removes());
    let sources = all.changes.iter().filter(|change| change.kind == Kind::Source).count();
    assert_eq!(sources, first.town.sources.len());
    assert!(all.changes.iter().all(|change| !change.kind.is_of_source()));
}
