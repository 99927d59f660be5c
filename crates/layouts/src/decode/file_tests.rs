//! Faults of a whole file, and the shapes of files that are none.

use kernel::{Code, Fault, Lang};

use super::Decoder;
use crate::fixtures::{ATTENDANCE, PROTECTION, REGISTER, cp932, decode, decode_in, layout, options};

const HEADER: &str = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄1,続柄2,住所,備考";
const ROW: &str = "1,襷　花子,,5050401,2,20,,本町1,";

fn end(text: &str, bytes: &[u8]) -> Result<u64, (Code, String)> {
    let (_, _, end) = decode(&layout(text), bytes);
    end.map(|end| end.accepted).map_err(|fault: Fault| (fault.code(), fault.detail(Lang::Ja)))
}

fn code(text: &str, bytes: &[u8]) -> Result<u64, Code> {
    end(text, bytes).map_err(|(code, _)| code)
}

#[test]
fn empty_files() {
    for bytes in [&b""[..], b"\r\n\r\n", b"\x1a", b"\r\n\x1a"] {
        assert_eq!(code(REGISTER, bytes), Err(Code::EmptyFile), "{bytes:?}");
    }
    assert_eq!(code(ATTENDANCE, "\u{feff}".as_bytes()), Err(Code::EmptyFile));
    // An empty register says something: nobody is in it.
    assert_eq!(code(REGISTER, &cp932(HEADER)), Ok(0));
}

#[test]
fn another_encoding_is_told_for_the_whole_file() {
    let text = format!("{HEADER}\r\n{ROW}\r\n");
    let (found, words) = end(REGISTER, text.as_bytes()).unwrap_err();
    assert_eq!(found, Code::WrongEncoding);
    assert!(words.starts_with("ファイルは CP932（Shift_JIS） として読めません（1行目）。"), "{words}");
    assert_eq!(code(REGISTER, format!("\u{feff}{text}").as_bytes()), Err(Code::WrongEncoding));
    for marked in [&b"\xff\xfe1\x00"[..], b"\xfe\xff\x001"] {
        assert_eq!(code(REGISTER, marked), Err(Code::WrongEncoding));
        assert_eq!(code(PROTECTION, marked), Err(Code::WrongEncoding));
    }
    let utf8 = REGISTER.replace("cp932", "utf8");
    assert_eq!(code(&utf8, &cp932(&text)), Err(Code::WrongEncoding));
    assert_eq!(code(&utf8, text.as_bytes()), Ok(1));
    assert_eq!(code(&utf8, format!("\u{feff}{text}").as_bytes()), Ok(1));
    // Without a header the first line with anything but ASCII decides.
    let name = ATTENDANCE
        .replace("to = \"person.local_id\"", "to = \"person.name\"")
        .replace("[\"person.local_id\", ", "[\"person.name\", ");
    let rows = "a,202609,4,1,1,\n襷,202609,4,1,1,\n";
    let (found, words) = end(&name, &cp932(rows)).unwrap_err();
    assert!(found == Code::WrongEncoding && words.contains("（2行目）"), "{words}");
    assert_eq!(code(&name.replace("utf8", "cp932"), rows.as_bytes()), Err(Code::WrongEncoding));
    assert_eq!(code(&name.replace("utf8", "cp932"), &cp932(rows)), Ok(2));
}

#[test]
fn a_bad_cell_later_is_a_reject() {
    let mut file = cp932(&format!("{HEADER}\n{ROW}\n"));
    file.extend(b"2,\x8f\xec\xa0,,5050401,2,20,,1,\n");
    let (_, rejects, end) = decode(&layout(REGISTER), &file);
    assert_eq!(end.map(|end| (end.rows, end.rejected)), Ok((2, 1)));
    assert_eq!(rejects[0][0].code(), Code::BadEncoding);
}

#[test]
fn a_changed_header_stops_the_file() {
    let header = HEADER.replace("住所", "現住所");
    let (found, words) = end(REGISTER, &cp932(&format!("{header}\n{ROW}\n"))).unwrap_err();
    assert_eq!(found, Code::HeaderMismatch);
    assert!(words.contains("足りない列：住所。余分な列：現住所。"), "{words}");
    let extra = format!("{HEADER},電話");
    let (_, words) = end(REGISTER, &cp932(&extra)).unwrap_err();
    assert!(words.contains("足りない列：なし。余分な列：電話。"), "{words}");
    assert_eq!(code(REGISTER, &cp932(&format!("{HEADER},氏名"))), Err(Code::HeaderMismatch));
    assert_eq!(code(REGISTER, &cp932(&HEADER.replace(",備考", ""))), Err(Code::HeaderMismatch));
    let subset = REGISTER.replace("exact", "subset");
    assert_eq!(code(&subset, &cp932(&format!("電話,{HEADER}\n0465,{ROW}\n"))), Ok(1));
    assert_eq!(code(&subset, &cp932(&HEADER.replace("性別", "性"))), Err(Code::HeaderMismatch));
    // The order of columns is the file's.
    assert_eq!(code(REGISTER, &cp932("備考,氏名カナ,氏名,宛名番号,住所,生年月日,性別,続柄1,続柄2\n")), Ok(0));
}

#[test]
fn quotes_lines_and_marks() {
    let text = format!(
        "\"宛名番号\"{}\r\n\r\n\"1\",\"襷　花子\",,5050401,2,20,,\"本町1\r\n\"\"A\"\" 棟, 2\",\r\n2,襷,,5050401,3,20,,1,\r\n\x1a",
        &HEADER["宛名番号".len()..]
    );
    let (rows, rejects, end) = decode(&layout(REGISTER), &cp932(&text));
    assert_eq!(end.map(|end| end.rows), Ok(2));
    assert_eq!(rows[0].persons[0].1.address.value().unwrap(), "本町1\r\n\"A\" 棟, 2");
    // The row before took two lines and one was blank.
    assert!(rejects[0][0].detail(Lang::Ja).starts_with("5行目『性別』"));
    let whole = decode_in(&layout(REGISTER), &options(), &cp932(&text), usize::MAX);
    assert!(whole.rows[0].starts_with("3 "), "{}", whole.rows[0]);
    assert_eq!(
        end_of(&format!("{HEADER}\n{ROW}\n2,\"襷,,5050401\n3,x\n")),
        Err("3行目で始まる引用符が閉じていません。途中で切れているか、出力が壊れています。元の課に出力し直しを頼んでください。何も取り込んでいません。".to_owned())
    );
}

#[test]
fn a_quote_inside_a_cell_opens_nothing() {
    let text =
        format!("{HEADER}\n1,襷　花子,,5050401,2,20,,本町5\"2,\n2,襷　花子,,5050401,2,20,,本町5\"3,\n");
    assert_eq!(end_of(&text), Ok(2));
}

#[test]
fn an_end_of_file_mark_belongs_to_no_cell() {
    let five = ATTENDANCE.replace("columns = 6", "columns = 5");
    assert_eq!(code(&five, b"1,202609,4,1,1\x1a"), Ok(1));
    assert_eq!(code(&five, b"1,202609,4\x1a,1,1\n"), Ok(0));
}

fn end_of(text: &str) -> Result<u64, String> {
    end(REGISTER, &cp932(text)).map_err(|(_, words)| words)
}

#[test]
fn a_line_without_end_is_stopped() {
    let mut options = options();
    options.limits.line_bytes = 100;
    let layout = layout(REGISTER);
    for tail in [
        vec![b'a'; 103],
        [vec![b'a'; 101], b"\r\n".to_vec()].concat(),
        [b"\"".to_vec(), vec![b'\n'; 200]].concat(),
    ] {
        let file = [cp932(HEADER), b"\r\n".to_vec(), tail].concat();
        for piece in [1, 7, 1000] {
            let told = decode_in(&layout, &options, &file, piece);
            assert!(
                told.end.as_ref().is_err_and(|end| end.contains("2行目が上限（100 バイト）")),
                "{told:?}"
            );
        }
    }
    let fits = [cp932(HEADER), b"\r\n".to_vec(), vec![b'a'; 100], b"\r\n".to_vec()].concat();
    assert!(decode_in(&layout, &options, &fits, 3).end.is_ok());
}

#[test]
fn a_fault_of_the_file_stays() {
    let (layout, options) = (layout(REGISTER), options());
    let mut decoder = Decoder::new(&layout, &options);
    let mut out = |_: crate::Outcome<'_>| {};
    let first = decoder.push(b"x,y\n", &mut out).unwrap_err();
    assert_eq!(decoder.push(&cp932(&format!("{HEADER}\n")), &mut out), Err(first.clone()));
    assert_eq!(decoder.finish(&mut out), Err(first));
}

fn protection(records: &[&[u8]], newline: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    for record in records {
        let mut record = record.to_vec();
        record.resize(60, b' ');
        file.extend(record);
        file.extend(newline);
    }
    file
}

#[test]
fn the_trailer_is_held_against_the_rows() {
    let row = [&b"20000000001"[..], &cp932("襷　花子")].concat();
    let mut row = row;
    row.resize(45, b' ');
    row.extend(b"5080401");
    for newline in [&b""[..], b"\n", b"\r\n"] {
        let file = |records: &[&[u8]]| protection(records, newline);
        let count = |records: &[&[u8]]| code(PROTECTION, &file(records));
        assert_eq!(count(&[b"1", &row, b"900000001"]), Ok(1));
        assert_eq!(count(&[b"1", b"900000000"]), Ok(0));
        assert_eq!(count(&[b"1", &row]), Err(Code::TrailerMissing));
        assert_eq!(count(&[b"1", &row, b"900000002"]), Err(Code::TrailerCount));
        assert_eq!(count(&[b"1", &row, b"9"]), Err(Code::TrailerCount));
        assert_eq!(count(&[b"1", b"900000000", &row]), Err(Code::TrailerCount));
        assert_eq!(count(&[&row, b"900000001"]), Err(Code::HeaderMismatch));
        let odd = [&b"5"[..], &row[1..]].concat();
        let (_, rejects, end) = decode(&layout(PROTECTION), &file(&[b"1", &row, &odd, b"900000002"]));
        assert!(end.is_ok());
        assert!(rejects[0][0].detail(Lang::Ja).starts_with("3行目『レコード区分』：5 は"));
    }
    assert_eq!(
        code(PROTECTION, &[protection(&[b"1", &row, b"900000001"], b""), b"\x1a".to_vec()].concat()),
        Ok(1)
    );
}
