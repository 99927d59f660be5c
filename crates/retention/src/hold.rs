//! 廃棄停止: what keeps a record from being disposed of although its period has ended.

use chrono::NaiveDate;

kernel::words! {
    /// Why a record is held.
    HoldGround {
        /// 審査請求（不服申立て）. Some periods go on after the ruling: then the hold's last day says so.
        Appeal = "appeal", "不服申立て中" / "an appeal is pending";
        /// 開示請求.
        Disclosure = "disclosure", "開示請求の手続中" / "a request for disclosure is pending";
        /// 訂正・利用停止請求.
        Correction = "correction", "訂正・利用停止請求の手続中" / "a request for correction or cessation is pending";
        /// 訴訟.
        Litigation = "litigation", "訴訟中" / "a lawsuit is pending";
        /// 支援・調査が続いている.
        LiveCase = "live_case", "支援・調査の継続中" / "support or an inquiry goes on";
    }
}

/// One hold. Its days are both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Why.
    pub ground: HoldGround,
    /// The first day.
    pub from: NaiveDate,
    /// The last day, once it is known.
    pub until: Option<NaiveDate>,
}

impl Hold {
    /// Whether it holds on `day`.
    #[must_use]
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}
