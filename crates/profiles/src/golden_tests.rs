//! Samples against what they are expected to be read as; and a fictional file of every source of every town.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Fault, Lang, Place};
use layouts::sample::sample;
use layouts::{CodeLists, LayoutDoc};

use super::*;
use crate::schema::tests::tenants;
use crate::{Bundle, Cooperative};

fn lines(faults: &[Fault]) -> Vec<(String, u32, &'static str, String)> {
    let told = |fault: &Fault| match fault.place() {
        Some(Place::Line { file, line, .. }) => (
            file.clone(),
            *line,
            fault.code().as_str(),
            fault.argument("what").unwrap_or_default().to_owned(),
        ),
        _ => unreachable!("{fault:?}"),
    };
    faults.iter().map(told).collect()
}

/// 練習町, its attendance in UTF-8.
fn renshu() -> BTreeMap<String, Vec<u8>> {
    let own = |path: &String| path.starts_with("cooperative/") || path.starts_with("renshu/");
    let mut files: BTreeMap<_, _> = tenants().into_iter().filter(|(path, _)| own(path)).collect();
    let source = files.get_mut("renshu/sources/attendance.toml").unwrap();
    source.extend_from_slice(b"\n[file]\nencoding = \"utf8\"\n");
    files
}

const SAMPLE: &str = "renshu/samples/attendance.csv";
const EXPECT: &str = "renshu/expect/attendance.json";

/// 練習町 with a sample of three rows and what it says now.
fn with_sample() -> BTreeMap<String, Vec<u8>> {
    let mut files = renshu();
    let header = "集計年月,学籍番号,氏名,生年月日,授業日数,欠席日数,遅刻回数\n";
    let rows = "202609,00000001,架空　花子,H27.4.2,20,0,3\n202609,00000002,架空　太郎,H26.12.24,20,-,32\n202609,00000003,想像　次郎,H31.5.1,20,-,0\n";
    let sample = format!("{header}{rows}").into_bytes();
    files.insert(SAMPLE.to_owned(), sample.clone());
    let cooperative = Cooperative::read(&Bundle::new(renshu())).unwrap();
    let source = &cooperative.towns[0].sources[&"attendance".parse().unwrap()];
    let options = DecodeOptions::new("attendance".parse().unwrap(), day());
    let expect = Expectation::of(&source.layout, &options, &sample);
    files.insert(EXPECT.to_owned(), expect.to_text().into_bytes());
    files
}

fn day() -> NaiveDate {
    "2026-11-20".parse().unwrap()
}

fn faults(files: BTreeMap<String, Vec<u8>>) -> Vec<Fault> {
    Cooperative::read(&Bundle::new(files)).err().unwrap_or_default()
}

#[test]
fn a_sample_is_read_as_it_is_expected_to_be() {
    let files = with_sample();
    let text = String::from_utf8(files[EXPECT].clone()).unwrap();
    for part in
        ["\"absent\":\"not_collected\"", "\"code\":\"out_of_range\"", "\"era_overflow\"", "\"line\":2"]
    {
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(lines(&faults(files)), []);
}

#[test]
fn what_is_read_otherwise_is_told_by_line_and_what_differs() {
    let mut files = with_sample();
    let text = String::from_utf8(files[EXPECT].clone()).unwrap();
    let changed = text
        .replacen("\"value\":3", "\"value\":4", 1)
        .replacen("not_collected", "not_applicable", 1)
        .replacen("\"code\":\"out_of_range\"", "\"code\":\"not_a_number\"", 1);
    assert_ne!(changed, text);
    files.insert(EXPECT.to_owned(), changed.into_bytes());
    let told = lines(&faults(files));
    let expected = [(2, "observations.2.value"), (3, "rejects.0.code"), (4, "observations.1.value.absent")];
    let differs: Vec<_> = told.iter().map(|(_, line, _, what)| (*line, what.as_str())).collect();
    assert_eq!(differs, expected);
    assert!(told.iter().all(|(file, _, code, _)| file == SAMPLE && *code == "sample_differs"), "{told:?}");
}

#[test]
fn a_layout_that_changes_its_meaning_fails_its_sample() {
    let mut files = with_sample();
    let source = String::from_utf8(files["cooperative/layouts/school_ko/attendance.toml"].clone()).unwrap();
    let changed = source.replace("\"-\" = \"not_collected\"", "\"-\" = \"declined\"");
    files.insert("cooperative/layouts/school_ko/attendance.toml".to_owned(), changed.into_bytes());
    let told = lines(&faults(files.clone()));
    assert_eq!(told.iter().map(|(_, line, ..)| *line).collect::<Vec<_>>(), [4], "{told:?}");
    let mut other = files.clone();
    let sample = "集計年月,学籍番号,氏名,生年月日,授業日数,欠席日数,遅刻\n".into();
    other.insert(SAMPLE.to_owned(), sample);
    assert_eq!(lines(&faults(other)), [(SAMPLE.to_owned(), 1, "sample_differs", "refused".to_owned())]);
}

#[test]
fn a_sample_alone_or_an_expectation_alone_is_a_fault() {
    let mut files = with_sample();
    files.remove(EXPECT);
    assert_eq!(lines(&faults(files))[0].2, "config_reference");
    let mut files = with_sample();
    files.remove(SAMPLE);
    assert_eq!(lines(&faults(files))[0].0, EXPECT);
    let mut files = with_sample();
    let sample = files.remove(SAMPLE).unwrap();
    files.insert("renshu/samples/nothing.csv".to_owned(), sample);
    assert_eq!(faults(files).len(), 2);
    let mut files = with_sample();
    files.insert(EXPECT.to_owned(), b"{\n  \"format\": 1,\n  \"when\": 2\n}".to_vec());
    assert_eq!(lines(&faults(files))[0], (EXPECT.to_owned(), 3, "config_syntax", String::new()));
}

#[test]
fn samples_are_no_part_of_what_is_applied() {
    let files = with_sample();
    let with = Bundle::new(files.clone()).of_town("renshu").unwrap();
    let without = Bundle::new(renshu()).of_town("renshu").unwrap();
    assert_eq!(with.digest(), without.digest());
    assert!(with.files().keys().all(|path| !path.contains("samples")));
}

/// Every source of every town, before and after what changes in the middle of the year.
#[test]
fn a_fictional_file_of_every_source_is_read_whole() {
    let cooperative = Cooperative::read(&Bundle::new(tenants())).unwrap();
    let mut read = 0;
    for town in &cooperative.towns {
        for (code, source) in &town.sources {
            for day in ["2026-04-15", "2026-11-20"] {
                let mut options = DecodeOptions::new(code.clone(), day.parse().unwrap());
                let made = sample(&source.layout, options.as_of, code.as_str());
                let made = made.unwrap_or_else(|error| panic!("{} {code}: {error}", town.slug));
                options.file_name = Some(made.name.clone());
                let told = Expectation::of(&source.layout, &options, &made.bytes);
                let rejects = told.rows.iter().filter(|row| row.get("rejects").is_some()).count();
                assert_eq!(told.refused, None, "{} {code}", town.slug);
                assert_eq!((told.rows.len(), rejects), (6, 0), "{} {code}: {told:?}", town.slug);
                read += 1;
            }
        }
    }
    assert!(read > 400);
}

#[test]
fn an_old_workbook_is_no_sample() {
    let text = "format = 1\nidentity = { system = \"a\" }\nkey = [\"person.local_id\"]\nmode = \"append\"\n\
                [file]\nkind = \"xls\"\nheader = \"exact\"\n\
                [[field]]\nto = \"person.local_id\"\ncolumn = \"no\"\n";
    let doc = LayoutDoc::parse("a.toml", text).unwrap();
    let layout = Layout::resolve(None, &doc, &CodeLists::default(), &|_| None).unwrap();
    let options = DecodeOptions::new("a".parse().unwrap(), day());
    let refused = decode(&layout, &options, b"no\n1\n", &mut |_| ()).unwrap_err();
    assert_eq!(refused.code(), Code::SheetUnreadable);
    assert!(refused.detail(Lang::En).contains("no sample"), "{}", refused.detail(Lang::En));
}
