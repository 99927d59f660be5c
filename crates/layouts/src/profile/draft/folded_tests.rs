//! Headers in two rows, months side by side and numbers of other systems: what is drafted reads the sample once
//! people have decided what only they can say.

use std::collections::BTreeMap;

use kernel::{ItemDef, ValueKind};
use rust_xlsxwriter::Workbook;

use super::{Draft, Knowledge, Wanted, draft};
use crate::codes::CodeLists;
use crate::config::LayoutDoc;
use crate::config::reader::Doc;
use crate::decode::{DecodeOptions, Decoder};
use crate::fixtures::{ATTENDANCE, REGISTER, codes, cp932, told};
use crate::layout::Layout;
use crate::profile::{Profile, profile};
use crate::row::Outcome;

fn day() -> chrono::NaiveDate {
    "2026-11-20".parse().unwrap()
}

fn items() -> BTreeMap<kernel::ItemCode, ItemDef> {
    let named = [
        ("attendance.late_days", "遅刻日数"),
        ("number.gakuseki", "学籍番号"),
        ("number.sodan", "相談管理番号"),
    ];
    let item = |(code, ja): (&str, &str)| {
        let item = ItemDef { ja: ja.to_owned(), ..crate::fixtures::item(code).unwrap() };
        assert!(matches!(item.kind, ValueKind::Int | ValueKind::Text));
        (item.code.clone(), item)
    };
    named.map(item).into()
}

fn drafted(bytes: &[u8]) -> (Profile, Draft) {
    let layouts: BTreeMap<_, _> = [("core/register", REGISTER), ("school/attendance", ATTENDANCE)]
        .map(|(name, text)| (name.to_owned(), LayoutDoc::parse(name, text).unwrap()))
        .into();
    let (items, codes) = (items(), codes());
    let found = profile(bytes, day()).unwrap();
    let wanted = Wanted { town: "shinmachi", source: None, file: "出欠.csv" };
    let draft = draft(wanted, &found, Knowledge { layouts: &layouts, items: &items, codes: &codes });
    (found, draft)
}

/// The draft with each TODO decided, read over its own sample: how many rows and observations there are.
fn read_by(draft: &Draft, decided: &[(&str, &str)], bytes: &[u8]) -> (u64, usize, usize) {
    let mut toml = draft.toml.clone();
    for (find, replace) in decided {
        assert!(toml.contains(find), "{find}\n{toml}");
        toml = toml.replace(find, replace);
    }
    let doc = Doc::parse("draft.toml", &toml).unwrap_or_else(|faults| panic!("{toml}\n{}", told(&faults)));
    let layout = LayoutDoc::read(&mut doc.root());
    let mut lists: CodeLists = codes();
    for (name, csv) in &draft.codes {
        lists.add(name, name, csv).unwrap();
    }
    let item = |code: &str| items().get(&code.parse().unwrap()).cloned();
    let layout = Layout::resolve(None, &layout, &lists, &item)
        .unwrap_or_else(|faults| panic!("{toml}\n{}", told(&faults)));
    let options = DecodeOptions::new("attendance".parse().unwrap(), day());
    let (mut observations, mut numbers) = (0, 0);
    let mut out = |outcome: Outcome<'_>| match outcome {
        Outcome::Row(row) => {
            observations += row.observations.len();
            numbers += layout.numbers().count();
        }
        Outcome::Reject(reject) => panic!("{toml}\n{}", told(&reject.reasons)),
    };
    let mut decoder = Decoder::new(&layout, &options);
    let read = decoder.push(bytes, &mut out).and_then(|()| decoder.finish(&mut out));
    let read = read.unwrap_or_else(|fault| panic!("{toml}\n{}", told(&[fault])));
    (read.accepted, observations, numbers)
}

const MODE: (&str, &str) =
    ("mode = \"TODO: snapshot（毎回すべて）、append（追加だけ）、delta（変更だけ）\"", "mode = \"append\"");

fn wide(month: u32) -> String {
    month
        .to_string()
        .chars()
        .map(|digit| "０１２３４５６７８９".chars().nth(digit as usize - 48).unwrap())
        .collect()
}

/// Twelve months in two rows: 4月 stands once over 遅刻 and 委員.
fn doubled(month: impl Fn(u32) -> String) -> Vec<Vec<String>> {
    let text = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let months: Vec<u32> = (4..=12).chain(1..=3).collect();
    let mut rows = vec![text(&["学籍番号", "氏名", "年度"]), text(&["", "", ""])];
    rows.extend([text(&["0000001", "襷　花子", "2026"]), text(&["0000002", "襷　太郎", "2026"])]);
    for (n, m) in months.into_iter().enumerate() {
        rows[0].extend([month(m), String::new()]);
        rows[1].extend(text(&["遅刻", "委員"]));
        rows[2].extend([(n % 5).to_string(), "図書".to_owned()]);
        rows[3].extend(["0".to_owned(), "体育".to_owned()]);
    }
    rows
}

#[test]
fn a_header_in_two_rows_with_months_over_it_is_read_as_drafted() {
    for (month, column) in [
        ((|m| format!("{m}月")) as fn(u32) -> String, "{month}月_遅刻"),
        (|m| format!("{m:02}月"), "{month2}月_遅刻"),
        (|m| format!("{}月", wide(m)), "{month_wide}月_遅刻"),
    ] {
        let lines: Vec<String> = doubled(month).iter().map(|row| row.join(",") + "\r\n").collect();
        let bytes = cp932(&lines.concat());
        let (found, draft) = drafted(&bytes);
        assert_eq!((found.header_row, found.header_rows, found.rows), (Some(1), 2, 2));
        let column = format!("column = \"{column}\"");
        for part in [
            "header_rows = 2",
            "[unfold]\nmonths = [4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3]",
            "period = { fiscal_year = \"年度\", always = 4 }",
            &column,
        ] {
            assert!(draft.toml.contains(part), "{part}\n{}", draft.toml);
        }
        let late = draft.proposals.iter().find(|one| one.column.ends_with("_遅刻")).unwrap();
        assert_eq!((late.to.as_deref(), late.confidence >= 90), (Some("late"), true));
        assert_eq!(read_by(&draft, &[MODE], &bytes), (2, 24, 0));
    }
}

#[test]
fn a_workbook_with_a_title_and_merged_names_is_read_as_drafted() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "令和8年度　出席統計").unwrap().write_string(0, 3, "新町小学校").unwrap();
    for (at, row) in (2..).zip(doubled(|m| format!("{m}月"))) {
        for (column, text) in (0..).zip(row).filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(at, column, text).unwrap();
        }
    }
    sheet.write_string(6, 0, "合　計").unwrap().write_number(6, 3, 2).unwrap();
    book.add_worksheet().set_name("控え").unwrap().write_string(0, 0, "別の表").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let other = crate::profile::profile_sheet(&bytes, Some("控え"), day()).unwrap();
    assert_eq!((other.sheet.as_deref(), other.rows), (Some("控え"), 0));
    let none = crate::profile::profile_sheet(&bytes, Some("台帳"), day()).unwrap_err();
    assert!(none.detail(kernel::Lang::Ja).contains("控え"), "{}", none.detail(kernel::Lang::Ja));
    let (found, draft) = drafted(&bytes);
    assert_eq!((found.header_rows, found.rows, found.footer.as_deref()), (2, 2, Some("合計")));
    assert_eq!(read_by(&draft, &[MODE], &bytes), (2, 24, 0));
}

#[test]
fn a_header_in_one_row_is_taken_for_no_more() {
    for text in [
        "学籍番号,氏名,年月,遅刻,備考\r\n0000001,襷　花子,202609,3,\r\n",
        "氏名,性別,住所\r\n襷　花子,女,架空町\r\n襷　太郎,男,架空町\r\n",
        "氏名,備考,,委員\r\n襷　花子,,,図書\r\n",
    ] {
        let found = profile(&cp932(text), day()).unwrap();
        assert_eq!((found.header_row, found.header_rows), (Some(1), 1), "{text}");
    }
}

#[test]
fn the_number_of_another_system_is_proposed_as_one() {
    let text = "学籍番号,宛名番号,氏名,相談管理番号,職員番号\r\n\
        00000011,0000000001,襷　花子,501,A1\r\n00000012,0000000002,襷　太郎,502,B2\r\n";
    let (_, draft) = drafted(&cp932(text));
    let to = |column: &str| draft.proposals.iter().find(|one| one.column == column).unwrap().to.clone();
    assert_eq!(to("宛名番号").as_deref(), Some("person.local_id"));
    assert_eq!(to("学籍番号").as_deref(), Some("gakuseki"));
    for part in [
        "[[number]]\nsystem = \"gakuseki\"\nfield = \"gakuseki\"",
        "[[number]]\nsystem = \"sodan\"\nfield = \"sodan\"",
        "\"職員番号\", # 記入率 100%、2 種類、短い文字、行ごとに違う。ほかのシステムの番号なら [[number]]",
    ] {
        assert!(draft.toml.contains(part), "{part}\n{}", draft.toml);
    }
    assert_eq!(read_by(&draft, &[MODE], &cp932(text)), (2, 4, 4));
}

#[test]
fn months_with_their_year_are_told_and_not_folded() {
    let names: Vec<_> = (4..=9).map(|month| format!("2026年{month}月_遅刻")).collect();
    let text = format!("学籍番号,{}\r\n0000001,{}\r\n", names.join(","), ["3"; 6].join(","));
    let (_, draft) = drafted(&cp932(&text));
    assert!(!draft.toml.contains("[unfold]") && draft.toml.contains("年のついた月の列"), "{}", draft.toml);
}

#[test]
fn titles_over_a_header_of_text_are_told_and_read() {
    let text = "令和8年度　出欠連絡,,,\r\n作成日,令和8年11月20日\r\n\r\n学籍番号,氏名,対象年月,遅刻\r\n\
        0000001,襷　花子,202609,3\r\n0000002,襷　太郎,202609,0\r\n";
    let (found, draft) = drafted(&cp932(text));
    assert_eq!((found.header_row, found.header_rows, found.rows), (Some(3), 1, 2));
    assert!(draft.toml.contains("titles = 20"), "{}", draft.toml);
    assert_eq!(read_by(&draft, &[MODE], &cp932(text)), (2, 2, 0));
}
