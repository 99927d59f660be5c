//! The route table: every operation of the platform, on one page. What is not here does not exist, and
//! what is here is in the document, behind a token and in the isolation test, with nothing more to do.

use actix_web::middleware::from_fn;
use utoipa_actix_web::scope;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::authenticate::authenticate;
use crate::etag::conditional;
use crate::idempotency::idempotent;
use crate::limit::limit;
use crate::v1::{
    accesses, arrivals, cases, changes, consents, deadlines, evidence, exports, handovers, health,
    households, layouts, link_tasks, load_plans, load_reports, load_rollback, loads, operations, peer_keys,
    persons, profiles, protections, recorded_relations, retention, rulebooks, runs, sign_ins, staff, tasks,
    tokens, town_health, towns, uploads, watch_notes,
};

/// Registers every operation.
pub fn table(routes: &mut ServiceConfig<'_>) {
    routes
        .service(health::read_liveness)
        .service(health::read_readiness)
        .service(health::read_metrics)
        .service(health::read_document);
    routes.service(
        scope("/api/v1")
            // From the inside out: what stands last is asked first.
            .wrap(from_fn(conditional))
            .wrap(from_fn(idempotent))
            .wrap(from_fn(limit))
            .wrap(from_fn(authenticate))
            // 町村
            .service(towns::list_towns)
            .service(towns::admit_town)
            .service(towns::read_town)
            // 町の設定
            .service(profiles::read_profile)
            .service(profiles::list_profiles)
            .service(profiles::apply_profile)
            // レイアウト
            .service(layouts::list_layouts)
            .service(layouts::read_layout_sample)
            // 職員・サインイン・トークン
            .service(profiles::check_profile)
            .service(profiles::plan_profile)
            .service(profiles::read_profile_plan)
            .service(profiles::apply_profile_plan)
            .service(profiles::list_town_profiles)
            .service(profiles::read_town_profile)
            .service(profiles::read_profile_difference)
            // 到着・町の状態
            .service(arrivals::list_arrivals)
            .service(town_health::list_town_health)
            .service(town_health::list_rule_releases)
            // 職員・トークン
            .service(staff::list_staff)
            .service(staff::add_staff)
            .service(staff::read_staff)
            .service(staff::list_colleagues)
            .service(staff::number_staff)
            .service(staff::add_posting)
            .service(staff::end_posting)
            .service(staff::depart_staff)
            .service(staff::read_roster)
            .service(staff::take_roster)
            .service(staff::list_denials)
            .service(staff::enter_denial)
            .service(staff::end_denial)
            .service(staff::issue_setup_code)
            .service(sign_ins::sign_in)
            .service(sign_ins::renew_sign_in)
            .service(sign_ins::sign_out)
            .service(sign_ins::set_up_password)
            .service(sign_ins::change_password)
            .service(tokens::list_tokens)
            .service(tokens::issue_token)
            .service(tokens::revoke_token)
            // 住民・世帯
            .service(persons::list_persons)
            .service(persons::read_person)
            .service(persons::read_person_page)
            .service(persons::read_timeline)
            .service(persons::read_relations)
            .service(persons::list_accesses)
            .service(households::read_household)
            // 親族関係の記録
            .service(recorded_relations::record_relation)
            .service(recorded_relations::list_recorded_relations)
            .service(recorded_relations::read_recorded_relation)
            .service(recorded_relations::correct_relation)
            .service(recorded_relations::end_relation)
            // ケース
            .service(cases::open_case)
            .service(cases::list_cases)
            .service(cases::read_case)
            .service(cases::add_case_member)
            .service(cases::end_case_member)
            .service(cases::close_case)
            // 見守り情報
            .service(watch_notes::write_watch_note)
            .service(watch_notes::list_watch_notes)
            .service(watch_notes::read_watch_note)
            .service(watch_notes::correct_watch_note)
            // 閲覧記録・権限一覧
            .service(accesses::search_accesses)
            .service(accesses::list_entitlements)
            // 保存期間
            .service(retention::read_retention)
            .service(retention::read_retention_report)
            .service(retention::read_retention_rules)
            // 判定基準・判定・候補
            .service(rulebooks::list_rulebooks)
            .service(rulebooks::read_rulebook)
            .service(runs::begin_run)
            .service(runs::list_runs)
            .service(runs::read_run)
            .service(runs::list_candidates)
            .service(runs::read_candidate)
            // 書き出し
            .service(exports::export_candidates)
            .service(exports::export_sheet)
            .service(exports::export_key_master)
            .service(runs::assessments::assess_candidate)
            .service(runs::assessments::reassess_candidate)
            .service(runs::assessments::list_assessments)
            .service(runs::assessments::read_assessment_counts)
            // 支援措置
            .service(protections::read_protections)
            .service(protections::end_protection)
            // 受付・取込・取込エラー・突合待ち
            .service(uploads::receive_upload)
            .service(uploads::read_upload)
            .service(uploads::begin_partial_upload)
            .service(uploads::send_upload_part)
            .service(uploads::complete_upload)
            .service(loads::start_load)
            .service(loads::list_loads)
            .service(loads::read_load)
            .service(loads::list_rejects)
            .service(load_rollback::roll_back_load)
            .service(load_plans::plan_load)
            .service(load_plans::read_load_plan)
            .service(load_plans::apply_load_plan)
            .service(load_reports::export_rejects)
            .service(load_reports::correct_load)
            // 取込品質報告・入力依頼票
            .service(load_reports::read_load_report)
            .service(load_reports::read_town_load_report)
            .service(load_reports::list_town_rejects)
            .service(load_reports::sign_off_load)
            .service(load_reports::read_entry_request)
            .service(link_tasks::list_link_tasks)
            .service(link_tasks::read_link_task)
            .service(link_tasks::decide_link_task)
            .service(link_tasks::move_link_task_numbers)
            .service(link_tasks::undo_link_task)
            // 同意
            .service(consents::record::record_consent)
            .service(consents::list_consents)
            .service(consents::read_consent)
            .service(consents::withdraw::withdraw_consent)
            // 相手の町の鍵
            .service(peer_keys::list_peer_keys)
            .service(peer_keys::pin_peer_keys)
            .service(peer_keys::confirm_peer_keys)
            // 引継ぎ
            .service(handovers::preview::preview_handover)
            .service(handovers::send::draft_handover)
            .service(handovers::list_handovers)
            .service(handovers::read_handover)
            .service(handovers::approve::approve_handover)
            .service(handovers::approve::return_handover)
            .service(handovers::approve::redraft_handover)
            .service(handovers::approve::review_handover)
            .service(handovers::send::offer_handover)
            .service(handovers::send::withdraw_handover)
            .service(handovers::send::close_handover)
            .service(handovers::receive::acknowledge_flag)
            .service(handovers::receive::read_handover_content)
            .service(handovers::receive::accept_handover)
            .service(handovers::receive::refuse_handover)
            .service(handovers::receive::receive_handover)
            .service(handovers::receive::report_unreadable)
            .service(handovers::receive::settle_handover)
            // 仕事・期限
            .service(deadlines::list_deadlines)
            .service(tasks::list_tasks)
            .service(tasks::read_task)
            .service(tasks::complete_task)
            // 変更
            .service(changes::list_changes)
            // 証跡
            .service(evidence::list_leaves)
            .service(evidence::read_checkpoint)
            .service(evidence::export_evidence)
            // 処理
            .service(operations::read_operation),
    );
}
