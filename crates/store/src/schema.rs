//! The tables as diesel sees them; the catalog test holds this page against the database.

diesel::table! {
    town.version (town_id) {
        town_id -> Text,
        auth -> Int8,
        people -> Int8,
        protection -> Int8,
    }
}

diesel::table! {
    town.profile (town_id, profile_id) {
        town_id -> Text,
        profile_id -> Uuid,
        digest -> Bytea,
        bundle -> Bytea,
        applied_at -> Timestamptz,
        applied_by -> Uuid,
    }
}

diesel::table! {
    town.profile_plan (town_id, plan_id) {
        town_id -> Text,
        plan_id -> Uuid,
        base_profile_id -> Nullable<Uuid>,
        digest -> Bytea,
        bundle -> Bytea,
        created_at -> Timestamptz,
        created_by -> Uuid,
        applied_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    town.keystore (town_id, subject_id) {
        town_id -> Text,
        subject_id -> Uuid,
        epoch -> Int4,
        keyset -> Bytea,
    }
}

diesel::table! {
    town.staff (town_id, staff_id) {
        town_id -> Text,
        staff_id -> Uuid,
        name -> Bytea,
        created_at -> Timestamptz,
        kind -> Text,
        number -> Nullable<Bytea>,
        number_index -> Nullable<Bytea>,
        left_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    town.token (town_id, token_id) {
        town_id -> Text,
        token_id -> Uuid,
        staff_id -> Uuid,
        secret_hash -> Bytea,
        grants -> Array<Text>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        kind -> Text,
        renewable_until -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    town.posting (town_id, posting_id) {
        town_id -> Text,
        posting_id -> Uuid,
        staff_id -> Uuid,
        section -> Text,
        grants -> Array<Text>,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    town.credential (town_id, staff_id) {
        town_id -> Text,
        staff_id -> Uuid,
        password -> Nullable<Bytea>,
        password_set_at -> Nullable<Timestamptz>,
        code_hash -> Nullable<Bytea>,
        code_expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    town.denial (town_id, denial_id) {
        town_id -> Text,
        denial_id -> Uuid,
        staff_id -> Uuid,
        person_id -> Uuid,
        body -> Bytea,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    town.sign_in_failure (town_id, number_index) {
        town_id -> Text,
        number_index -> Bytea,
        failures -> Int4,
        last_at -> Timestamptz,
    }
}

diesel::table! {
    town.operation (town_id, operation_id) {
        town_id -> Text,
        operation_id -> Uuid,
        kind -> Text,
        state -> Text,
        done -> Int8,
        total -> Int8,
        target_id -> Nullable<Uuid>,
        fault_code -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    town.access (town_id, person_id, access_id) {
        town_id -> Text,
        access_id -> Uuid,
        person_id -> Uuid,
        staff_id -> Uuid,
        purpose -> Text,
        operation -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    town.upload (town_id, upload_id) {
        town_id -> Text,
        upload_id -> Uuid,
        source -> Text,
        as_of -> Date,
        state -> Text,
        size -> Int8,
        file_index -> Nullable<Bytea>,
        epoch -> Int4,
        load_key -> Nullable<Bytea>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        in_parts -> Bool,
        file_name -> Nullable<Bytea>,
    }
}

diesel::table! {
    town.upload_chunk (town_id, upload_id, seq) {
        town_id -> Text,
        upload_id -> Uuid,
        seq -> Int4,
        body -> Bytea,
    }
}

diesel::table! {
    town.load (town_id, load_id) {
        town_id -> Text,
        load_id -> Uuid,
        upload_id -> Uuid,
        source -> Text,
        as_of -> Date,
        layout_digest -> Bytea,
        file_index -> Bytea,
        state -> Text,
        rows_read -> Int8,
        rows_loaded -> Int8,
        rows_unchanged -> Int8,
        rows_rejected -> Int8,
        rows_closed -> Int8,
        rows_queued -> Int8,
        reject_counts -> Jsonb,
        fault -> Nullable<Bytea>,
        started_by -> Uuid,
        started_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        corrects -> Nullable<Uuid>,
        settles -> Jsonb,
        plan_id -> Nullable<Uuid>,
        overridden -> Array<Text>,
        override_reason -> Nullable<Bytea>,
        recorded_at -> Nullable<Timestamptz>,
        rolled_back_at -> Nullable<Timestamptz>,
        rolled_back_by -> Nullable<Uuid>,
        rollback_reason -> Nullable<Bytea>,
    }
}

diesel::table! {
    town.load_plan (town_id, plan_id) {
        town_id -> Text,
        plan_id -> Uuid,
        upload_id -> Uuid,
        source -> Text,
        as_of -> Date,
        layout_digest -> Bytea,
        profile_id -> Uuid,
        base_load_id -> Nullable<Uuid>,
        same_load_id -> Nullable<Uuid>,
        state -> Text,
        outcome -> Nullable<Jsonb>,
        fault -> Nullable<Bytea>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        applied_at -> Nullable<Timestamptz>,
        load_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    town.reject (town_id, load_id, reject_id) {
        town_id -> Text,
        load_id -> Uuid,
        reject_id -> Uuid,
        line -> Int4,
        codes -> Array<Text>,
        detail -> Bytea,
        record_key -> Nullable<Bytea>,
        state -> Text,
        settled_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    town.person (town_id, person_id) {
        town_id -> Text,
        person_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    town.identifier (town_id, number_index, person_id, recorded_from) {
        town_id -> Text,
        number_index -> Bytea,
        person_id -> Uuid,
        recorded_from -> Timestamptz,
        recorded_to -> Nullable<Timestamptz>,
        source -> Nullable<Text>,
        record_key -> Nullable<Bytea>,
    }
}

diesel::table! {
    town.household (town_id, household_id) {
        town_id -> Text,
        household_id -> Uuid,
        number_index -> Bytea,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    town.membership (town_id, person_id, household_id, recorded_from) {
        town_id -> Text,
        household_id -> Uuid,
        person_id -> Uuid,
        load_id -> Uuid,
        recorded_from -> Timestamptz,
        recorded_to -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    town.pack (town_id, subject_id, category, pack_id) {
        town_id -> Text,
        subject_id -> Uuid,
        category -> Int2,
        pack_id -> Uuid,
        source -> Text,
        load_id -> Uuid,
        line -> Int4,
        record_key -> Bytea,
        row_hash -> Bytea,
        recorded_from -> Timestamptz,
        recorded_to -> Nullable<Timestamptz>,
        body -> Bytea,
        whereabouts -> Nullable<Bytea>,
    }
}

diesel::table! {
    town.load_quality (town_id, load_id) {
        town_id -> Text,
        load_id -> Uuid,
        counts -> Jsonb,
        findings -> Bytea,
        signed_by -> Nullable<Uuid>,
        signed_at -> Nullable<Timestamptz>,
        remark -> Nullable<Bytea>,
    }
}

diesel::table! {
    town.load_changed (town_id, load_id, upto) {
        town_id -> Text,
        load_id -> Uuid,
        upto -> Uuid,
        persons -> Array<Uuid>,
    }
}

diesel::table! {
    town.roster (town_id, chunk) {
        town_id -> Text,
        chunk -> Int4,
        people -> Int8,
        body -> Bytea,
    }
}

diesel::table! {
    town.link_task (town_id, link_task_id) {
        town_id -> Text,
        link_task_id -> Uuid,
        load_id -> Uuid,
        upload_id -> Uuid,
        source -> Text,
        line -> Int4,
        part -> Bytea,
        record_key -> Bytea,
        row_hash -> Bytea,
        state -> Text,
        person_id -> Nullable<Uuid>,
        body -> Bytea,
        created_at -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        reason -> Nullable<Bytea>,
        reason_upload_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    town.link_task_before (town_id, load_id, link_task_id) {
        town_id -> Text,
        load_id -> Uuid,
        link_task_id -> Uuid,
        was_load_id -> Uuid,
        upload_id -> Uuid,
        line -> Int4,
        row_hash -> Bytea,
        state -> Text,
        decided_at -> Nullable<Timestamptz>,
        body -> Bytea,
    }
}

diesel::table! {
    town.run (town_id, run_id) {
        town_id -> Text,
        run_id -> Uuid,
        rulebook -> Text,
        release -> Bytea,
        overlay -> Bytea,
        as_of -> Date,
        known_at -> Timestamptz,
        state -> Text,
        counts -> Jsonb,
        started_by -> Uuid,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    town.score (town_id, run_id, person_id) {
        town_id -> Text,
        run_id -> Uuid,
        person_id -> Uuid,
        body -> Bytea,
    }
}

diesel::table! {
    town.consent (town_id, consent_id) {
        town_id -> Text,
        consent_id -> Uuid,
        person_id -> Uuid,
        version -> Int4,
        body -> Bytea,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    town.entry (town_id, entry_id, version) {
        town_id -> Text,
        entry_id -> Uuid,
        version -> Int4,
        person_id -> Uuid,
        category -> Int2,
        run_id -> Nullable<Uuid>,
        written_by -> Uuid,
        written_at -> Timestamptz,
        body -> Bytea,
    }
}

diesel::table! {
    town.handover (town_id, handover_id) {
        town_id -> Text,
        handover_id -> Uuid,
        direction -> Text,
        peer -> Text,
        state -> Text,
        version -> Int4,
        epoch -> Int4,
        handover_key -> Bytea,
        body -> Bytea,
        drafted_by -> Nullable<Uuid>,
        approved_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    town.handover_item (town_id, handover_id, item_id) {
        town_id -> Text,
        handover_id -> Uuid,
        item_id -> Uuid,
        person_id -> Nullable<Uuid>,
        category -> Int2,
        decision -> Text,
        body -> Nullable<Bytea>,
        refusal -> Nullable<Text>,
    }
}

diesel::table! {
    town.task (town_id, task_id) {
        town_id -> Text,
        task_id -> Uuid,
        kind -> Text,
        handover_id -> Uuid,
        opened_at -> Timestamptz,
        done_by -> Nullable<Uuid>,
        done_at -> Nullable<Timestamptz>,
        completion -> Nullable<Bytea>,
    }
}

diesel::table! {
    town.peer_key (town_id, peer, purpose) {
        town_id -> Text,
        peer -> Text,
        purpose -> Text,
        public_key -> Bytea,
        pinned_by -> Uuid,
        confirmed_by -> Nullable<Uuid>,
        pinned_at -> Timestamptz,
    }
}

diesel::table! {
    town.idempotency (town_id, key_index) {
        town_id -> Text,
        key_index -> Bytea,
        request_mac -> Bytea,
        attempt -> Uuid,
        acted -> Bool,
        answer -> Nullable<Bytea>,
        claimed_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    coop.member (town_id) {
        town_id -> Text,
        slug -> Text,
        name -> Text,
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    coop.release (digest) {
        digest -> Bytea,
        rulebook -> Text,
        version -> Text,
        canonical -> Bytea,
        released_at -> Timestamptz,
    }
}

diesel::table! {
    #[sql_name = "token"]
    coop.coop_token (token_id) {
        token_id -> Uuid,
        operator_id -> Uuid,
        secret_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    #[sql_name = "idempotency"]
    coop.coop_idempotency (key_index) {
        key_index -> Bytea,
        request_hash -> Bytea,
        answer -> Nullable<Bytea>,
        claimed_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    access,
    consent,
    credential,
    denial,
    entry,
    handover,
    handover_item,
    household,
    idempotency,
    identifier,
    keystore,
    link_task,
    link_task_before,
    load,
    load_changed,
    load_plan,
    load_quality,
    membership,
    operation,
    pack,
    peer_key,
    person,
    posting,
    profile,
    profile_plan,
    reject,
    roster,
    run,
    score,
    sign_in_failure,
    staff,
    task,
    token,
    upload,
    upload_chunk,
    version
);
