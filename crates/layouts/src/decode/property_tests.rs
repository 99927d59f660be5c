//! However the bytes are cut, the rows are the same; whatever the bytes are, nothing breaks; what was
//! accepted is written and read again as the same.

use proptest::prelude::*;

use super::format_tests::{CHILDREN, gzip};
use super::version_tests::{MONTHS, versioned};
use crate::encode;
use crate::fixtures::{ATTENDANCE, PROTECTION, REGISTER, cp932, decode, decode_in, layout, options};
use crate::layout::Layout;
use crate::sheet::tests::{LEDGER, ledger};

const HEADER: &str = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄1,続柄2,住所,備考";

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{0,10}",
        "[ -~]{0,6}",
        "[ァ-ヶｱ-ﾝ 　]{0,6}",
        Just("襷　花子".to_owned()),
        Just("表ソ\"能".to_owned()),
        Just("\"a,\r\n\"\"b\"".to_owned()),
        Just("5050401".to_owned()),
        Just("\"\"".to_owned()),
    ]
}

fn table() -> impl Strategy<Value = Vec<u8>> {
    let row = prop::collection::vec(cell(), 7..10).prop_map(|cells| cells.join(","));
    let end = prop_oneof![Just("\n"), Just("\r\n"), Just("\n\n")];
    prop::collection::vec((row, end), 0..8).prop_map(|rows| {
        let body: String = rows.into_iter().map(|(row, end)| row + end).collect();
        cp932(&format!("{HEADER}\r\n{body}"))
    })
}

proptest! {
    #[test]
    fn any_cut_gives_the_same_rows(file in table(), piece in 1_usize..40) {
        let (layout, options) = (layout(REGISTER), options());
        prop_assert_eq!(
            decode_in(&layout, &options, &file, piece),
            decode_in(&layout, &options, &file, usize::MAX)
        );
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400), piece in 1_usize..64) {
        for text in [REGISTER, ATTENDANCE, PROTECTION] {
            let (layout, options) = (layout(text), options());
            let told = decode_in(&layout, &options, &bytes, piece);
            prop_assert_eq!(&told, &decode_in(&layout, &options, &bytes, usize::MAX));
            if let Ok(end) = told.end {
                prop_assert_eq!(end.rows, end.accepted + end.rejected);
                prop_assert_eq!(end.rows, (told.rows.len() + told.rejects.len()) as u64);
            }
        }
    }

    #[test]
    fn any_bytes_after_a_header_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400), piece in 1_usize..64) {
        let (layout, options) = (layout(REGISTER), options());
        let file = [cp932(HEADER), b"\n".to_vec(), bytes].concat();
        prop_assert_eq!(
            decode_in(&layout, &options, &file, piece),
            decode_in(&layout, &options, &file, usize::MAX)
        );
    }

    #[test]
    fn records_of_one_length_are_cut_the_same(
        bodies in prop::collection::vec("[ -~あ-ん]{0,30}", 0..5),
        newline in prop_oneof![Just(&b""[..]), Just(&b"\r\n"[..])],
        piece in 1_usize..80,
    ) {
        let mut file = Vec::new();
        for body in bodies {
            let mut record = [b"2".to_vec(), cp932(&body)].concat();
            record.resize(60, b' ');
            file.extend(record);
            file.extend(newline);
        }
        let (layout, options) = (layout(PROTECTION), options());
        prop_assert_eq!(
            decode_in(&layout, &options, &file, piece),
            decode_in(&layout, &options, &file, usize::MAX)
        );
    }

    #[test]
    fn what_was_accepted_leads_back(file in table()) {
        leads_back(&layout(REGISTER), &file)?;
        leads_back(&layout(&versioned()), &file)?;
    }

    #[test]
    fn attendance_leads_back(rows in prop::collection::vec(("[0-9]{1,4}", 1_u32..13, "[0-9-]{0,2}", "[01]?", "1?"), 0..8)) {
        let line = |(id, month, late, nurse, school): (String, u32, String, String, String)| format!("{id},2026{month:02},{late},{nurse},{school},\n");
        let file: String = rows.iter().cloned().map(line).collect();
        leads_back(&layout(ATTENDANCE), file.as_bytes())?;
        let beside = |(id, _, late, ..): (String, u32, String, String, String)| format!("{id},2026,{late},{late},\n");
        let file: String = rows.iter().cloned().map(beside).collect();
        leads_back(&layout(MONTHS), format!("学籍番号,年度,4月_遅刻,5月_遅刻,6月_遅刻\n{file}").as_bytes())?;
        let object = |(id, month, late, ..): (String, u32, String, String, String)| {
            format!("{{\"child\":{{\"no\":\"{id}\"}},\"year\":2026,\"month\":{month},\"late\":\"{late}\"}}\n")
        };
        let file: String = rows.into_iter().map(object).collect();
        leads_back(&layout(CHILDREN), file.as_bytes())?;
    }

    #[test]
    fn archives_and_utf16_are_cut_anywhere(file in table(), piece in 1_usize..200) {
        let plain = decode_in(&layout(REGISTER), &options(), &file, usize::MAX);
        prop_assert_eq!(&decode_in(&layout(REGISTER), &options(), &gzip(&file), piece), &plain);
        let (text, _, _) = encoding_rs::SHIFT_JIS.decode(&file);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let utf16 = layout(&REGISTER.replace("cp932", "utf16le"));
        prop_assert_eq!(
            decode_in(&utf16, &options(), &wide, piece),
            decode_in(&utf16, &options(), &wide, usize::MAX)
        );
    }

    #[test]
    fn any_bytes_are_answered_whatever_they_claim_to_be(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        head in prop_oneof![Just(&b"PK\x03\x04"[..]), Just(&b"\x1f\x8b\x08"[..]), Just(&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..]), Just(&b"{"[..])],
    ) {
        let file = [head, bytes.as_slice()].concat();
        for text in [REGISTER, CHILDREN, LEDGER, &LEDGER.replace("\"xlsx\"", "\"xls\"")] {
            let (layout, options) = (layout(text), options());
            prop_assert_eq!(
                decode_in(&layout, &options, &file, 7).end,
                decode_in(&layout, &options, &file, usize::MAX).end
            );
            let _ = crate::profile::profile(&file, options.as_of);
        }
    }

    #[test]
    fn a_damaged_workbook_is_answered(at in 0_usize..8_000, byte in any::<u8>(), cut in 0_usize..8_000) {
        let mut file = ledger();
        let at = at % file.len();
        file[at] = byte;
        let _ = decode(&layout(LEDGER), &file);
        file.truncate(cut.min(file.len()));
        let _ = decode(&layout(LEDGER), &file);
    }
}

fn leads_back(layout: &Layout, file: &[u8]) -> Result<(), TestCaseError> {
    let (rows, _, end) = decode(layout, file);
    if end.is_ok() {
        let written = encode(layout, options().as_of, &rows);
        let written = written.map_err(|error| TestCaseError::fail(error.to_string()))?;
        let (again, rejects, _) = decode(layout, &written);
        prop_assert!(rejects.is_empty() && again == rows, "{}", String::from_utf8_lossy(&written));
    }
    Ok(())
}
