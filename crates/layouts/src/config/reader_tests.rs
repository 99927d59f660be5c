//! A configuration file is read by type, and everything wrong with it is told at once with its line.

use kernel::{Code, Fault, Lang, Place};

use super::reader::{At, Doc};

fn lines(faults: &[Fault]) -> Vec<(&'static str, u32)> {
    let line = |fault: &Fault| match fault.place() {
        Some(Place::Line { line, .. }) => *line,
        _ => 0,
    };
    faults.iter().map(|fault| (fault.code().as_str(), line(fault))).collect()
}

#[test]
fn every_error_of_a_file_is_told_at_once() {
    let text = "format = 'one'\ncolour = 'red'\n[town]\nname = 5\n\n[[organ]]\nkind = 'bord'\n[[organ]]\ncode = 'x'\nkind = 'mayor'\n";
    let doc = Doc::parse("town.toml", text).unwrap();
    {
        let mut root = doc.root();
        assert_eq!(root.need::<i64>("format"), None);
        let mut town = root.need_table("town").unwrap();
        assert_eq!((town.need::<String>("name"), town.get::<String>("kana")), (None, None));
        for mut organ in root.tables("organ") {
            organ.need::<String>("code");
            organ.choice("kind", &[("mayor", 1), ("school", 2)]);
        }
    }
    let faults = doc.into_faults();
    assert_eq!(
        lines(&faults),
        [
            ("config_invalid_value", 1),
            ("config_unknown_key", 2),
            ("config_invalid_value", 4),
            ("config_missing_key", 6),
            ("config_invalid_value", 7),
        ]
    );
    assert_eq!(
        faults[1].detail(Lang::Ja),
        "town.toml の 2行目：項目 colour はありません。書けるのは format, town, organ です。"
    );
    assert!(faults[3].detail(Lang::En).contains("organ.code"), "{}", faults[3].detail(Lang::En));
    assert!(faults[4].detail(Lang::Ja).contains("mayor, school"));
}

#[test]
fn syntax_errors_have_their_line() {
    let faults = Doc::parse("a.toml", "a = 1\nb = \n").err().unwrap();
    assert_eq!(lines(&faults), [("config_syntax", 2)]);
    let twice = Doc::parse("a.toml", "a = 1\na = 2\n").err().unwrap();
    assert_eq!(lines(&twice), [("config_syntax", 2)]);
}

#[test]
fn a_nested_unknown_key_is_found_without_being_asked_for() {
    let doc = Doc::parse("a.toml", "[legal]\nwhy = 'x'\n").unwrap();
    assert!(doc.root().table("legal").is_some());
    let faults = doc.into_faults();
    assert_eq!(lines(&faults), [("config_unknown_key", 2)]);
    assert!(faults[0].detail(Lang::En).contains("legal.why"));
}

#[test]
fn values_are_read_by_type() {
    let text = "day = 2026-04-01\nsame = '2026-04-01'\nsmall = 300\nlist = [1, 2]\nmixed = [1, 'a']\nbig = 9007199254740993\ncode = 'a_b'\n";
    let doc = Doc::parse("a.toml", text).unwrap();
    {
        let mut root = doc.root();
        assert_eq!(root.get::<chrono::NaiveDate>("day").unwrap().value.to_string(), "2026-04-01");
        assert_eq!(root.get::<chrono::NaiveDate>("same").unwrap().spot.line(), 2);
        assert_eq!(root.get::<u8>("small"), None);
        let list: Vec<_> =
            root.get::<Vec<At<i64>>>("list").unwrap().value.iter().map(|at| at.value).collect();
        assert_eq!(list, [1, 2]);
        assert_eq!(root.get::<Vec<At<i64>>>("mixed"), None);
        assert_eq!(root.get::<i64>("big"), None);
        assert_eq!(root.parsed::<kernel::SourceCode>("code").unwrap().value.as_str(), "a_b");
    }
    assert_eq!(
        lines(&doc.into_faults()),
        [("config_invalid_value", 3), ("config_invalid_value", 5), ("config_invalid_value", 6)]
    );
}

#[test]
fn free_keys_come_in_the_files_order() {
    let doc = Doc::parse("a.toml", "missing = { z = 'a', \"\" = 'b', m = 'c' }\n").unwrap();
    {
        let mut root = doc.root();
        let names: Vec<_> = root.entries("missing").into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["z", "", "m"]);
    }
    assert!(doc.into_faults().is_empty());
}

#[test]
fn a_check_of_the_callers_is_reported_with_the_rest() {
    let doc = Doc::parse("a.toml", "code = '1'\n").unwrap();
    {
        let mut root = doc.root();
        let code: At<String> = root.need("code").unwrap();
        root.report(code.spot.fault(Code::TownCodeInvalid).with("code", &code.value));
    }
    assert_eq!(lines(&doc.into_faults()), [("town_code_invalid", 1)]);
}
