//! Every reason of a reject, in the words staff read.

use kernel::date::PartialDate;
use kernel::{Absence, Code, Kin, Known, Lang, Sex};

use crate::fixtures::{ATTENDANCE, PROTECTION, REGISTER, cp932, decode, layout, who};
use crate::layout::RoleId;

const HEADER: &str = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄1,続柄2,住所,備考";

/// A register with one row in which column `column` is `cell`.
fn register_with(column: usize, cell: &[u8]) -> Vec<u8> {
    let mut cells: Vec<Vec<u8>> =
        ["1", "襷　花子", "ﾀｽｷ ﾊﾅｺ", "5050401", "2", "20", "", "本町1", ""].map(cp932).into();
    cells[column] = cell.to_vec();
    [cp932(HEADER), b"\r\n".to_vec(), cells.join(&b","[..]), b"\r\n".to_vec()].concat()
}

fn reasons(file: &[u8]) -> Vec<(Code, String)> {
    let (_, rejects, end) = decode(&layout(REGISTER), file);
    assert!(end.is_ok(), "{end:?}");
    rejects.iter().flatten().map(|fault| (fault.code(), fault.detail(Lang::Ja))).collect()
}

const ASK: &str = "元の課に確認してください。原本は変更していません。";

#[test]
fn the_worked_example_of_a_bad_cell() {
    let rows: Vec<_> = (1..=10).map(|n| format!("{n},襷　花子,,5050401,2,20,,本町1,")).collect();
    let text = format!("{HEADER}\r\n{}\r\n11,襷　太郎,,5010430,男,20,,本町1,\r\n", rows.join("\r\n"));
    assert_eq!(
        reasons(&cp932(&text)),
        [(
            Code::EraBounds,
            "12行目『生年月日』が読めません（5010430：令和は2019年5月1日からです）。元の課に確認してください。原本は変更していません。"
                .to_owned()
        )]
    );
}

#[test]
fn every_reason_has_its_words() {
    let cases: &[(usize, &[u8], Code, &str)] = &[
        (3, b"5050230", Code::ImpossibleDate, "2行目『生年月日』：5050230 という日付はありません。"),
        (3, b"2023-04-01", Code::NotADate, "2行目『生年月日』：2023-04-01 を日付として読めません。"),
        (3, b"H00.00.00", Code::NotADate, "2行目『生年月日』：H00.00.00 を日付として読めません。"),
        (0, b"12A", Code::PatternMismatch, "2行目『宛名番号』：12A は決められた形ではありません。"),
        (
            0,
            b"12345678901",
            Code::PatternMismatch,
            "2行目『宛名番号』：12345678901 は決められた形ではありません。",
        ),
        (2, b"TASUKI", Code::PatternMismatch, "2行目『氏名カナ』：TASUKI は決められた形ではありません。"),
        (
            4,
            b"3",
            Code::CodeUnmapped,
            "2行目『性別』：3 はコード表 sex にありません。コード表に加えるか、元の課に確認してください。原本は変更していません。",
        ),
        (
            1,
            b"",
            Code::BlankUndeclared,
            "2行目『氏名』が空欄です。空欄の意味を設定（missing）に書くか、元の課に確認してください。原本は変更していません。",
        ),
        (7, b" ", Code::BlankUndeclared, "2行目『住所』が空欄です。"),
        (7, b"\x81\x40\x81\x40", Code::BlankUndeclared, "2行目『住所』が空欄です。"),
        (1, b"\x8f\xec\xa0", Code::BadEncoding, "2行目『氏名』に読めない文字があります。"),
        (1, b"\x8f", Code::BadEncoding, "2行目『氏名』に読めない文字があります。"),
        (1, b"a\x00b", Code::BadEncoding, "2行目『氏名』に読めない文字があります。"),
        (
            1,
            b"\xf0\x40",
            Code::Gaiji,
            "2行目『氏名』に外字（F040）があります。町の外字表に加えるか、元の課に確認してください。原本は変更していません。",
        ),
        (1, b"\x80", Code::Gaiji, "2行目『氏名』に外字（80）があります。"),
    ];
    for (column, cell, code, words) in cases {
        let found = reasons(&register_with(*column, cell));
        assert_eq!(found.len(), 1, "{code}: {found:?}");
        assert_eq!(found[0].0, *code);
        assert!(found[0].1.starts_with(words), "{} ≠ {words}", found[0].1);
        assert!(found[0].1.ends_with("原本は変更していません。"));
    }
    assert!(reasons(&register_with(3, b"5050230"))[0].1.ends_with(ASK));
}

#[test]
fn a_row_is_told_all_its_reasons() {
    let text = format!("{HEADER}\n12A,,TASUKI,5010430,3,20,,本町1,\n");
    let codes: Vec<_> = reasons(&cp932(&text)).into_iter().map(|(code, _)| code.as_str()).collect();
    assert_eq!(
        codes,
        ["pattern_mismatch", "blank_undeclared", "pattern_mismatch", "era_bounds", "code_unmapped"]
    );
}

#[test]
fn tricky_names_are_read_as_written() {
    for name in ["表ソ能　髙﨑", "①㈱　申曽構", "～－　德"] {
        let (rows, rejects, _) = decode(&layout(REGISTER), &register_with(1, &cp932(name)));
        assert!(rejects.is_empty(), "{name}");
        assert_eq!(who(&rows[0], RoleId::Person).full_name().as_deref(), Some(name));
    }
    let (rows, ..) = decode(&layout(REGISTER), &register_with(1, &cp932(" 表ソ　")));
    let who = who(&rows[0], RoleId::Person);
    assert_eq!(who.family_name, Known::Present("表ソ".into()));
    assert_eq!(who.given_name, Known::Absent(Absence::Unreadable));
    assert_eq!(who.full_kana().as_deref(), Some("タスキ　ハナコ"));
    assert_eq!(who.local_id, Known::Present("0000000001".into()));
    assert_eq!(who.sex, Known::Present(Sex::Female));
}

#[test]
fn each_sentinel_is_another_absence() {
    for (cell, reason) in [
        ("", Absence::NotCollected),
        ("-", Absence::NotApplicable),
        ("9999999", Absence::HeldElsewhere),
        ("　", Absence::Declined),
    ] {
        let (rows, rejects, _) = decode(&layout(REGISTER), &register_with(7, &cp932(cell)));
        assert!(rejects.is_empty(), "{cell:?}");
        assert_eq!(who(&rows[0], RoleId::Person).address, Known::Absent(reason), "{cell:?}");
    }
    let (rows, ..) = decode(&layout(REGISTER), &register_with(3, b"00000000"));
    assert_eq!(who(&rows[0], RoleId::Person).birth_date, Known::Absent(Absence::Unreadable));
}

#[test]
fn a_sentinel_in_a_required_field_is_a_missing_value() {
    let text = REGISTER.replace("missing = { \"00000000\"", "required = true\nmissing = { \"00000000\"");
    let (_, rejects, _) = decode(&layout(&text), &register_with(3, b"00000000"));
    assert_eq!(rejects[0][0].code(), Code::RequiredMissing);
    assert_eq!(
        rejects[0][0].detail(Lang::Ja),
        format!("2行目『生年月日』の値がありません。この値は必要です。{ASK}")
    );
}

#[test]
fn a_date_past_its_era_warns_or_is_refused() {
    let file = register_with(3, b"H31.05.01");
    let (rows, rejects, _) = decode(&layout(REGISTER), &file);
    assert!(rejects.is_empty());
    let born: PartialDate = "2019-05-01".parse().unwrap();
    assert_eq!(who(&rows[0], RoleId::Person).birth_date, Known::Present(born));
    let told = crate::fixtures::decode_in(&layout(REGISTER), &crate::fixtures::options(), &file, 7);
    assert!(told.rows[0].contains("Line 2, 生年月日: H31.05.01 is after the end"), "{}", told.rows[0]);
    let strict =
        REGISTER.replace("column = \"生年月日\"", "column = \"生年月日\"\nera_overflow = \"reject\"");
    let (_, rejects, _) = decode(&layout(&strict), &file);
    assert_eq!(rejects[0][0].code(), Code::EraOverflow);
}

#[test]
fn a_relation_is_joined_step_by_step() {
    let relation = |first: &str, second: &str| {
        let text = format!("{HEADER}\n1,襷　花子,,5050401,2,{first},{second},本町1,\n");
        let (rows, rejects, _) = decode(&layout(REGISTER), &cp932(&text));
        rows.first().map_or_else(
            || Err(rejects[0][0].code()),
            |row| Ok(who(row, RoleId::Person).relation_to_head.clone()),
        )
    };
    assert_eq!(relation("2", ""), Ok(Known::Present(vec![Kin::Head])));
    assert_eq!(relation("20", "12"), Ok(Known::Present(vec![Kin::Child, Kin::Spouse])));
    assert_eq!(relation("2020", ""), Ok(Known::Present(vec![Kin::Child, Kin::Child])));
    assert_eq!(relation("", "20"), Ok(Known::Absent(Absence::NotCollected)));
}

#[test]
fn a_relation_with_a_gap_is_no_relation() {
    let third = "\n[[field]]\nto = \"person.relation_3\"\ncolumn = \"続柄3\"\ncodes = \"relation\"\nmissing = { \"\" = \"not_applicable\" }\n";
    let text = format!(
        "{HEADER},続柄3\n1,襷　花子,,5050401,2,20,,本町1,,20\n2,襷　花子,,5050401,2,20,20,本町1,,20\n"
    );
    let (rows, rejects, _) = decode(&layout(&format!("{REGISTER}{third}")), &cp932(&text));
    assert_eq!(who(&rows[0], RoleId::Person).relation_to_head, Known::Present(vec![Kin::Child; 3]));
    assert_eq!(
        rejects[0][0].detail(Lang::Ja),
        format!("2行目『続柄3』：20 は決められた形ではありません。{ASK}")
    );
}

#[test]
fn a_record_needs_the_month_it_is_about() {
    let text =
        ATTENDANCE.replace("column = \"年月\"", "column = \"年月\"\nmissing = { \"\" = \"not_collected\" }");
    let (rows, rejects, _) = decode(&layout(&text), b"1,,4,1,1,\n");
    assert!(rows.is_empty());
    assert_eq!(
        rejects[0][0].detail(Lang::Ja),
        format!("1行目『年月』の値がありません。この値は必要です。{ASK}")
    );
}

#[test]
fn a_constant_makes_nobody_present() {
    let constant = "\n[[field]]\nto = \"respondent.status\"\nconst = \"unregistered\"\n";
    let mut record = [b"20000000001".to_vec(), cp932("襷　花子")].concat();
    record.resize(45, b' ');
    record.extend(b"5080401        ");
    let mut with = record.clone();
    with[10] = b'2';
    with[23..27].copy_from_slice(&cp932("相手"));
    let file = [&b"1\n"[..], &record, b"\n", &with, b"\n900000002\n"].concat();
    let (rows, ..) = decode(&layout(&format!("{PROTECTION}{constant}")), &file);
    assert_eq!(rows[0].persons.len(), 1);
    let other = who(&rows[1], RoleId::Respondent);
    assert_eq!(other.status, Known::Present(kernel::ResidentStatus::Unregistered));
    assert_eq!(other.family_name, Known::Present("相手".into()));
}

#[test]
fn the_same_key_twice_is_refused_with_both_lines() {
    let row = |id: &str| format!("{id},襷　花子,,5050401,2,20,,本町1,");
    let text = [HEADER, &row("1"), &row("2"), &row("0000000001"), &row("12A"), &row("12A")].join("\n");
    let found = reasons(&cp932(&text));
    assert_eq!(found[0].0, Code::DuplicateKey);
    assert_eq!(found[0].1, format!("4行目『宛名番号』が 2行目と同じです（一つだけのはずです）。{ASK}"));
    // A key that could not be read is no key.
    assert_eq!(found[1..].iter().map(|(code, _)| *code).collect::<Vec<_>>(), [Code::PatternMismatch; 2]);
}

#[test]
fn rows_without_a_key_are_not_alike() {
    let text = REGISTER.replace("key = [\"person.local_id\"]", "key = [\"person.address\"]");
    let rows =
        ["1,襷　花子,,5050401,2,20,,,", "2,襷　花子,,5050401,2,20,,,", "3,襷　花子,,5050401,2,20,,本町,"];
    let file = cp932(&format!("{HEADER}\n{}\n{}\n{}\n{}\n", rows[0], rows[1], rows[2], rows[2]));
    let (accepted, rejects, _) = decode(&layout(&text), &file);
    assert_eq!((accepted.len(), rejects.len()), (3, 1));
}

#[test]
fn a_day_is_no_month_but_the_first_may_stand_for_it() {
    let text = ATTENDANCE.replace("[\"yyyymm\", \"ym_dash\"]", "[\"iso\"]");
    let (rows, rejects, _) =
        decode(&layout(&text), b"1,2026-09,4,1,1,\n1,2026-10-02,4,1,1,\n1,2026-11-01,4,1,1,\n");
    let months: Vec<_> =
        rows.iter().filter_map(|row| row.record.month.map(|month| month.to_string())).collect();
    assert_eq!(months, ["2026-09", "2026-11"]);
    assert_eq!(rejects[0][0].code(), Code::NotADate);
}

#[test]
fn numbers_codes_and_flags() {
    let layout = layout(ATTENDANCE);
    let file = "1,202609,4,1,1,\n2,2026-09,０４,0,9,\n3,202609,-,,1,,\n4,202609,x,1,1,\n5,202609,32,2,1,\n6,202613,\
                4,1,1,\n7,202609,4,1\n8,202609,-1,1,1,\n";
    let (rows, rejects, end) = decode(&layout, file.as_bytes());
    let end = end.unwrap();
    assert_eq!((end.rows, end.accepted, end.rejected), (8, 3, 5));
    let locals: Vec<_> = rows.iter().map(|row| serde_json::to_string(&row.locals).unwrap()).collect();
    assert_eq!(
        locals,
        [
            r#"{"late":{"present":{"kind":"int","value":4}},"nurse":{"present":{"kind":"bool","value":true}},"school":{"present":{"kind":"code","value":"private"}}}"#,
            r#"{"late":{"present":{"kind":"int","value":4}},"nurse":{"present":{"kind":"bool","value":false}},"school":{"absent":"unknown_code"}}"#,
            r#"{"late":{"absent":"not_collected"},"nurse":{"absent":"held_elsewhere"},"school":{"present":{"kind":"code","value":"private"}}}"#,
        ]
    );
    let told: Vec<_> = rejects
        .iter()
        .map(|reasons| reasons.iter().map(|r| r.detail(Lang::Ja)).collect())
        .collect::<Vec<Vec<_>>>();
    assert_eq!(told[0], [format!("4行目『遅刻』：x を数として読めません。{ASK}")]);
    assert_eq!(
        told[1],
        [
            format!("5行目『遅刻』：32 は範囲（0～31）の外です。{ASK}"),
            format!("5行目『保健室』：2 は決められた形ではありません。{ASK}")
        ]
    );
    assert_eq!(told[2], [format!("6行目『年月』：202613 という日付はありません。{ASK}")]);
    assert_eq!(told[3], [format!("7行目は 4 列です（レイアウトは 6 列）。{ASK}")]);
    assert_eq!(rejects[4][0].code(), Code::OutOfRange);
}

#[test]
fn fixed_records_are_cut_in_bytes() {
    let layout = layout(PROTECTION);
    let record = |id: &str, victim: &str, respondent: &str, child: &str, from: &str, until: &str| {
        let mut record = vec![b'2'];
        for (text, length) in [(id, 10), (victim, 12), (respondent, 12), (child, 10), (from, 7), (until, 8)] {
            let mut bytes = cp932(text);
            bytes.resize(length, b' ');
            record.extend(bytes);
        }
        record
    };
    // 全角 of 13 bytes: the victim's last character is cut by the boundary.
    let mut cut = record("0000000003", "襷　花子", "襷　次郎", "", "5080401", "");
    cut[11..26].copy_from_slice(&[&b"a"[..], &cp932("あいうえおかき")].concat());
    let mut file = Vec::new();
    for record in [
        b"1".iter().copied().chain([b' '; 59]).collect(),
        record("0000000001", "襷　花子", "襷　次郎", "0000000009", "5080401", "20270331"),
        record("0000000002", "襷　花子", "-", "", "5080401", ""),
        cut,
        record("0000000004", "襷　花子", "", "", "5080401", "")[..59].to_vec(),
        b"900000004".iter().copied().chain([b' '; 51]).collect::<Vec<u8>>(),
    ] {
        file.extend(record);
        file.extend(b"\r\n");
    }
    let (rows, rejects, end) = decode(&layout, &file);
    assert_eq!(end.map(|end| end.rows), Ok(4));
    let roles = |row: &crate::EncodeRow| row.persons.iter().map(|(role, _)| *role).collect::<Vec<_>>();
    assert_eq!(roles(&rows[0]), [RoleId::Person, RoleId::Respondent, RoleId::Child1]);
    assert_eq!(roles(&rows[1]), [RoleId::Person]);
    let told: Vec<_> = rejects.iter().flatten().map(|fault| fault.detail(Lang::Ja)).collect();
    assert_eq!(
        told,
        [
            "4行目『被害者』の境で全角文字が切れています。レイアウトの桁位置を確かめてください。原本は変更していません。".to_owned(),
            "4行目『加害者』の境で全角文字が切れています。レイアウトの桁位置を確かめてください。原本は変更していません。".to_owned(),
            format!("5行目は 59 バイトです（レイアウトは 60 バイト）。{ASK}"),
        ]
    );
}

#[test]
fn a_character_the_source_cut_is_a_boundary_fault() {
    let mut record = b"20000000001".to_vec();
    // The source filled twelve bytes and broke the sixth character; the next field begins with a digit.
    record.extend(&cp932("a襷　花子あい")[..12]);
    record.extend(b"            ");
    record.extend(b"          ");
    record.extend(b"5080401");
    record.extend(b"        ");
    assert_eq!(record.len(), 60);
    let mut file = b"1".to_vec();
    file.resize(60, b' ');
    file.extend(&record);
    file.extend(b"900000001");
    file.resize(180, b' ');
    let (_, rejects, end) = decode(&layout(PROTECTION), &file);
    assert!(end.is_ok(), "{end:?}");
    let codes: Vec<_> = rejects.iter().flatten().map(|fault| fault.code().as_str()).collect();
    assert_eq!(codes, ["field_boundary"]);
}
