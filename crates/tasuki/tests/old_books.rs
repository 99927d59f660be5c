//! Old workbooks read by the program itself, started once more: its rows are those of the file, and what a file
//! does to it is answered with a code.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::PathBuf;

use app::loads::OldBooks;
use base64::Engine;
use chrono::Utc;
use kernel::ctx::jst_date;
use kernel::{Code, Fault};
use layouts::sheet::{OldBook, SheetRow};
use tasuki::old_books::Apart;
use testkit::TestApp;
use testkit::towns::KAISEI;

/// Two children (fictional), as an office keeps them.
const LEDGER: &str = include_str!("../../layouts/src/sheet/ledger.xls.b64");
/// The same with a cell in the last row and column: laid out, the sheet takes half a gigabyte.
const FAR_CELLS: &str = include_str!("far_cells.xls.b64");

/// A workbook out of its lines of base64.
fn workbook(text: &str) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD.decode(text.replace('\n', "")).unwrap()
}

fn ask(sheet: Option<&str>) -> OldBook {
    OldBook { sheet: sheet.map(str::to_owned), bytes: 1 << 20, cells: 1 << 20 }
}

async fn read(program: &str, ask: OldBook, workbook: &[u8]) -> (Vec<SheetRow>, Option<Fault>) {
    let mut answers = Apart::new(PathBuf::from(program)).rows(ask, workbook.to_vec());
    let (mut rows, mut fault) = (Vec::new(), None);
    while let Some(answer) = answers.recv().await {
        match answer {
            Ok(row) => rows.push(row),
            Err(last) => fault = Some(last),
        }
    }
    (rows, fault)
}

#[tokio::test]
async fn the_rows_are_those_of_the_file() {
    let program = env!("CARGO_BIN_EXE_tasuki");
    let (ledger, mut expected) = (workbook(LEDGER), Vec::new());
    ask(Some("台帳"))
        .rows(ledger.clone(), &mut |row| {
            expected.push(row);
            Ok(())
        })
        .unwrap();
    let (rows, fault) = read(program, ask(Some("台帳")), &ledger).await;
    assert_eq!((rows, fault), (expected, None));
    let (rows, _) = read(program, ask(None), &ledger).await;
    assert_eq!(rows.len(), 1, "the cover is shown first");
}

#[tokio::test]
async fn whatever_a_file_does_is_answered_with_a_code() {
    let program = env!("CARGO_BIN_EXE_tasuki");
    let (ledger, far_cells) = (workbook(LEDGER), workbook(FAR_CELLS));
    let code = async |program: &str, ask: OldBook, workbook: &[u8]| {
        let (_, fault) = read(program, ask, workbook).await;
        fault.unwrap().code()
    };
    assert_eq!(code(program, ask(Some("台帳")), &far_cells).await, Code::SheetUnreadable, "it died of it");
    assert_eq!(code(program, ask(Some("名簿")), &ledger).await, Code::SheetNotFound);
    assert_eq!(code(program, ask(None), &ledger[..3_000]).await, Code::SheetUnreadable);
    assert_eq!(code(program, OldBook { bytes: 100, ..ask(None) }, &ledger).await, Code::SheetTooLarge);
    assert_eq!(code(program, OldBook { cells: 3, ..ask(Some("台帳")) }, &ledger).await, Code::SheetTooLarge);
    for program in ["/nobody/is/here", "true", "cat"] {
        assert_eq!(code(program, ask(None), &ledger).await, Code::SheetUnreadable, "{program}");
    }
}

/// A source of 開成町 that is kept by hand, in a workbook of that kind.
const SOURCE: &str = r##"
format = 1
name = "健診台帳（架空）"
section = "board/gakko"
mode = "append"
key = ["person.local_id", "record.at"]
identity = { system = "gakuseki", creates = false }
[legal]
purpose = "（例）遅刻の増えているこどもの早期の把握"
article = "（例）個人情報の保護に関する法律第69条第2項第2号"
decided_by = "（例）開成町 学校教育課長"
decided_on = 2026-04-01
until = 2031-03-31
[coverage]
complete = false
cohort = "town_school_pupils"
[file]
kind = "xls"
sheet = "台帳"
header = "exact"
header_rows = 2
footer = ["合計"]
ignored = ["備考"]
[[field]]
to = "person.local_id"
column = "学籍番号"
type = "text"
pad = 5
[[field]]
to = "person.name"
column = "氏名"
type = "text"
[[field]]
to = "person.birth_date"
column = "生年月日"
type = "date"
formats = ["iso", "wareki_kanji", "excel_serial"]
[[field]]
to = "record.at"
column = "健診_日"
type = "date"
formats = ["iso"]
[[field]]
to = "late"
column = "健診_遅刻"
type = "int"
zero = "value"
missing = { "" = "not_collected", "#N/A" = "unreadable" }
[[observation]]
of = "person"
item = "attendance.late_days"
field = "late"
at = "record.at"
"##;

#[tokio::test]
async fn an_old_workbook_is_loaded_like_any_file() {
    let path = "kaisei/sources/checkup_ledger.toml";
    let world = TestApp::open_with(&[(path, SOURCE.to_owned())], &[KAISEI]).await;
    let (ledger, today) = (workbook(LEDGER), jst_date(Utc::now()));
    let refused = world.load(KAISEI, "checkup_ledger", today, &ledger).await.unwrap_err();
    assert_eq!(refused.code(), Code::SheetUnreadable, "nobody is there who reads it");
    world.app.read_old_books_by(Box::new(Apart::new(PathBuf::from(env!("CARGO_BIN_EXE_tasuki")))));
    let load = world.load(KAISEI, "checkup_ledger", today, &ledger).await.unwrap();
    let counts = &load.counts;
    assert_eq!((counts.read, counts.loaded, counts.rejected, counts.queued), (2, 2, 0, 2));
    let refused = world.load(KAISEI, "checkup_ledger", today, &workbook(FAR_CELLS)).await.unwrap_err();
    assert_eq!(refused.code(), Code::SheetUnreadable, "the reader died of it, the platform did not");
}

#[test]
fn a_file_named_at_the_terminal_is_read_apart_too() {
    let folder = std::env::temp_dir().join(format!("tasuki-xls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let look = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, workbook(text)).unwrap();
        std::process::Command::new(env!("CARGO_BIN_EXE_tasuki"))
            .args(["town", "profile"])
            .arg(path)
            .output()
            .unwrap()
    };
    assert!(look("ledger.xls", LEDGER).status.success());
    let died = look("far.xls", FAR_CELLS);
    let said = String::from_utf8(died.stderr).unwrap();
    assert!(!died.status.success() && said.contains("sheet_unreadable"), "{said}");
    std::fs::remove_dir_all(folder).unwrap();
}
