//! Every shape in which a value could lie about: a search for one spelling finds nothing and proves nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS};
use unicode_normalization::UnicodeNormalization;

/// One shape of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// Which.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Every shape of `value`, the same bytes only once.
pub fn shapes(value: &str) -> Vec<Shape> {
    let half = half_width(value);
    let nfd: String = value.nfd().collect();
    let mut shapes = vec![
        shape("UTF-8", value.as_bytes()),
        shape("half-width kana, UTF-8", half.as_bytes()),
        shape("NFD, UTF-8", nfd.as_bytes()),
        shape("UTF-16LE", &utf16(value, u16::to_le_bytes)),
        shape("UTF-16BE", &utf16(value, u16::to_be_bytes)),
    ];
    // NFD has combining marks, which none of these has.
    for (name, encoding, text) in [
        ("CP932", SHIFT_JIS, value),
        ("EUC-JP", EUC_JP, value),
        ("ISO-2022-JP", ISO_2022_JP, value),
        ("half-width kana, CP932", SHIFT_JIS, &half),
        ("half-width kana, EUC-JP", EUC_JP, &half),
    ] {
        shapes.push(shape(name, &encoded(encoding, text)));
    }
    for plain in shapes.clone() {
        shapes.extend(base64(&plain));
        shapes.push(Shape { name: "hex", bytes: hex::encode(&plain.bytes).into_bytes() });
        shapes.push(Shape { name: "HEX", bytes: hex::encode_upper(&plain.bytes).into_bytes() });
    }
    shapes.push(shape("URL", percent(value).as_bytes()));
    for (name, text) in [("JSON \\u", escaped(value, false)), ("JSON \\U", escaped(value, true))] {
        // A dump doubles each backslash.
        shapes.push(shape(name, text.replace('\\', "\\\\").as_bytes()));
        shapes.push(shape(name, text.as_bytes()));
    }
    shapes.sort_by(|a, b| a.bytes.cmp(&b.bytes));
    shapes.dedup_by(|a, b| a.bytes == b.bytes);
    // What is ASCII as it stands has no escaped form of its own.
    shapes.retain(|shape| shape.bytes.len() >= 6);
    shapes
}

fn shape(name: &'static str, bytes: &[u8]) -> Shape {
    Shape { name, bytes: bytes.to_vec() }
}

/// In one of the Japanese encodings. ISO-2022-JP without the escapes around it, which stand elsewhere in a
/// longer text.
fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy, "{text} has no {} form: choose another canary", encoding.name());
    let inner = bytes.strip_prefix(b"\x1b$B").and_then(|rest| rest.strip_suffix(b"\x1b(B"));
    inner.unwrap_or(&bytes).to_vec()
}

/// As in a query (RFC 3986): every byte that is not ASCII.
fn percent(value: &str) -> String {
    let escaped = |byte: u8| {
        if byte.is_ascii() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    value.bytes().map(escaped).collect()
}

fn utf16(value: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    value.encode_utf16().flat_map(bytes).collect()
}

/// Base64 at each of the three alignments, without the characters that depend on the neighbours.
fn base64(plain: &Shape) -> Vec<Shape> {
    (0..3)
        .map(|before| {
            let mut padded = vec![0; before];
            padded.extend_from_slice(&plain.bytes);
            let whole = padded.len() / 3 * 3;
            let text = STANDARD.encode(&padded[..whole]);
            let first = if before == 0 { 0 } else { 4 };
            shape("base64", text.as_bytes().get(first..).unwrap_or_default())
        })
        .collect()
}

fn escaped(value: &str, upper: bool) -> String {
    value
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(ascii) if ascii.is_ascii() => char::from(ascii).to_string(),
            _ if upper => format!("\\u{unit:04X}"),
            _ => format!("\\u{unit:04x}"),
        })
        .collect()
}

/// Full-width katakana as half-width, voiced marks apart; other characters as they are.
fn half_width(value: &str) -> String {
    const FULL: &str = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォッャュョー";
    const HALF: &str = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｧｨｩｪｫｯｬｭｮｰ";
    value
        .nfd()
        .map(|c| match c {
            '\u{3099}' => 'ﾞ',
            '\u{309a}' => 'ﾟ',
            _ => FULL.chars().position(|full| full == c).and_then(|at| HALF.chars().nth(at)).unwrap_or(c),
        })
        .collect()
}

#[test]
fn shapes_are_what_their_names_say() {
    let of = |value: &str, name: &str| {
        shapes(value)
            .into_iter()
            .filter(|shape| shape.name == name)
            .map(|shape| shape.bytes)
            .collect::<Vec<_>>()
    };
    assert_eq!(half_width("ガッパ"), "ｶﾞｯﾊﾟ");
    assert_eq!(of("ガッパ", "CP932"), [b"\x83\x4b\x83\x62\x83\x70".to_vec()]);
    assert_eq!(
        of("ガッパガッパ", "half-width kana, CP932"),
        [b"\xb6\xde\xaf\xca\xdf\xb6\xde\xaf\xca\xdf".to_vec()]
    );
    assert_eq!(of("ガッパ", "EUC-JP"), [b"\xa5\xac\xa5\xc3\xa5\xd1".to_vec()]);
    assert_eq!(of("ガッパ", "ISO-2022-JP"), [b"%,%C%Q".to_vec()]);
    assert_eq!(of("ガッ", "URL"), [b"%E3%82%AC%E3%83%83".to_vec()]);
    assert_eq!(of("襷太郎", "UTF-16BE"), [b"\x89\x77\x59\x2a\x90\xce".to_vec()]);
    assert!(of("襷太郎", "JSON \\u").contains(&br"\u8977\u592a\u90ce".to_vec()));
    let text = "xyz襷太郎".to_owned() + "tail";
    for before in 0..3 {
        let inside = STANDARD.encode(&text.as_bytes()[3 - before..]);
        assert!(
            of("襷太郎", "base64")
                .iter()
                .any(|part| inside.as_bytes().windows(part.len()).any(|w| w == part))
        );
    }
}
