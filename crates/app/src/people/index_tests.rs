//! The index that staff search in: its order, its names, its size.

use kernel::Absence;

use super::*;

fn person(line: &str) -> (PersonId, Identity) {
    let parts: Vec<&str> = line.split('|').collect();
    let known = |text: &str| {
        if text.is_empty() { Known::Absent(Absence::NotCollected) } else { Known::Present(text.to_owned()) }
    };
    let identity = Identity {
        family_name: known(parts[0]),
        given_name: known(parts[1]),
        family_kana: known(parts[2]),
        given_kana: known(parts[3]),
        ..Identity::default()
    };
    (PersonId::new(), identity)
}

fn built(lines: &[&str]) -> (Index, Identities) {
    let identities: Identities = lines.iter().map(|line| person(line)).collect();
    (Index::build(&identities, &HashMap::new(), &[]), identities)
}

#[test]
fn everybody_stands_in_the_order_of_readings_and_the_unread_last() {
    let sorted = [
        "井上|花|イノウエ|ハナ",
        "大田|一|オオタ|ハジメ",
        "加藤|花|カトウ|ハナ",
        "加藤|華|カトウ|バナ",
        "我藤|愛|ガトウ|アイ",
        "和田|愛|ワダ|アイ",
        "NGUYEN|AN||",
        "架空|花||",
    ];
    let mut mixed = sorted;
    mixed.reverse();
    mixed.swap(1, 4);
    let (index, identities) = built(&mixed);
    let names: Vec<&str> =
        index.entries().iter().map(|entry| stated(&identities[&entry.person].family_name)).collect();
    let expected: Vec<&str> = sorted.iter().map(|line| line.split('|').next().unwrap()).collect();
    assert_eq!(names, expected);
}

#[test]
fn names_are_cut_where_they_were_joined() {
    let (index, _) = built(&["松本|修|マツモト|オサム"]);
    let names = index.names(&index.entries()[0]);
    assert_eq!((names.reading.len(), names.family.len(), names.given.len()), (7, 4, 3));
    assert_eq!((names.surname, names.forename), ("松本".as_bytes(), "修".as_bytes()));
    assert_eq!(names.written, "松本修".as_bytes());
}

#[test]
fn a_name_longer_than_a_byte_counts_is_cut_and_disturbs_nobody() {
    let long = format!("{}|花|{}|ハナ", "架".repeat(200), "カ".repeat(400));
    let (index, _) = built(&[&long, "和田|愛|ワダ|アイ"]);
    let [first, second] = [0, 1].map(|place| index.names(&index.entries()[place]));
    assert_eq!((first.reading.len(), first.written.len(), first.given.len()), (255, 255, 2));
    assert_eq!((second.reading.len(), second.surname), (4, "和田".as_bytes()));
}

#[test]
fn an_address_is_compared_as_it_is_spoken_of() {
    assert_eq!(block_key("大字吉田島 1-2"), block_key("吉田島１－２"));
    assert_eq!(block_key("つつじヶ丘"), block_key("ツツジケ丘"));
    assert!(block_key("想像３番地").starts_with(&block_key("想像")));
    assert_eq!(block_key(" "), "");
}

#[test]
fn a_resident_takes_less_than_a_hundred_bytes() {
    let lines: Vec<String> = (0..10_000).map(|n| format!("架空{n}|花子|カクウソウゾウ|ハナコ")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let (index, identities) = built(&lines);
    let each = index.bytes() / identities.len();
    assert!(each < 100, "{each} bytes a resident");
}
