//! The nouns that stand in paths: how each is written, what a client is told when it is not there, and
//! how the document describes it. Another town's thing, an unknown id and a malformed one answer alike,
//! so all three go through here.

use std::str::FromStr;

use kernel::slug::RulebookCode;
use kernel::{Code, Fault, SourceCode, TownCode, id};
use profiles::LayoutId;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// Something a path can name.
pub trait Noun: FromStr {
    /// The name between the braces of a route: `{person_id}`.
    const PARAMETER: &'static str;
    /// The code when it is not there.
    const NOT_FOUND: Code;
    /// The word in the catalogue's message that shows what was asked for, where there is one.
    const SHOWN: &'static str;

    /// The one answer for whatever is not there for the caller.
    #[must_use]
    fn not_found(asked: &str) -> Fault {
        Fault::new(Self::NOT_FOUND).with(Self::SHOWN, asked)
    }
}

/// How the document describes one noun.
pub(crate) struct Description {
    pub parameter: &'static str,
    pub component: &'static str,
    pub schema: RefOr<Schema>,
}

macro_rules! nouns {
    ($($(#[doc = $about:literal])+ $name:ident: $kind:ty = $parameter:literal, $code:ident, $shown:literal, $form:expr;)+) => {
        $(impl Noun for $kind {
            const PARAMETER: &'static str = $parameter;
            const NOT_FOUND: Code = Code::$code;
            const SHOWN: &'static str = $shown;
        })+

        /// Schemas of the nouns, for `#[schema(value_type = schema::PersonId)]`.
        pub mod schemas {
            use utoipa::openapi::{RefOr, Schema};
            use utoipa::{PartialSchema, ToSchema};

            $($(#[doc = $about])+
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    super::text(concat!($($about),+).trim(), &super::forms::$name())
                }
            }

            impl ToSchema for $name {})+
        }

        #[expect(non_snake_case, reason = "one function a noun, named as the noun is")]
        mod forms {
            use super::*;
            $(pub(super) fn $name() -> Form { $form })+
        }

        /// Every noun as the document describes it.
        pub(crate) fn all() -> Vec<Description> {
            use utoipa::PartialSchema as _;
            vec![$(Description {
                parameter: $parameter,
                component: stringify!($name),
                schema: schemas::$name::schema(),
            },)+]
        }
    };
}

/// How a noun is written.
struct Form {
    pattern: String,
    example: String,
}

/// A prefix and 32 hexadecimal digits.
fn id(prefix: &str) -> Form {
    Form {
        pattern: format!("^{prefix}_[0-9a-f]{{32}}$"),
        example: format!("{prefix}_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"),
    }
}

/// A name given in configuration.
fn slug(example: &str) -> Form {
    Form { pattern: "^[a-z][a-z0-9_]{0,63}$".to_owned(), example: example.to_owned() }
}

/// Names given in configuration, with dots between them.
fn dotted(example: &str) -> Form {
    let name = "[a-z][a-z0-9_]{0,63}";
    Form { pattern: format!("^{name}(\\.{name})*$"), example: example.to_owned() }
}

/// Six digits, the last one a check digit.
fn town_code() -> Form {
    Form { pattern: "^[0-9]{6}$".to_owned(), example: "143669".to_owned() }
}

fn text(about: &str, form: &Form) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(about))
        .pattern(Some(form.pattern.as_str()))
        .examples([form.example.as_str()])
        .into()
}

nouns! {
    /// 住民: a person known to the town.
    PersonId: id::PersonId = "person_id", PersonNotFound, "id", id("per");
    /// 世帯: a household.
    HouseholdId: id::HouseholdId = "household_id", HouseholdNotFound, "id", id("hh");
    /// 受付: a file being handed in.
    UploadId: id::UploadId = "upload_id", UploadNotFound, "id", id("upl");
    /// 取込: one intake of one file.
    LoadId: id::LoadId = "load_id", LoadNotFound, "id", id("lod");
    /// 取込エラー: one rejected line.
    RejectId: id::RejectId = "reject_id", RejectNotFound, "id", id("rej");
    /// 突合待ち: a link that waits for a human.
    LinkTaskId: id::LinkTaskId = "link_task_id", LinkTaskNotFound, "id", id("lnk");
    /// 判定: one scoring run.
    RunId: id::RunId = "run_id", RunNotFound, "id", id("run");
    /// 同意: a consent.
    ConsentId: id::ConsentId = "consent_id", ConsentNotFound, "id", id("con");
    /// 親族関係の記録: a relation that people recorded.
    RelationId: id::RelationId = "relation_id", RelationNotFound, "id", id("rel");
    /// ケース: a child's case.
    CaseId: id::CaseId = "case_id", CaseNotFound, "id", id("cas");
    /// 見守り情報.
    WatchNoteId: id::WatchNoteId = "watch_note_id", WatchNoteNotFound, "id", id("wnt");
    /// 引継ぎ: a handover.
    HandoverId: id::HandoverId = "handover_id", HandoverNotFound, "id", id("hov");
    /// 職員: a member of staff.
    StaffId: id::StaffId = "staff_id", StaffNotFound, "id", id("stf");
    /// 所属: one posting of a member of staff.
    PostingId: id::PostingId = "posting_id", PostingNotFound, "id", id("pst");
    /// 閲覧制限: one person whom somebody may not see.
    DenialId: id::DenialId = "denial_id", DenialNotFound, "id", id("dny");
    /// A token's public handle, never its secret.
    TokenId: id::TokenId = "token_id", TokenNotFound, "id", id("tok");
    /// 処理: a long work in progress.
    OperationId: id::OperationId = "operation_id", OperationNotFound, "id", id("opr");
    /// 仕事: something a person of the town has to do.
    TaskId: id::TaskId = "task_id", TaskNotFound, "id", id("tsk");
    /// 証跡: one leaf of the evidence log.
    LeafId: id::LeafId = "leaf_id", LeafNotFound, "id", id("lef");
    /// 町の設定の版: one applied version of a town's profile.
    ProfileId: id::ProfileId = "profile_id", ProfileNotFound, "id", id("prf");
    /// 適用計画: what a bundle would change in a town's profile.
    PlanId: id::PlanId = "plan_id", ProfilePlanNotFound, "id", id("pln");
    /// 取込計画: what loading a file would change.
    LoadPlanId: id::LoadPlanId = "load_plan_id", LoadPlanNotFound, "id", id("lpl");
    /// 町村: 全国地方公共団体コード, six digits of which the last is a check digit.
    TownCode: TownCode = "town_code", TownNotFound, "town", town_code();
    /// 連携元: a source's name in the town's profile.
    SourceCode: SourceCode = "source_code", SourceNotFound, "source", slug("resident_register");
    /// 判定基準: a rulebook's name.
    RulebookCode: RulebookCode = "rulebook_code", RulebookNotFound, "id", slug("young_carer");
    /// レイアウト: a source's code, or a shared layout's path with dots.
    LayoutId: LayoutId = "layout_id", LayoutNotFound, "id", dotted("core.resident_register");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_written_as_their_nouns_are() {
        fn reads<T: FromStr>(form: &Form) -> bool {
            form.example.parse::<T>().is_ok()
        }
        assert!(reads::<id::PersonId>(&forms::PersonId()));
        assert!(reads::<id::HouseholdId>(&forms::HouseholdId()));
        assert!(reads::<id::UploadId>(&forms::UploadId()));
        assert!(reads::<id::LoadId>(&forms::LoadId()));
        assert!(reads::<id::RejectId>(&forms::RejectId()));
        assert!(reads::<id::LinkTaskId>(&forms::LinkTaskId()));
        assert!(reads::<id::RunId>(&forms::RunId()));
        assert!(reads::<id::ConsentId>(&forms::ConsentId()));
        assert!(reads::<id::RelationId>(&forms::RelationId()));
        assert!(reads::<id::CaseId>(&forms::CaseId()));
        assert!(reads::<id::HandoverId>(&forms::HandoverId()));
        assert!(reads::<id::StaffId>(&forms::StaffId()));
        assert!(reads::<id::PostingId>(&forms::PostingId()));
        assert!(reads::<id::DenialId>(&forms::DenialId()));
        assert!(reads::<id::TokenId>(&forms::TokenId()));
        assert!(reads::<id::OperationId>(&forms::OperationId()));
        assert!(reads::<id::TaskId>(&forms::TaskId()));
        assert!(reads::<id::LeafId>(&forms::LeafId()));
        assert!(reads::<TownCode>(&forms::TownCode()));
        assert!(reads::<SourceCode>(&forms::SourceCode()));
        assert!(reads::<RulebookCode>(&forms::RulebookCode()));
        assert!(reads::<LayoutId>(&forms::LayoutId()));
    }

    #[test]
    fn what_is_not_there_has_one_answer() {
        let unknown = id::PersonId::not_found("per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70");
        let malformed = id::PersonId::not_found("per_x");
        for lang in [kernel::Lang::Ja, kernel::Lang::En] {
            assert_eq!(unknown.detail(lang), malformed.detail(lang));
        }
        assert!(TownCode::not_found("999999").detail(kernel::Lang::En).contains("999999"));
        for noun in all() {
            assert!(!noun.parameter.is_empty());
        }
    }

    #[test]
    fn every_not_found_code_says_404() {
        for code in [id::PersonId::NOT_FOUND, TownCode::NOT_FOUND, RulebookCode::NOT_FOUND] {
            assert_eq!(code.status(), 404);
        }
    }
}
