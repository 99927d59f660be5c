//! Schemas of the words the kernel owns, and of what several nouns share. The kernel knows no OpenAPI,
//! so a field names its schema: `#[schema(value_type = schema::PersonId)] id: PersonId`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

pub use crate::nouns::schemas::*;

macro_rules! words {
    ($($(#[doc = $about:literal])+ $name:ident = $all:expr;)+) => {
        $($(#[doc = $about])+
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!($($about),+).trim()))
                    .enum_values(Some($all.iter().map(|word| word.as_str())))
                    .into()
            }
        }

        impl ToSchema for $name {})+

        fn words() -> Vec<(&'static str, RefOr<Schema>)> {
            vec![$((stringify!($name), $name::schema())),+]
        }
    };
}

/// Every schema that a parameter may name.
pub(crate) fn named() -> impl Iterator<Item = (&'static str, RefOr<Schema>)> {
    crate::nouns::all().into_iter().map(|noun| (noun.component, noun.schema)).chain(words())
}

words! {
    /// 権限: what a token allows. `overall_manager` 総括管理, `holder` 保有・管理, `analyst` 分析, `case_worker` 活用, `approver` 決裁, `town_admin` 町管理者, `auditor` 監査.
    Grant = kernel::Grant::ALL;
    /// What a token came from: `issued` by an administrator, `sign_in` サインイン, `service` 連携用.
    TokenKind = app::rows::TokenKind::ALL;
    /// Why somebody may not see a person: `self` 本人, `kin` 親族, `neighbour` 近隣.
    DenialReason = app::denials::Reason::ALL;
    /// 利用目的: why residents are read. `support` 支援の検討・実施, `assessment` 候補の確認（人による絞り込み）, `data_quality` 取込・突合の確認, `handover` 引継ぎ, `audit` 監査.
    Purpose = kernel::Purpose::ALL;
    /// 分類: the kind of thing an item says.
    Category = kernel::Category::ALL;
    /// What kind of handover: `transfer` ケース移管 (the lead moves), `information` 情報提供 (it stays).
    HandoverKind = handover::Kind::ALL;
    /// Whose record it is, seen from the child: `child` 本人, `parent` 保護者, `sibling` きょうだい, `other_carer` その他の養育者.
    HandoverRole = handover::Role::ALL;
    /// How somebody spoke with the other town: `telephone` 電話確認済, `in_person` 対面引継ぎ済.
    TaskHow = app::tasks::How::ALL;
    /// Which tasks.
    TaskFilter = app::tasks::TaskFilter::ALL;
    /// What waits: `approval` 決裁待ち, `redraft` 差戻しの出し直し待ち, `offer` 申し出待ち, `acceptance` 受諾待ち, `receipt` 受領待ち, `review` 代決の後閲待ち, `call` 相手の町への確認待ち, `consent_end` 同意の期限, `protection_past_end` 支援措置の期限切れ.
    DeadlineKind = app::deadlines::DeadlineKind::ALL;
    /// Why a handover or an item is refused: `not_ours` この町の住民ではない, `wrong_organ` 受けるべき機関が違う, `not_needed` 必要がない, `duplicate` すでに持っている, `basis_doubtful` 根拠に疑いがある.
    RefusalCode = handover::machine::RefusalCode::ALL;
    /// 法定代理人 by what authority: `married_joint` 婚姻中（共同）, `divorced_sole` 離婚後（単独）, `divorced_joint` 離婚後（共同）, `minor_guardian` 未成年後見人, `institution_head` 施設長・児童相談所長.
    Authority = handover::consent::Authority::ALL;
    /// Why one of two holders of parental authority acts alone (民法824条の2): `urgent`, `daily_act`, `court_grant`, `other_unable`.
    SoleActReason = handover::consent::SoleActReason::ALL;
    /// The stable code of an error. Clients decide on it; titles and details may be reworded.
    ErrorCode = kernel::Code::ALL;
    /// 取込の歯止め: what stops a load as a whole. `min_rows` 行数, `max_reject_ratio` エラーの行の割合（％）, `max_close_ratio` 終了する記録の割合（％）.
    LoadGuard = app::loads::Guard::ALL;
    /// The kind of file a list is written as: `csv`, `xlsx`.
    ExportForm = app::exports::Form::ALL;
    /// How a CSV's text is written: `utf-8` (with a byte order mark, as Excel wants it) or `cp932`.
    ExportCharset = app::exports::Charset::ALL;
    /// What a change is a change of: `person` 住民, `household` 世帯, `protection_list` 支援措置の一覧, `relation` 親族関係, `case` ケース, `watch_note` 見守り情報, `upload` 受付, `load` 取込, `link_task` 突合待ち, `run` 判定, `consent` 同意, `handover` 引継ぎ, `task` 仕事, `profile` 町の設定.
    ChangedNoun = app::changes::Noun::ALL;
    /// 値なしの理由: why there is no value.
    Absence = kernel::Absence::ALL;
    /// 住民状態.
    ResidentStatus = kernel::ResidentStatus::ALL;
    /// 性別, as the source states it.
    Sex = kernel::Sex::ALL;
    /// One step of a 続柄.
    Kin = kernel::Kin::ALL;
    /// 判定区分: the list a run puts a child on. It points; people decide.
    CandidateList = rulebook::List::ALL;
    /// What kind of thing changes between two versions of a profile: `town` 町, `organ` 機関, `section` 課・班, `school` 学校, `source` 連携元, `field` 列, `observation` 記録, `code_list` コード表, `item` データ項目, `retention` 保存期間, `rulebook` 判定基準と町の設定値.
    ChangeKind = profiles::Kind::ALL;
    /// How an expected file stands: `arrived` 到着, `arrived_late` 遅れて到着, `awaited` 待ち, `late` 遅れ, `refused` 拒否.
    ArrivalState = profiles::ArrivalState::ALL;
    /// What becomes of it: `added` 追加, `changed` 変更, `removed` 削除.
    ChangeStep = profiles::Step::ALL;
    /// 候補の確認: `appropriate` 妥当, `too_high` 過大, `too_low` 過小, `already_known` 既把握.
    Verdict = app::runs::Verdict::ALL;
    /// 相談のつながり: whether the family is in touch with anyone. `some` 有, `none` 無, `unknown` 不明.
    Contact = rulebook::Contact::ALL;
}

/// A file, byte for byte.
pub struct File;

impl PartialSchema for File {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(format))
            .description(Some("A file, byte for byte."))
            .into()
    }
}

impl ToSchema for File {}

/// A day, and as staff write it (和暦).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Day {
    /// ISO 8601.
    #[schema(example = "2026-11-21")]
    pub date: NaiveDate,
    /// 和暦.
    #[schema(example = "令和8年11月21日")]
    pub wareki: String,
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self { date, wareki: kernel::date::wareki(date) }
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident($max:literal);)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, &'static str> {
                if text.trim().is_empty() {
                    Err("it is blank")
                } else if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                    Err("it holds a control character")
                } else if text.chars().count() > $max {
                    Err(concat!("it is longer than ", $max, " characters"))
                } else {
                    Ok(Self(text))
                }
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!("A text of 1 to ", $max, " characters, not only blanks, without control characters other than TAB and line ends.")))
                    .min_length(Some(1))
                    .max_length(Some($max))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

texts! {
    /// A name or a reason: a text that says something, 1 to 200 characters, not only blanks.
    Text(200);
    /// What somebody writes down: 1 to 4000 characters, not only blanks.
    LongText(4000);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_something() {
        for (text, ok) in [
            ("花", true),
            ("　", false),
            ("", false),
            ("花\n子\t", true),
            ("花\u{0}", false),
            ("\u{1b}[31m", false),
            (&*"あ".repeat(200), true),
            (&*"あ".repeat(201), false),
        ] {
            assert_eq!(Text::try_from(text.to_owned()).is_ok(), ok, "{text}");
        }
    }

    #[test]
    fn a_day_is_shown_both_ways() {
        let day = Day::from(NaiveDate::from_ymd_opt(2019, 5, 1).unwrap());
        assert_eq!(
            serde_json::to_value(day).unwrap(),
            serde_json::json!({"date": "2019-05-01", "wareki": "令和元年5月1日"})
        );
    }
}
