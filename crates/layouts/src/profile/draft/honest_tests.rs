//! What a draft says of samples that are easily taken for something else: it names no more than it can tell.

use std::collections::BTreeMap;

use kernel::{ItemCode, ItemDef};
use rust_xlsxwriter::Workbook;

use super::{Draft, Knowledge, Wanted, draft};
use crate::config::LayoutDoc;
use crate::fixtures::{PROTECTION, REGISTER, codes, item};
use crate::profile::profile;

fn drafted(bytes: &[u8]) -> Draft {
    drafted_by(bytes, &BTreeMap::new())
}

fn drafted_by(bytes: &[u8], items: &BTreeMap<ItemCode, ItemDef>) -> Draft {
    // Of the same name as the register's, and otherwise read: it comes before it.
    let other = REGISTER
        .replace("column = \"住所\"", "column = \"郵便番号\"\ndigits = 7")
        .replace("person.address", "person.postal_code")
        .replace("column = \"性別\"", "column = \"男女\"")
        .replace("column = \"続柄1\"", "column = \"関係\"");
    let numbered = PROTECTION.replace("at = [36, 10]", "at = [36, 10]\ncolumn = \"対象児童1_住民番号\"");
    let layouts: BTreeMap<_, _> =
        [("a/other", other.as_str()), ("core/register", REGISTER), ("case/children", &numbered)]
            .map(|(name, text)| (name.to_owned(), LayoutDoc::parse(name, text).unwrap()))
            .into();
    let codes = codes();
    let found = profile(bytes, "2026-11-20".parse().unwrap()).unwrap();
    let wanted = Wanted { town: "shinmachi", source: None, file: "a.csv" };
    draft(wanted, &found, Knowledge { layouts: &layouts, items, codes: &codes })
}

fn to<'d>(draft: &'d Draft, column: &str) -> Option<&'d str> {
    draft.proposals.iter().find(|one| one.column == column).unwrap().to.as_deref()
}

#[test]
fn what_the_extended_layout_reads_just_so_is_not_written_again() {
    let sample = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄1,続柄2,住所\n\
                  0000000001,襷　花子,ﾀｽｷ ﾊﾅｺ,5050401,2,20,,架空町1\n\
                  0000000002,襷　太郎,ﾀｽｷ ﾀﾛｳ,4200229,1,20,,架空町1\n";
    let draft = drafted(sample.as_bytes());
    assert_eq!(draft.extends.as_ref().map(|(name, _)| name.as_str()), Some("core/register"));
    assert!(!draft.toml.contains("\n[[field]]"), "{}", draft.toml);
}

#[test]
fn spellings_of_days_that_are_mixed_are_all_named_and_none_is_guessed() {
    let rows = |days: &[&str]| {
        let row = |(n, day)| format!("{n:010},襷　花子,{day}\n");
        format!("宛名番号,氏名,生年月日\n{}", (1..).zip(days).map(row).collect::<String>())
    };
    let mixed = drafted(rows(&["5050401", "R5.4.1", "R5.4.2", "平成31年4月1日", "卯年"]).as_bytes());
    for part in [
        "formats = [\"wareki_letter\", ",
        "\"wareki7\"",
        "\"wareki_kanji\"",
        "書き方が混ざっている（wareki_letter 2 件",
        "ありえない日付が 1 件",
    ] {
        assert!(mixed.toml.contains(part), "{part}\n{}", mixed.toml);
    }
    let words = drafted(rows(&["卯年", "辰年", "巳年", "午年"]).as_bytes());
    assert!(words.toml.contains("formats = [\"TODO"), "{}", words.toml);
    let western = drafted("番号,年月\n0000001,2026年10月\n0000002,2026年10月分\n".as_bytes());
    assert!(western.toml.contains("formats = [\"ymd_kanji\"]"), "{}", western.toml);
    assert_eq!(to(&western, "年月"), Some("record.month"));
}

#[test]
fn numbers_keep_what_a_spreadsheet_took() {
    let sample = "宛名番号,番号,郵便番号,処理区分\n111,1,2580001,A\n999,2,280001,A\n1036,3,2580001,C\n";
    let draft = drafted(sample.as_bytes());
    assert!(draft.toml.contains("digits = 7\npad = 7"), "{}", draft.toml);
    assert!(draft.toml.contains("先頭の 0 が落ちた"), "{}", draft.toml);
    // A number among numbers, a row's place in its class, and what a row of a delta does.
    assert!(!draft.toml.contains("\"999\""), "{}", draft.toml);
    assert_eq!(to(&draft, "番号"), None);
    assert!(draft.toml.contains("\"処理区分\"") && draft.toml.contains("record.operation"), "{}", draft.toml);
}

#[test]
fn members_of_json_are_known_by_their_last_part() {
    let line = |n: u32| {
        format!(
            "{{\"child\":{{\"name\":{{\"family\":\"襷\",\"given\":\"花子{n}\"}},\"birth\":\"2015-05-0{n}\"}},\
             \"school\":{{\"name\":\"第一小\"}}}}\n"
        )
    };
    let draft = drafted((line(1) + &line(2)).as_bytes());
    // The register has whole names alone; a layout with parts would know these.
    assert_eq!(to(&draft, "child.birth"), Some("person.birth_date"));
    assert_eq!(to(&draft, "school.name"), None, "a school's name is nobody's");
    assert!(!draft.toml.contains("見出しは"), "{}", draft.toml);
}

#[test]
fn a_cover_sheet_says_that_there_are_others() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("表紙").unwrap().write_string(0, 0, "健康診断結果").unwrap();
    book.add_worksheet().set_name("一覧").unwrap().write_string(0, 0, "番号").unwrap();
    book.add_worksheet().set_name("隠し").unwrap().set_hidden(true);
    let bytes = book.save_to_buffer().unwrap();
    let found = profile(&bytes, "2026-11-20".parse().unwrap()).unwrap();
    assert_eq!(found.sheets, ["表紙", "一覧"]);
    let draft = drafted(&bytes);
    assert!(draft.toml.contains("最初のシート \"表紙\"。ほかのシート：\"一覧\"。"), "{}", draft.toml);
}

#[test]
fn a_code_in_the_words_of_an_items_values_is_known_and_another_is_to_be_decided() {
    let item = ItemDef { ja: "支援措置の区分".to_owned(), ..item("protection.measure").unwrap() };
    let row = |n: u32, word: &str| format!("{n:010},襷　花子,{word}\n");
    let words = ["被害者", "加害者", "その他の人"];
    let rows: String = (1..=12).zip(words.iter().cycle()).map(|(n, word)| row(n, word)).collect();
    let sample = format!("宛名番号,氏名,支援措置の区分\n{rows}");
    let draft = drafted_by(sample.as_bytes(), &BTreeMap::from([(item.code.clone(), item)]));
    let [(_, csv)] = draft.codes.as_slice() else { panic!("{:?}", draft.codes) };
    for line in ["被害者,victim", "加害者,respondent", "その他の人,TODO"] {
        assert!(csv.lines().any(|known| known == line), "{line}\n{csv}");
    }
}
