//! Roles: who logs in, and that nobody can become anybody else.

use testkit::Sql;

use super::Findings;

/// Roles that are no town's, with their attributes.
const ROLES: &[(&str, &str)] = &[
    ("owner", "NOLOGIN"),
    ("town", "NOLOGIN"),
    ("hub", "NOLOGIN"),
    ("adm", "NOLOGIN CREATEROLE"),
    ("coop", "LOGIN"),
    ("seq", "LOGIN"),
    ("log", "LOGIN"),
    ("watch", "LOGIN"),
];

/// Memberships that are no town's: member, of, options.
const MEMBERS: &[&str] =
    &["tst0_adm in tst0_town admin", "tst0_watch in pg_signal_backend", "tst0_watch in pg_read_all_stats"];

/// What is wrong with roles.
pub async fn findings(sql: &Sql) -> Findings {
    let mut found = Findings::new();
    let actual = sql
        .column(
            "SELECT concat_ws(' ', rolname, CASE WHEN rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END, CASE WHEN rolsuper THEN 'SUPERUSER' END,
             CASE WHEN rolcreatedb THEN 'CREATEDB' END, CASE WHEN rolcreaterole THEN 'CREATEROLE' END,
             CASE WHEN rolreplication THEN 'REPLICATION' END, CASE WHEN rolbypassrls THEN 'BYPASSRLS' END,
             CASE WHEN rolname ~ '[0-9]{6}$' AND rolconnlimit < 0 THEN 'no connection limit' END)
             FROM pg_roles WHERE rolname LIKE 'tst0\\_%'",
        )
        .await;
    for role in &actual {
        let (name, attributes) = role.split_once(' ').unwrap();
        let short = name.trim_start_matches("tst0_");
        let expected = if is_town(short) { Some("LOGIN") } else { expected(short) };
        if expected != Some(attributes) {
            found.push(format!("{role}: should be {}", expected.unwrap_or("unknown")));
        }
    }
    let names: Vec<&str> = actual.iter().filter_map(|role| role.split(' ').next()).collect();
    found.extend(
        ROLES
            .iter()
            .filter(|(role, _)| !names.contains(&format!("tst0_{role}").as_str()))
            .map(|(role, _)| format!("tst0_{role}: is missing")),
    );
    let members = sql
        .column(
            "SELECT concat_ws(' ', m.member::regrole::text, 'in', m.roleid::regrole::text, CASE WHEN m.admin_option THEN 'admin' END)
             FROM pg_auth_members m WHERE m.member::regrole::text LIKE 'tst0\\_%' OR m.roleid::regrole::text LIKE 'tst0\\_%'",
        )
        .await;
    for member in &members {
        let of_town =
            member.strip_suffix(" in tst0_town").and_then(|m| m.strip_prefix("tst0_")).is_some_and(is_town);
        if !of_town && !MEMBERS.contains(&member.as_str()) {
            found.push(format!("{member}: a membership that must not be"));
        }
    }
    found
}

fn expected(short: &str) -> Option<&'static str> {
    ROLES.iter().find(|(role, _)| *role == short).map(|(_, attributes)| *attributes)
}

fn is_town(short: &str) -> bool {
    short.len() == 6 && short.bytes().all(|byte| byte.is_ascii_digit())
}
