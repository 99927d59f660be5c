//! Functions: the only way into `hub` and `adm`.

use std::collections::BTreeSet;

use testkit::Sql;

use super::{Findings, run_checks};

/// Who may execute what; a function that is not here may be executed by nobody but its owner.
const EXECUTE: &[(&str, &[&str])] = &[
    ("adm.ensure_town(text,text)", &["coop"]),
    ("hub.append_leaf(text,uuid,bytea)", &["town", "log"]),
    ("hub.leaves(text,bigint,integer)", &["town"]),
    ("hub.changes(text,bigint,integer)", &["town"]),
    ("hub.chain_head(text)", &["town"]),
    ("hub.tree_hashes(bigint)", &["town", "seq", "coop"]),
    ("hub.tree_hashes_from(bigint,integer)", &["seq"]),
    ("hub.latest_checkpoint()", &["town", "seq", "coop"]),
    ("hub.sequence(integer)", &["seq"]),
    ("hub.sign_checkpoint(bigint,bytea,bytea)", &["seq"]),
    ("hub.expire_offers()", &["seq"]),
    ("hub.require_caller(text,text)", &[]),
    ("hub.lock_town(text)", &["town"]),
    ("hub.offer(text,uuid,text,text,timestamp with time zone,bytea)", &["town"]),
    ("hub.handovers(text)", &["town"]),
    ("hub.handover_status(text,uuid)", &["town"]),
    ("hub.hold_handover(text,uuid)", &["town"]),
    ("hub.fetch_package(text,uuid)", &["town"]),
    ("hub.acknowledge(text,uuid)", &["town"]),
    ("hub.report_unreadable(text,uuid,text)", &["town"]),
    ("hub.decide(text,uuid,boolean,text)", &["town"]),
    ("hub.withdraw(text,uuid)", &["town"]),
    ("hub.receive(text,uuid,bytea)", &["town"]),
    ("hub.complete(text,uuid)", &["town"]),
    ("hub.publish_key(text,text,bytea)", &["town"]),
    ("hub.town_keys()", &["town"]),
    ("hub.record_arrival(text,uuid,text,date,date,text,smallint)", &["town"]),
    ("hub.take_back_arrival(text,uuid)", &["town"]),
    ("hub.arrivals_of(text,date,date)", &["town"]),
    ("hub.arrivals(date,date)", &["coop"]),
];

/// The one helper that runs as its caller: it touches nothing.
const HELPER: &str = "hub.require_caller(text,text)";

const CHECKS: &[(&str, &str)] = &[
    (
        "is a function or procedure in a schema of tables",
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN ('town'::regnamespace, 'coop'::regnamespace, 'public'::regnamespace)",
    ),
    (
        "is not PL/pgSQL",
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
         WHERE p.pronamespace IN ('hub'::regnamespace, 'adm'::regnamespace) AND l.lanname <> 'plpgsql'",
    ),
    (
        "has no fixed search_path",
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN ('hub'::regnamespace, 'adm'::regnamespace)
         AND NOT coalesce(p.proconfig, '{}') @> ARRAY['search_path=pg_catalog, pg_temp']",
    ),
    (
        "is not owned by the role of its schema",
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname IN ('hub', 'adm') AND pg_get_userbyid(p.proowner) <> 'tst0_' || n.nspname",
    ),
    (
        "is for towns, takes a town and does not take session_user into a variable first",
        r"SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'hub'::regnamespace
         AND has_function_privilege('tst0_town', p.oid, 'EXECUTE') AND p.proargnames[1] = 'p_town'
         AND p.prosrc !~ '^\s*DECLARE\s+caller text := session_user;'",
    ),
    (
        "is for towns, takes a town and does not check the caller before anything else",
        r"SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'hub'::regnamespace
         AND has_function_privilege('tst0_town', p.oid, 'EXECUTE') AND p.proargnames[1] = 'p_town'
         AND p.prosrc !~ '\mBEGIN\s+(PERFORM hub\.require_caller\(p_town, caller\);|IF caller (<> ''tst0_'' \|\| p_town|NOT IN \(''tst0_'' \|\| p_town, ''tst0_log''\)) THEN\s+RAISE EXCEPTION)'",
    ),
    (
        "sends a notification",
        r"SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN ('hub'::regnamespace, 'adm'::regnamespace)
         AND p.prosrc ~* '\m(notify|pg_notify)\M'",
    ),
];

/// What is wrong with functions.
pub async fn findings(sql: &Sql) -> Findings {
    let mut found = run_checks(sql, CHECKS).await;
    let invokers = sql
        .column(
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN ('hub'::regnamespace, 'adm'::regnamespace) AND NOT p.prosecdef",
        )
        .await;
    found.extend(invokers.iter().filter(|f| *f != HELPER).map(|f| format!("{f}: is not SECURITY DEFINER")));
    let actual: BTreeSet<String> = sql
        .column(
            "SELECT format('EXECUTE on %s to %s', p.oid::regprocedure, coalesce(r.rolname, 'PUBLIC')) FROM pg_proc p,
             aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g LEFT JOIN pg_roles r ON r.oid = g.grantee
             WHERE p.pronamespace IN ('hub'::regnamespace, 'adm'::regnamespace) AND g.grantee <> p.proowner",
        )
        .await
        .into_iter()
        .collect();
    let expected: BTreeSet<String> = EXECUTE
        .iter()
        .flat_map(|(function, roles)| {
            roles.iter().map(move |role| format!("EXECUTE on {function} to tst0_{role}"))
        })
        .collect();
    found.extend(actual.difference(&expected).map(|grant| format!("{grant}: is not in the list")));
    found.extend(expected.difference(&actual).map(|grant| format!("{grant}: is missing")));
    let known = sql
        .column("SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN ('hub'::regnamespace, 'adm'::regnamespace)")
        .await;
    let listed: Vec<&str> = EXECUTE.iter().map(|(function, _)| *function).collect();
    found.extend(
        known.iter().filter(|f| !listed.contains(&f.as_str())).map(|f| format!("{f}: an unknown function")),
    );
    found
}
