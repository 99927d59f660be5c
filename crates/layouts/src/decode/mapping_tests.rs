//! Every operation of the mapping, on a file as it is found, and back.

use kernel::{Absence, Code, Datum, Known, Value};

use crate::encode;
use crate::fixtures::{decode, layout, options, refused};
use crate::row::EncodeRow;

/// A layout of one register with the fields given.
fn with(fields: &str, items: &[&str]) -> String {
    let head = "format = 1\nidentity = { system = \"gakuseki\", creates = false }\nkey = [\"person.local_id\"]\n\
                mode = \"snapshot\"\n[file]\nkind = \"csv\"\nencoding = \"utf8\"\nheader = \"subset\"\n\
                [[field]]\nto = \"person.local_id\"\ncolumn = \"番号\"\n";
    let observations: String = items
        .iter()
        .map(|name| {
            let item = match *name {
                "late" => "attendance.late_days",
                "school" => "attendance.school",
                _ => "school_health.nurse_visit",
            };
            format!("[[observation]]\nof = \"person\"\nitem = \"{item}\"\nfield = \"{name}\"\n")
        })
        .collect();
    format!("{head}{fields}{observations}")
}

/// The one row of a file, read by the layout and written again.
fn one(text: &str, header: &str, row: &str) -> Result<EncodeRow, Vec<Code>> {
    let layout = layout(text);
    let (mut rows, rejects, end) = decode(&layout, format!("番号,{header}\n1,{row}\n").as_bytes());
    if let Err(fault) = end {
        return Err(vec![fault.code()]);
    }
    let Some(read) = rows.pop() else { return Err(rejects[0].iter().map(kernel::Fault::code).collect()) };
    let written = encode(&layout, options().as_of, [&read]).unwrap();
    assert!(decode(&layout, &written).0 == [read.clone()], "{}", String::from_utf8_lossy(&written));
    Ok(read)
}

fn name(row: &EncodeRow) -> (Option<&str>, Option<&str>) {
    let who = &row.persons[0].1;
    (who.family_name.value().map(String::as_str), who.given_name.value().map(String::as_str))
}

#[test]
fn names_are_joined_and_split() {
    let concat = with(
        "[[field]]\nto = \"person.name\"\nconcat = [\"姓\", \"名\"]\njoin = \"　\"\nmissing = { \"\" = \"not_collected\" }\n",
        &[],
    );
    assert_eq!(name(&one(&concat, "姓,名", "襷,花子").unwrap()), (Some("襷"), Some("花子")));
    assert_eq!(name(&one(&concat, "姓,名", "襷,").unwrap()).0, Some("襷"));
    assert_eq!(name(&one(&concat, "姓,名", ",").unwrap()), (None, None));
    let split = with(
        "[[field]]\nto = \"person.given_name\"\ncolumn = \"氏名\"\nsplit = { at = \" \", part = 2 }\n\
         [[field]]\nto = \"person.family_name\"\ncolumn = \"氏名\"\nsplit = { at = \" \", part = 1 }\n",
        &[],
    );
    assert_eq!(name(&one(&split, "氏名", "襷　 花 子").unwrap()), (Some("襷"), Some("花 子")));
    assert_eq!(one(&split, "氏名", "襷").err(), Some(vec![Code::BlankUndeclared]));
}

#[test]
fn the_first_column_that_says_something_counts() {
    let text = with(
        "[[field]]\nto = \"person.phone\"\ncoalesce = [\"携帯\", \"自宅\"]\nclean = [\"digits\"]\n\
         missing = { \"\" = \"not_collected\", \"-\" = \"declined\" }\n",
        &[],
    );
    let phone = |row: &str| one(&text, "携帯,自宅", row).unwrap().persons[0].1.phone.clone();
    assert_eq!(phone("090-0000-0000,0465"), Known::Present("09000000000".to_owned()));
    assert_eq!(phone(",（０４６５）00"), Known::Present("046500".to_owned()));
    assert_eq!(phone("-,"), Known::Absent(Absence::Declined));
}

#[test]
fn a_condition_on_another_column() {
    let text = with(
        "[[field]]\nto = \"late\"\ncolumn = \"遅刻\"\ntype = \"int\"\nzero = \"value\"\n\
         when = { column = \"区分\", is = [\"在籍\"], otherwise = \"held_elsewhere\" }\n",
        &["late"],
    );
    let late = |row: &str| one(&text, "遅刻,区分", row).map(|row| row.locals["late"].clone());
    assert_eq!(late("3,在籍"), Ok(Datum::Present(Value::Int(3))));
    assert_eq!(late("3,区域外"), Ok(Datum::Absent(Absence::HeldElsewhere)));
    assert_eq!(late(","), Ok(Datum::Absent(Absence::HeldElsewhere)));
    assert_eq!(late(",在籍"), Err(vec![Code::BlankUndeclared]));
}

#[test]
fn a_count_has_as_many_digits_as_stated() {
    let field = "[[field]]\nto = \"late\"\ncolumn = \"遅刻\"\ntype = \"int\"\nzero = \"value\"\npad = 3\n";
    let text = with(&format!("{field}digits = 3\n"), &["late"]);
    let late = |row: &str| one(&text, "遅刻", row).map(|row| row.locals["late"].clone());
    assert_eq!(late("003"), Ok(Datum::Present(Value::Int(3))));
    assert_eq!(late("0003"), Err(vec![Code::PatternMismatch]));
}

#[test]
fn whether_zero_is_a_value_is_stated() {
    let text = |zero: &str| {
        with(&format!("[[field]]\nto = \"late\"\ncolumn = \"遅刻\"\ntype = \"int\"\n{zero}"), &["late"])
    };
    let late = |zero: &str, row: &str| one(&text(zero), "遅刻", row).map(|row| row.locals["late"].clone());
    assert_eq!(late("zero = \"value\"\n", "00"), Ok(Datum::Present(Value::Int(0))));
    assert_eq!(late("zero = \"not_collected\"\n", "00"), Ok(Datum::Absent(Absence::NotCollected)));
    assert_eq!(refused(&text("")), ["config_missing_key 12 field.zero"]);
    let both = "zero = \"value\"\nmissing = { \"0\" = \"not_collected\" }\n";
    assert!(refused(&text(both))[0].starts_with("config_invalid_value"));
    assert!(refused(&text("zero = \"null\"\n"))[0].starts_with("config_invalid_value"));
}

#[test]
fn decimals_and_units_become_whole() {
    let text = |keys: &str| {
        let field =
            format!("[[field]]\nto = \"late\"\ncolumn = \"値\"\ntype = \"int\"\nzero = \"value\"\n{keys}");
        with(&field, &["late"])
    };
    let value = |keys: &str, row: &str| one(&text(keys), "値", row).map(|row| row.locals["late"].clone());
    assert_eq!(value("scale = 1\n", "145.3"), Ok(Datum::Present(Value::Int(1453))));
    let thousand = "unit = { from = \"千円\", to = \"円\" }\n";
    assert_eq!(value(thousand, "12.5"), Ok(Datum::Present(Value::Int(12_500))));
    assert_eq!(value(thousand, "12.5001"), Err(vec![Code::NotWhole]));
    assert_eq!(value("clean = [\"no_commas\"]\n", "\"1,200\""), Ok(Datum::Present(Value::Int(1_200))));
    assert!(
        refused(&text("unit = { from = \"千円\", to = \"cm\" }\n"))[0].starts_with("config_invalid_value")
    );
}

#[test]
fn decimals_that_are_kept_are_not_the_items_unit() {
    let seen = |item: &str, keys: &str| {
        let field =
            format!("[[field]]\nto = \"late\"\ncolumn = \"値\"\ntype = \"int\"\nzero = \"value\"\n{keys}");
        let text = with(&field, &["late"]);
        refused(&format!("{text}\n[[observation]]\nof = \"person\"\nitem = \"{item}\"\nfield = \"late\"\n"))
    };
    let none: [String; 0] = [];
    assert!(seen("growth.height", "scale = 1\n")[0].starts_with("config_invalid_value"));
    assert!(seen("growth.tenths", "scale = 2\n")[0].starts_with("config_invalid_value"));
    assert_eq!(seen("growth.tenths", "scale = 1\n"), none);
    let metres = "unit = { from = \"m\", to = \"cm\" }\n";
    assert_eq!(seen("growth.height", metres), none);
    assert_eq!(seen("growth.tenths", &format!("scale = 1\n{metres}")), none);
    assert!(seen("growth.height", &format!("scale = 1\n{metres}"))[0].starts_with("config_invalid_value"));
    assert!(seen("growth.tenths", metres)[0].starts_with("config_invalid_value"));
}

#[test]
fn an_unknown_code_is_what_the_layout_says() {
    let text = |rule: &str| {
        let field = "[[field]]\nto = \"school\"\ncolumn = \"学校\"\ntype = \"code\"\ncodes = \"school\"\n";
        with(&format!("{field}on_unknown = \"{rule}\"\n"), &["school"])
    };
    let school = |rule: &str| one(&text(rule), "学校", "9").map(|row| row.locals["school"].clone());
    assert_eq!(school("reject"), Err(vec![Code::CodeUnmapped]));
    assert_eq!(school("keep_raw"), Ok(Datum::Present(Value::Code("9".into()))));
    let layout = layout(&text("absent"));
    let (rows, ..) = decode(&layout, "番号,学校\n1,9\n".as_bytes());
    assert_eq!(rows[0].locals["school"], Datum::Absent(Absence::UnknownCode));
    let sex = with(
        "[[field]]\nto = \"person.sex\"\ncolumn = \"性別\"\ncodes = \"sex\"\non_unknown = \"keep_raw\"\n",
        &[],
    );
    assert!(refused(&sex)[0].starts_with("config_invalid_value"));
}

#[test]
fn what_is_written_is_no_formula_and_reads_the_same() {
    let text = with("[[field]]\nto = \"person.name\"\ncolumn = \"氏名\"\n", &[]);
    for raw in ["=1+1", "+81", "-x", "@a", "'=1+1", "'花子", "''=1"] {
        let layout = layout(&text);
        let (rows, ..) = decode(&layout, format!("番号,氏名\n1,{raw}\n").as_bytes());
        let written = String::from_utf8(encode(&layout, options().as_of, &rows).unwrap()).unwrap();
        let cell = written.lines().nth(1).unwrap().strip_prefix("1,").unwrap();
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        assert!(decode(&layout, written.as_bytes()).0 == rows, "{raw}");
    }
}

#[test]
fn a_field_takes_its_text_from_one_place() {
    let two =
        with("[[field]]\nto = \"person.phone\"\ncoalesce = [\"a\", \"b\"]\nconcat = [\"a\", \"b\"]\n", &[]);
    assert!(refused(&two)[0].starts_with("config_invalid_value"));
    let both = with("[[field]]\nto = \"person.phone\"\ncolumn = \"c\"\nconcat = [\"a\", \"b\"]\n", &[]);
    assert!(refused(&both)[0].starts_with("config_invalid_value"));
    let number = with("[[field]]\nto = \"person.phone\"\nconcat = [1, 2]\n", &[]);
    assert!(refused(&number)[0].starts_with("config_invalid_value"));
    let period = with("[[field]]\nto = \"person.phone\"\nperiod = { year = \"a\", month = \"b\" }\n", &[]);
    assert!(refused(&period)[0].starts_with("config_invalid_value"));
    let step = with("[[field]]\nto = \"person.phone\"\ncolumn = \"c\"\nclean = [\"upper\"]\n", &[]);
    assert!(refused(&step)[0].starts_with("config_invalid_value"));
}
