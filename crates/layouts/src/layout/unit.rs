//! Units that are the same quantity: a closed table, so that no layout can invent a factor.

/// What a number in `from` is multiplied with and divided by to be in `to`; `None` when the two are no
/// units of one quantity here.
pub(crate) fn factor(from: &str, to: &str) -> Option<(i64, i64)> {
    let (of_from, of_to) = (QUANTITIES.iter().find_map(|units| size(units, from).zip(size(units, to))))?;
    let common = gcd(of_from, of_to);
    Some((of_from / common, of_to / common))
}

/// Units by quantity, each with its size in the smallest. Of time only what has one length.
const QUANTITIES: [&[(&str, i64)]; 5] = [
    &[("円", 1), ("百円", 100), ("千円", 1_000), ("万円", 10_000), ("百万円", 1_000_000)],
    &[("mm", 1), ("cm", 10), ("m", 1_000)],
    &[("g", 1), ("kg", 1_000)],
    &[("分", 1), ("時間", 60)],
    &[("月", 1), ("か月", 1), ("年", 12)],
];

fn size(units: &[(&str, i64)], name: &str) -> Option<i64> {
    units.iter().find(|(unit, _)| *unit == name).map(|(_, size)| *size)
}

fn gcd(one: i64, other: i64) -> i64 {
    if other == 0 { one } else { gcd(other, one % other) }
}

/// Every unit, for messages.
pub(super) fn known() -> String {
    QUANTITIES.iter().flat_map(|units| units.iter().map(|(name, _)| *name)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_quantity_convert() {
        assert_eq!(factor("千円", "円"), Some((1_000, 1)));
        assert_eq!(factor("mm", "cm"), Some((1, 10)));
        assert_eq!(factor("万円", "千円"), Some((10, 1)));
        assert_eq!(factor("円", "cm"), None);
        assert!(known().contains("千円"));
    }
}
