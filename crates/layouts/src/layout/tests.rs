//! What a layout may not say: each wrong reference is told, at its line, all of a file together.

use crate::config::LayoutDoc;
use crate::fixtures::{ATTENDANCE, PROTECTION, REGISTER, codes, item, layout, lines, refused};
use crate::layout::{Layout, RoleId};

#[test]
fn the_test_layouts_resolve() {
    assert_eq!(layout(REGISTER).key_label(), "宛名番号");
    assert_eq!(layout(ATTENDANCE).key_label(), "宛名番号・年月");
    let protection = layout(PROTECTION);
    assert_eq!(protection.roles(), [RoleId::Person, RoleId::Respondent, RoleId::Child1]);
    assert_eq!(protection.observed().count(), 3);
}

/// The line of the first occurrence of `needle`.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).unwrap() + 1
}

#[test]
fn three_errors_of_one_file_are_told_together() {
    let text = REGISTER
        .replace("digits = 10", "digit = 10")
        .replace("\"unreadable\"", "\"expired\"")
        .replace("header = \"exact\"", "header = \"strict\"");
    let found = refused(&text);
    assert_eq!(
        found,
        [
            format!("config_invalid_value {} file.header", line_of(&text, "header =")),
            format!("config_unknown_key {} field.digit", line_of(&text, "digit =")),
            format!("config_invalid_value {} field.missing.00000000", line_of(&text, "expired")),
        ]
    );
}

#[test]
fn each_wrong_reference_is_told() {
    for (find, replace, told) in [
        ("codes = \"sex\"", "codes = \"sexes\"", "config_reference"),
        ("codes = \"sex\"", "codes = \"relation\"", "config_invalid_value"),
        ("codes = \"sex\"", "", "config_missing_key"),
        ("key = [\"person.local_id\"]", "key = [\"person.phone\"]", "config_reference"),
        ("key = [\"person.local_id\"]", "key = []", "config_missing_key"),
        ("key = [\"person.local_id\"]", "", "config_missing_key"),
        ("mode = \"snapshot\"", "", "config_missing_key"),
        ("identity = { system = \"atena\", creates = true }", "", "config_missing_key"),
        ("to = \"person.address\"", "to = \"person.sex\"", "config_duplicate"),
        ("to = \"person.address\"", "to = \"person.family_name\"", "config_duplicate"),
        ("to = \"person.address\"", "to = \"person.adress\"", "config_invalid_value"),
        ("to = \"person.address\"", "to = \"memo\"", "config_missing_key"),
        ("to = \"person.address\"", "type = \"text\"\nto = \"memo\"", "config_invalid_value"),
        ("to = \"person.address\"", "type = \"kana\"\nto = \"person.address\"", "config_invalid_value"),
        ("column = \"住所\"", "", "config_missing_key"),
        ("column = \"住所\"", "position = 3\ncolumn = \"住所\"", "config_invalid_value"),
        ("column = \"住所\"", "range = [0, 1]\ncolumn = \"住所\"", "config_invalid_value"),
        ("column = \"住所\"", "const = \"町\"\ncolumn = \"住所\"", "config_invalid_value"),
        ("to = \"person.local_id\"", "to = \"person.phone\"", "config_reference"),
        ("[file]", "[guard]\nmax_reject_ratio = 101\n[file]", "config_invalid_value"),
        ("[file]", "[guard]\nmax_close_ratio = 101\n[file]", "config_invalid_value"),
        ("[file]", "[guard]\nmin_rows = -1\n[file]", "config_invalid_value"),
        ("format = 1", "format = 2", "config_invalid_value"),
        ("encoding = \"cp932\"", "encoding = \"sjis\"", "config_invalid_value"),
        ("encoding = \"cp932\"", "", "config_missing_key"),
        ("encoding = \"cp932\"", "encoding = \"cp932\"\ndelimiter = \"|\"", "config_invalid_value"),
        ("encoding = \"cp932\"", "encoding = \"cp932\"\nrecord_length = 5", "config_invalid_value"),
        ("\"-\" = \"not_applicable\"", "\"𠮷\" = \"not_applicable\"", "config_invalid_value"),
        (
            "formats = [\"wareki7\", \"wareki_letter\", \"wareki_kanji\"]",
            "formats = [\"wareki\"]",
            "config_invalid_value",
        ),
        ("formats = [\"wareki7\", \"wareki_letter\", \"wareki_kanji\"]", "", "config_missing_key"),
    ] {
        assert!(REGISTER.contains(find), "{find}");
        let found = refused(&REGISTER.replace(find, replace));
        assert!(found.iter().any(|fault| fault.starts_with(told)), "{find} → {replace}: {found:?}");
    }
}

#[test]
fn a_register_must_number_its_people() {
    let text = REGISTER.replace("to = \"person.local_id\"", "to = \"person.phone\"");
    let text = text.replace("key = [\"person.local_id\"]", "key = [\"person.phone\"]");
    assert_eq!(refused(&text), [format!("config_reference {} identity.creates", line_of(&text, "creates"))]);
    assert!(refused(&text.replace("creates = true", "creates = false")).is_empty());
}

#[test]
fn observations_are_held_against_the_dictionary() {
    for (find, replace, told) in [
        ("item = \"attendance.late_days\"", "item = \"attendance.late\"", "config_reference"),
        ("item = \"attendance.late_days\"", "item = \"attendance.school\"", "config_invalid_value"),
        ("field = \"late\"", "field = \"lates\"", "config_reference"),
        ("field = \"late\"", "const = true", "config_invalid_value"),
        ("field = \"late\"", "", "config_invalid_value"),
        ("of = \"person\"", "of = \"recipient\"", "config_reference"),
        ("month = \"record.month\"", "month = \"record.at\"", "config_reference"),
        ("month = \"record.month\"", "month = \"record.month\"\nfrom = \"record.from\"", "config_reference"),
        ("position = 6", "position = 5", ""),
        ("position = 5", "position = 7", "config_invalid_value"),
    ] {
        let found = refused(&ATTENDANCE.replacen(find, replace, 1));
        assert!(
            found.iter().any(|fault| fault.starts_with(told)) != told.is_empty(),
            "{find} → {replace}: {found:?}"
        );
    }
}

#[test]
fn fixed_records_stay_within_their_length() {
    for (find, replace, told) in [
        ("at = [53, 8]", "at = [54, 8]", "config_invalid_value"),
        ("at = [53, 8]", "at = [0, 8]", "config_invalid_value"),
        ("at = [53, 8]", "position = 3", "config_missing_key"),
        ("header = \"1\"", "header = \"10\"", "config_invalid_value"),
        ("trailer_count = [2, 8]", "trailer_count = [58, 8]", "config_invalid_value"),
        ("trailer = \"9\"", "", "config_reference"),
        ("record_length = 60", "", "config_missing_key"),
        ("record_length = 60", "record_length = 60\nheader = \"none\"", "config_invalid_value"),
    ] {
        let found = refused(&PROTECTION.replace(find, replace));
        assert!(found.iter().any(|fault| fault.starts_with(told)), "{find} → {replace}: {found:?}");
    }
}

fn doc(file: &str, text: &str) -> LayoutDoc {
    LayoutDoc::parse(file, text).unwrap_or_else(|faults| panic!("{}", crate::fixtures::told(&faults)))
}

#[test]
fn a_towns_keys_stand_over_the_cooperatives() {
    let base = doc("layouts/core_resident_register.toml", REGISTER);
    let own = doc(
        "sources/resident_register.toml",
        "format = 1\nextends = \"core_resident_register\"\n[file]\nencoding = \"utf8\"\n\
         [[field]]\nto = \"person.birth_date\"\ncolumn = \"生年月日（西暦）\"\nformats = [\"iso\"]\n\
         [[field]]\nto = \"person.address\"\ndrop = true\n\
         [[field]]\nto = \"person.phone\"\ncolumn = \"電話\"\nmissing = { \"\" = \"not_collected\" }\n",
    );
    assert_eq!(own.extends.as_ref().map(|extends| extends.value.as_str()), Some("core_resident_register"));
    let merged = Layout::resolve(Some(&base), &own, &codes(), &item).unwrap();
    let labels: Vec<_> = merged.fields.iter().map(|field| field.label.as_str()).collect();
    assert_eq!(
        labels,
        ["宛名番号", "氏名", "氏名カナ", "生年月日（西暦）", "性別", "続柄1", "続柄2", "電話"]
    );
    assert_eq!(merged.encoding, crate::Encoding::Utf8);
    assert_eq!(merged.system, "atena");
}

#[test]
fn another_kind_of_file_inherits_no_keys_of_the_first() {
    let base = doc("layouts/base.toml", REGISTER);
    let own = "format = 1\n[file]\nkind = \"fixed\"\nencoding = \"cp932\"\nrecord_length = 100\n";
    let fields: String = base
        .fields
        .iter()
        .map(|field| format!("[[field]]\nto = \"{}\"\ndrop = true\n", field.to.value))
        .skip(1)
        .collect();
    let first = "[[field]]\nto = \"person.local_id\"\nat = [1, 10]\n";
    let own = doc("sources/own.toml", &format!("{own}{first}{fields}"));
    assert!(Layout::resolve(Some(&base), &own, &codes(), &item).is_ok());
}

#[test]
fn a_fault_names_the_file_it_stands_in() {
    let base = doc("layouts/base.toml", &REGISTER.replace("codes = \"sex\"", "codes = \"gone\""));
    let own = doc("sources/own.toml", "format = 1\nkey = [\"person.phone\"]\n");
    let faults = Layout::resolve(Some(&base), &own, &codes(), &item).unwrap_err();
    assert_eq!(
        lines(&faults),
        [format!("config_reference {} field.codes", line_of(REGISTER, "codes = \"sex\""))]
    );
    let sound = doc("layouts/base.toml", REGISTER);
    let faults = Layout::resolve(Some(&sound), &own, &codes(), &item).unwrap_err();
    assert_eq!(lines(&faults), ["config_reference 2 key"]);
}

#[test]
fn the_digest_is_of_what_the_layout_says() {
    let one = layout(REGISTER).digest();
    let commented =
        format!("# a comment\n{}", REGISTER.replace("digits = 10\npad = 10", "pad = 10\ndigits = 10"));
    assert_eq!(layout(&commented).digest(), one);
    for (find, replace) in
        [("digits = 10", "digits = 9"), ("\"declined\"", "\"not_shared\""), ("備考", "メモ")]
    {
        assert_ne!(layout(&REGISTER.replace(find, replace)).digest(), one, "{find}");
    }
}
