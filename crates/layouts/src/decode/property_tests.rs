//! However the bytes are cut, the rows are the same; whatever the bytes are, nothing breaks.

use proptest::prelude::*;

use crate::fixtures::{ATTENDANCE, PROTECTION, REGISTER, cp932, decode_in, layout, options};

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
}
