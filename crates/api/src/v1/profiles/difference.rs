//! What differs between two versions of a profile, as a client sees it.

use profiles::{Change, ChangedFile, Difference, Kind, Step};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// What differs between two versions of a profile.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "files": [{"path": "kaisei/overlays/young_carer.toml", "step": "changed"}],
    "changes": [{
        "kind": "rulebook", "kind_ja": "判定基準と町の設定値", "of": "young_carer", "step": "changed",
        "step_ja": "変更", "member": "threshold", "old": "11", "new": "12"
    }],
    "reread_sources": []
}))]
pub struct ProfileDifference {
    /// Files that differ, by path. A file may differ by a comment alone and change nothing.
    files: Vec<ProfileFile>,
    /// What changes by meaning.
    changes: Vec<ProfileChange>,
    /// 連携元 whose next load takes every row for changed, because how the file is read has changed.
    #[schema(value_type = Vec<schema::SourceCode>)]
    reread_sources: Vec<String>,
}

/// A file that differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileFile {
    /// Path from `tenants/`.
    path: String,
    /// `added`, `changed` or `removed`.
    #[schema(value_type = schema::ChangeStep)]
    step: &'static str,
}

/// One change of meaning.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileChange {
    /// What kind of thing.
    #[schema(value_type = schema::ChangeKind)]
    kind: &'static str,
    /// The same as staff read it.
    kind_ja: &'static str,
    /// Which one: a source's code, `<source>/<column>`, a rule's code; empty for the town itself.
    of: String,
    /// What becomes of it.
    #[schema(value_type = schema::ChangeStep)]
    step: &'static str,
    /// The same as staff read it.
    step_ja: &'static str,
    /// Which of its members changes; null where the whole is added or removed.
    #[schema(required = true)]
    member: Option<String>,
    /// What it said; null when nothing.
    #[schema(required = true)]
    old: Option<String>,
    /// What it says; null when nothing.
    #[schema(required = true)]
    new: Option<String>,
}

impl From<ChangedFile> for ProfileFile {
    fn from(file: ChangedFile) -> Self {
        Self { path: file.path, step: file.step.as_str() }
    }
}

impl From<Change> for ProfileChange {
    fn from(change: Change) -> Self {
        let (kind, step): (Kind, Step) = (change.kind, change.step);
        Self {
            kind: kind.as_str(),
            kind_ja: kind.ja(),
            of: change.of,
            step: step.as_str(),
            step_ja: step.ja(),
            member: change.member,
            old: change.old,
            new: change.new,
        }
    }
}

impl From<Difference> for ProfileDifference {
    fn from(difference: Difference) -> Self {
        Self {
            files: difference.files.into_iter().map(ProfileFile::from).collect(),
            changes: difference.changes.into_iter().map(ProfileChange::from).collect(),
            reread_sources: difference.reread.iter().map(ToString::to_string).collect(),
        }
    }
}
