//! Files are written as their systems would write them, and read back as what was written.

use kernel::date::PartialDate;
use kernel::{Absence, Datum, Identity, Kin, Known, Sex, Value};
use proptest::prelude::*;

use super::{EncodeError, Encoder, encode};
use crate::fixtures::{ATTENDANCE, PROTECTION, REGISTER, cp932, decode, layout};
use crate::layout::{Layout, RoleId};
use crate::row::{EncodeRow, RecordTime};

fn day() -> chrono::NaiveDate {
    "2026-11-20".parse().unwrap()
}

fn present<T>(value: &str) -> Known<T>
where
    T: From<String>,
{
    Known::Present(value.to_owned().into())
}

fn resident() -> Identity {
    Identity {
        local_id: present("0000000001"),
        family_name: present("襷"),
        given_name: present("花子"),
        family_kana: present("タスキ"),
        given_kana: present("ハナコ"),
        birth_date: Known::Present("2023-04-01".parse().unwrap()),
        sex: Known::Present(Sex::Female),
        relation_to_head: Known::Present(vec![Kin::Child, Kin::Spouse]),
        address: present("本町1, \"A\"棟"),
        ..Identity::default()
    }
}

fn row(identity: Identity) -> EncodeRow {
    EncodeRow { persons: [(RoleId::Person, identity)].into_iter().collect(), ..EncodeRow::default() }
}

#[test]
fn a_register_is_written_as_its_system_would() {
    let bytes = encode(&layout(REGISTER), day(), [&row(resident())]).unwrap();
    let text = "宛名番号,氏名,氏名カナ,生年月日,性別,続柄1,続柄2,住所,備考\r\n\
                0000000001,襷　花子,タスキ　ハナコ,5050401,2,20,11,\"本町1, \"\"A\"\"棟\",\r\n";
    assert_eq!(bytes, cp932(text));
    let (rows, rejects, _) = decode(&layout(REGISTER), &bytes);
    assert!(rejects.is_empty() && rows == [row(resident())]);
    let half = REGISTER.replace("column = \"氏名カナ\"", "column = \"氏名カナ\"\nhalf_width = true");
    let narrow = encode(&layout(&half), day(), [&row(resident())]).unwrap();
    assert_eq!(narrow, cp932(&text.replace("タスキ　ハナコ", "ﾀｽｷ ﾊﾅｺ")));
}

#[test]
fn a_row_of_one_empty_cell_is_no_blank_line() {
    let text = "format = 1\nidentity = { system = \"atena\" }\nkey = [\"person.phone\"]\nmode = \"append\"\n\
                [file]\nkind = \"csv\"\nencoding = \"utf8\"\nheader = \"none\"\n\
                [[field]]\nto = \"person.phone\"\nposition = 1\nmissing = { \"\" = \"not_collected\" }\n";
    let layout = layout(text);
    let bytes = encode(&layout, day(), [&row(Identity::default())]).unwrap();
    assert_eq!(bytes, b"\"\"\r\n");
    assert_eq!(decode(&layout, &bytes).0.len(), 1);
}

#[test]
fn a_byte_order_mark_is_written_where_the_layout_says() {
    let marked = encode(&layout(&REGISTER.replace("cp932", "utf8_bom")), day(), []).unwrap();
    assert!(marked.starts_with("\u{feff}宛名番号".as_bytes()));
    let plain = encode(&layout(&REGISTER.replace("cp932", "utf8")), day(), []).unwrap();
    assert!(plain.starts_with("宛名番号".as_bytes()));
}

#[test]
fn attendance_without_header_leads_back() {
    let layout = layout(ATTENDANCE);
    let absent = [("late", Absence::NotCollected), ("nurse", Absence::HeldElsewhere)];
    let locals = absent.map(|(name, reason)| (name.to_owned(), Datum::Absent(reason)));
    let mut one = row(Identity { local_id: present("7"), ..Identity::default() });
    one.record.month = Some("2026-09".parse().unwrap());
    one.locals = locals.into();
    one.locals.insert("school".into(), Datum::Present(Value::Code("private".into())));
    let bytes = encode(&layout, day(), [&one]).unwrap();
    assert_eq!(bytes, b"7,202609,-,,1,\r\n");
    assert!(decode(&layout, &bytes).0 == [one]);
}

#[test]
fn fixed_records_have_header_trailer_and_filling() {
    let layout = layout(PROTECTION);
    let victim = Identity {
        local_id: present("0000000001"),
        family_name: present("襷"),
        given_name: present("花子"),
        ..Identity::default()
    };
    let mut one = row(victim);
    one.record = RecordTime { from: Some("2026-04-01".parse().unwrap()), ..RecordTime::default() };
    let bytes = encode(&layout, day(), [&one, &one]).unwrap();
    assert_eq!(bytes.len(), 4 * 62);
    assert!(bytes.starts_with(b"1   ") && bytes[3 * 62..].starts_with(b"900000002 "));
    assert_eq!(bytes[62..122].to_vec(), {
        let mut record = [b"20000000001".to_vec(), cp932("襷　花子")].concat();
        record.resize(45, b' ');
        record.extend(b"5080401        ");
        record
    });
    let (rows, rejects, end) = decode(&layout, &bytes);
    assert!(end.is_ok() && rows == [one], "the second row has the same key");
    assert_eq!(rejects[0][0].code(), kernel::Code::DuplicateKey);
}

#[test]
fn what_cannot_be_written_is_an_error() {
    let layout = layout(REGISTER);
    let failed = |identity: Identity| encode(&layout, day(), [&row(identity)]).unwrap_err();
    let to = |target: &str| (0, target.to_owned());
    let is = |error: EncodeError| match error {
        EncodeError::NoSpelling { row, to } => ("spelling", (row, to)),
        EncodeError::NotInEncoding { row, to } => ("encoding", (row, to)),
        EncodeError::TooLong { row, to } => ("long", (row, to)),
        EncodeError::ReadsOtherwise { row, to } => ("otherwise", (row, to)),
        EncodeError::Trailer { .. } => ("trailer", (0, String::new())),
        EncodeError::Kind => ("kind", (0, String::new())),
    };
    let with = |change: fn(&mut Identity)| {
        let mut identity = resident();
        change(&mut identity);
        is(failed(identity))
    };
    assert_eq!(with(|i| i.address = present("𠮷田町")), ("encoding", to("person.address")));
    assert_eq!(with(|i| i.address = present("9999999")), ("otherwise", to("person.address")));
    assert_eq!(with(|i| i.address = present(" 本町")), ("otherwise", to("person.address")));
    assert_eq!(with(|i| i.address = present("¥100")), ("otherwise", to("person.address")));
    assert_eq!(with(|i| i.local_id = present("12345678901")), ("otherwise", to("person.local_id")));
    assert_eq!(with(|i| i.sex = Known::Present(Sex::Other)), ("spelling", to("person.sex")));
    assert_eq!(with(|i| i.sex = Known::Absent(Absence::Declined)), ("spelling", to("person.sex")));
    assert_eq!(with(|i| i.family_kana = present("山田")), ("otherwise", to("person.kana")));
    assert_eq!(with(|i| i.family_name = present("山 田")), ("otherwise", to("person.name")));
    assert_eq!(with(|i| i.given_name = present("花子 ")), ("otherwise", to("person.name")));
    assert_eq!(with(|i| i.family_kana = Known::NOT_COLLECTED), ("otherwise", to("person.kana")));
    let three = |i: &mut Identity| i.relation_to_head = Known::Present(vec![Kin::Child; 3]);
    assert_eq!(with(three), ("spelling", to("person.relation_2")));
    let old: fn(&mut Identity) = |i| i.birth_date = Known::Present("1800-01-01".parse().unwrap());
    assert_eq!(with(old), ("spelling", to("person.birth_date")));
    let fixed = crate::fixtures::layout(PROTECTION);
    let mut long = row(Identity {
        local_id: present("0000000001"),
        family_name: present("襷襷襷襷襷襷襷"),
        ..Identity::default()
    });
    long.record.from = Some("2026-04-01".parse().unwrap());
    let mut encoder = Encoder::new(&fixed, day());
    assert_eq!(is(encoder.push(&long).unwrap_err()), ("long", to("person.name")));
    // Nothing of a refused row is written.
    assert!(encoder.finish().unwrap()[62..].starts_with(b"900000000"));
}

#[test]
fn two_fields_of_one_column_must_agree() {
    let twice = format!("{REGISTER}\n[[field]]\nto = \"person.moved_in_from\"\ncolumn = \"住所\"\n");
    let layout = layout(&twice);
    let mut who = resident();
    let otherwise = EncodeError::ReadsOtherwise { row: 0, to: "person.moved_in_from".into() };
    assert_eq!(encode(&layout, day(), [&row(who.clone())]), Err(otherwise));
    who.moved_in_from = who.address.clone();
    assert!(encode(&layout, day(), [&row(who)]).is_ok());
}

fn known<T: Clone + std::fmt::Debug + 'static>(
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Known<T>> {
    let absent =
        prop_oneof![Just(Absence::NotCollected), Just(Absence::NotApplicable), Just(Absence::Declined)];
    prop_oneof![4 => value.prop_map(Known::Present), 1 => absent.prop_map(Known::Absent)].boxed()
}

fn date() -> impl Strategy<Value = PartialDate> {
    (1900_i32..2030, 1_u32..13, 0_u32..29).prop_map(|(year, month, day)| match day {
        0 => kernel::date::YearMonth::new(year, month).unwrap().into(),
        day => PartialDate::from_ymd(year, month, day).unwrap(),
    })
}

fn identity() -> impl Strategy<Value = Identity> {
    let name = "[ -~ぁ-んァ-ヶ表ソ能髙﨑①㈱～]{1,5}";
    let kana = "[ア-ヺー]{1,6}";
    let kin = prop::sample::select(vec![Kin::Head, Kin::Child, Kin::Spouse]);
    let relation = prop::collection::vec(kin, 1..3);
    (name, name, kana, known(date()), known("[ -~あ-ん髙]{0,12}"), known(relation)).prop_map(
        |(family, given, reading, birth_date, address, relation_to_head)| Identity {
            local_id: present("0000000001"),
            family_name: Known::Present(family),
            given_name: Known::Present(given),
            family_kana: Known::Present(reading.clone()),
            given_kana: Known::Present(reading),
            sex: Known::Present(Sex::Male),
            birth_date,
            address,
            relation_to_head,
            ..Identity::default()
        },
    )
}

fn leads_back(layout: &Layout, row: &EncodeRow) -> Result<(), TestCaseError> {
    // What has no spelling here is refused; what is written must read back as it was.
    let Ok(bytes) = encode(layout, day(), [row]) else { return Ok(()) };
    let (rows, rejects, end) = decode(layout, &bytes);
    prop_assert!(rejects.is_empty() && end.is_ok());
    prop_assert!(rows.as_slice() == std::slice::from_ref(row), "{bytes:?}");
    prop_assert!(encode(layout, day(), &rows).as_ref() == Ok(&bytes));
    Ok(())
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(identity in identity()) {
        for text in [REGISTER.to_owned(), REGISTER.replace("cp932", "utf8_bom")] {
            leads_back(&layout(&text), &row(identity.clone()))?;
        }
    }

    #[test]
    fn counts_lead_back(late in known(0_i64..40), nurse in known(any::<bool>())) {
        let mut one = row(Identity { local_id: present("7"), ..Identity::default() });
        one.record.month = Some("2026-09".parse().unwrap());
        let datum = |known: &Known<i64>| match known {
            Known::Present(n) => Datum::Present(Value::Int(*n)),
            Known::Absent(reason) => Datum::Absent(*reason),
        };
        one.locals.insert("late".into(), datum(&late));
        one.locals.insert("nurse".into(), match nurse {
            Known::Present(flag) => Datum::Present(Value::Bool(flag)),
            Known::Absent(reason) => Datum::Absent(reason),
        });
        one.locals.insert("school".into(), Datum::Present(Value::Code("private".into())));
        leads_back(&layout(ATTENDANCE), &one)?;
    }
}
