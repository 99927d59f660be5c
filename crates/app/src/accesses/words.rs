//! What a look was at, as staff read it. The record itself keeps the code, which does not change when words do.

/// Codes with their words, by code.
const WORDS: &[(&str, &str)] = &[
    ("accesses_read", "閲覧記録"),
    ("accesses_search", "閲覧記録の検索"),
    ("answer_repeated", "同じ要求への再回答"),
    ("assessment_list", "候補の確認の一覧"),
    ("assessment_read", "候補の確認"),
    ("candidate_list", "候補の一覧"),
    ("candidate_read", "候補の根拠"),
    ("case_list", "ケースの一覧"),
    ("case_read", "ケース"),
    ("consent_list", "同意の一覧"),
    ("consent_read", "同意"),
    ("consent_record", "同意の記録"),
    ("consent_withdraw", "同意の撤回"),
    ("deadline_list", "期限一覧"),
    ("denial_enter", "閲覧制限の登録"),
    ("denials_read", "閲覧制限"),
    ("entry_request", "入力依頼票"),
    ("export", "書き出し"),
    ("handover_content", "引継ぎの内容"),
    ("handover_offer", "引継ぎの申し出"),
    ("handover_preview", "引継ぎの事前確認"),
    ("handover_read", "引継ぎ"),
    ("household_read", "世帯"),
    ("key_master_export", "統合キーマスタの書き出し"),
    ("link_task_list", "突合待ちの一覧"),
    ("link_task_read", "突合待ち"),
    ("load_report", "取込品質報告"),
    ("person_by_number", "宛名番号での検索"),
    ("person_list", "住民の一覧・検索"),
    ("person_page", "一人の画面"),
    ("person_read", "住民の基本情報"),
    ("protections_read", "支援措置の一覧"),
    ("recorded_relation_list", "親族関係の記録の一覧"),
    ("recorded_relation_read", "親族関係の記録"),
    ("reject_export", "取込エラーの書き出し"),
    ("reject_list", "取込エラーの一覧"),
    ("relations_read", "親族関係"),
    ("retention_read", "保存期間"),
    ("retention_report", "保存期間の月別集計"),
    ("task_list", "仕事の一覧"),
    ("task_read", "仕事"),
    ("timeline_read", "記録の時系列"),
    ("watch_note_list", "見守り情報の一覧"),
    ("watch_note_read", "見守り情報"),
];

/// What was looked at, in words; the code itself where nothing is known of it.
#[must_use]
pub fn operation_ja(operation: &str) -> &str {
    let found = WORDS.binary_search_by_key(&operation, |(code, _)| code);
    found.ok().and_then(|place| WORDS.get(place)).map_or(operation, |(_, ja)| ja)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Codes behind the doors that record a look, in every source below a folder.
    fn codes(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                codes(&path, found);
                continue;
            }
            let text: String = fs::read_to_string(&path).unwrap().split_whitespace().collect();
            for door in [
                "release(ctx,\"",
                "release_at(ctx,\"",
                "release_outside(ctx,\"",
                "leave(ctx,\"",
                "record_look(ctx,\"",
            ] {
                let behind = text.split(door).skip(1).filter_map(|rest| rest.split('"').next());
                found.extend(behind.map(str::to_owned));
            }
        }
    }

    #[test]
    fn every_kind_of_look_has_words_and_each_once() {
        let mut found = BTreeSet::new();
        codes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        // This file names the doors itself.
        let found: Vec<&str> =
            found.iter().map(String::as_str).filter(|code| code.contains('_') || *code == "export").collect();
        assert_eq!(found, WORDS.iter().map(|(code, _)| *code).collect::<Vec<_>>());
        assert_eq!(operation_ja("person_page"), "一人の画面");
        assert_eq!(operation_ja("something_new"), "something_new");
    }
}
