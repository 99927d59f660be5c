//! 値なしの理由: why a value is not there. Never zero, never null without a reason.

crate::words! {
    /// The closed set of reasons for which an item has no value for a person.
    Absence {
        /// 未収集: no source covers this person, item and period.
        NotCollected = "not_collected", "未収集";
        /// 対象外: the question does not arise (a three-year-old's school attendance).
        NotApplicable = "not_applicable", "対象外";
        /// 他機関保有: another body holds it (県, a private school).
        HeldElsewhere = "held_elsewhere", "他機関が保有";
        /// 提供辞退: the family declined.
        Declined = "declined", "本人・保護者が提供を辞退";
        /// 課内限り: a section holds it and does not share it.
        NotShared = "not_shared", "保有課が共有していない";
        /// 未知のコード: the code list does not know the code.
        UnknownCode = "unknown_code", "コードの意味が不明";
        /// 判読不能.
        Unreadable = "unreadable", "読み取れない";
        /// 保存期間満了: derived from the schedule, never stored.
        Expired = "expired", "保存期間満了";
        /// 引継ぎ待ち: awaiting the previous town.
        InTransit = "in_transit", "前住所地からの引継ぎ待ち";
    }
}

impl Absence {
    /// Whether a file or a person may state it. `expired` is derived from the retention schedule
    /// and `in_transit` from an open handover; neither is ever stored as a tombstone.
    #[must_use]
    pub const fn is_statable(self) -> bool {
        !matches!(self, Self::Expired | Self::InTransit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_reasons_cannot_be_stated() {
        assert!(!Absence::Expired.is_statable());
        assert!(!Absence::InTransit.is_statable());
        assert!(Absence::Declined.is_statable());
    }
}
