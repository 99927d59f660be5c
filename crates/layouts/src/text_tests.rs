//! Characters that tell one encoding from the next.

use super::*;

#[test]
fn tricky_bytes_of_cp932() {
    let cp932 = Encoding::Cp932;
    for (bytes, text) in [
        (&b"\x95\x5c\x83\x5c\x94\x5c"[..], "表ソ能"),
        (b"\xee\xe0\xed\x95\x87\x40\x87\x8a", "髙﨑①㈱"),
        (b"\x81\x60\x81\x7c", "～－"),
        (b"\xb6\xde", "ｶﾞ"),
    ] {
        assert_eq!(cp932.decode_cell(bytes).as_deref(), Ok(text));
    }
    assert_eq!(cp932.decode_cell(b"\xf0\x40"), Err(BadText::Gaiji('\u{e000}')));
    assert_eq!(cp932.decode_cell(b"\x80"), Err(BadText::Gaiji('\u{80}')));
    assert_eq!(cp932.decode_cell(b"\xa0"), Err(BadText::Undecodable));
    assert_eq!(cp932.decode_cell(b"\x95\x5c\x95"), Err(BadText::Cut));
    assert_eq!(cp932.decode_cell(b"a\0"), Err(BadText::Undecodable));
}

#[test]
fn euc_jp_and_its_three_bytes() {
    let euc = Encoding::EucJp;
    assert_eq!(euc.decode_cell(b"\xbf\xf8\x8e\xb6").as_deref(), Ok("据ｶ"));
    assert_eq!(euc.decode_cell(b"\xbf"), Err(BadText::Cut));
    assert_eq!(euc.decode_cell(b"\x8f\xb0"), Err(BadText::Cut));
    let mut trails = Vec::new();
    euc.mark_trails(b"a\x8f\xb0\xa1\xbf\xf8", &mut trails);
    assert_eq!(trails, [false, false, true, true, false, true]);
}

#[test]
fn a_character_lost_elsewhere_is_told() {
    assert_eq!(Encoding::Utf8.decode_cell("花\u{fffd}".as_bytes()), Err(BadText::Undecodable));
}

#[test]
fn marks_are_joined_and_ideographs_kept() {
    assert_eq!(join_marks("か\u{3099}ハ\u{309a}"), "がパ");
    // U+FA19 has a canonical decomposition to U+795E; NFC would rewrite the name.
    assert_eq!(join_marks("\u{fa19}\u{fa11}"), "\u{fa19}\u{fa11}");
}

#[test]
fn a_strict_code_page_lacks_characters() {
    assert_eq!(Encoding::Cp932.encode("髙").as_deref(), Some(&b"\xfb\xfc"[..]));
    assert_eq!(Encoding::Cp932.encode("𠮷"), None);
    assert_eq!(Encoding::Utf8.encode("𠮷").as_deref(), Some("𠮷".as_bytes()));
}
