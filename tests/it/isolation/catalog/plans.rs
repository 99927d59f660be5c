//! Plans: with a town bound, every table is reached by an index and the policy is one check a statement;
//! without statistics of towns, an estimate is the same for every town.

use testkit::Sql;

use super::Findings;

/// Towns of the filled tables: enough that one town's rows are few, and that even the table with one row a
/// town has more pages than an index look-up costs.
const TOWNS: u32 = 3000;

/// What a column gets when it is not its type's default: checked by a constraint, or part of a key.
const VALUES: &[(&str, &str)] = &[
    (
        "town_id",
        "CASE WHEN i % 3000 = 0 THEN '143669' WHEN i % 3000 < 400 THEN '143626' ELSE lpad((i % 3000)::text, 6, '0') END",
    ),
    ("staff.kind", "'member'"),
    ("token.kind", "'issued'"),
    ("operation.state", "'running'"),
    ("upload.state", "'received'"),
    ("upload.in_parts", "false"),
    ("load.state", "'running'"),
    ("load.overridden", "'{}'"),
    ("load_plan.state", "'running'"),
    ("reject.state", "'open'"),
    ("link_task.state", "'open'"),
    ("run.state", "'running'"),
    ("task.kind", "'call_peer'"),
    ("handover.direction", "'out'"),
    ("handover_item.decision", "'refused'"),
    ("handover_item.refusal", "'not_needed'"),
    ("idempotency.acted", "false"),
    ("peer_key.purpose", "'seal'"),
    ("roster.chunk", "i"),
];

/// Fills every town's table by superuser, so that the planner has something to choose between. 大井町 has
/// far more rows than the others, except where a town has one row.
pub async fn fill(superuser: &Sql) {
    superuser.run("SET session_replication_role = replica").await;
    for table in tables(superuser).await {
        let columns = superuser
            .rows(&format!(
                "SELECT a.attname, format_type(a.atttypid, NULL), a.attnotnull::text FROM pg_attribute a
                 WHERE a.attrelid = 'town.{table}'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
            ))
            .await;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for column in &columns {
            let (name, kind) = (column[0].as_deref().unwrap(), column[1].as_deref().unwrap());
            names.push(name);
            let named = VALUES.iter().any(|(known, _)| *known == format!("{table}.{name}"));
            values.push(if named || column[2].as_deref() == Some("true") {
                value(&table, name, kind)
            } else {
                "NULL".to_owned()
            });
        }
        superuser
            .run(&format!(
                "INSERT INTO town.{table} ({}) SELECT {} FROM generate_series(0, {}) i ON CONFLICT DO NOTHING",
                names.join(", "),
                values.join(", "),
                2 * TOWNS - 1,
            ))
            .await;
        superuser.run(&format!("VACUUM ANALYZE town.{table}")).await;
    }
}

fn value(table: &str, column: &str, kind: &str) -> String {
    let known = VALUES.iter().find(|(name, _)| *name == format!("{table}.{column}") || *name == column);
    if let Some((_, value)) = known {
        return if table == "version" && column == "town_id" {
            "lpad(i::text, 6, '0')".into()
        } else {
            (*value).into()
        };
    }
    match kind {
        "uuid" => "gen_random_uuid()",
        "bytea" => "decode(md5(i::text), 'hex')",
        "text" => "md5(i::text)",
        "text[]" => "'{}'::text[]",
        "uuid[]" => "'{}'::uuid[]",
        "jsonb" => "'{}'::jsonb",
        "date" => "DATE '2026-10-01'",
        "timestamp with time zone" => "now()",
        _ => "1",
    }
    .to_owned()
}

async fn tables(sql: &Sql) -> Vec<String> {
    sql.column("SELECT relname::text FROM pg_class WHERE relnamespace = 'town'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1")
        .await
}

/// Plans of this session's town that scan a table, or that do not check the policy once.
pub async fn findings(town: &Sql, code: &str) -> Findings {
    let mut found = Findings::new();
    // As the store asks: a prepared statement whose plan is made once, for any value.
    town.run("SET plan_cache_mode = force_generic_plan").await;
    for table in tables(town).await {
        town.run(&format!("PREPARE {table}_of (text) AS SELECT * FROM town.{table} WHERE town_id = $1"))
            .await;
        for (how, explain) in [
            ("bound by value", format!("EXPLAIN SELECT * FROM town.{table} WHERE town_id = '{code}'")),
            ("bound by parameter", format!("EXPLAIN EXECUTE {table}_of ('{code}')")),
        ] {
            let plan = town.column(&explain).await.join("\n");
            if plan.contains("Seq Scan") || !plan.contains("Index Cond: (town_id = ") {
                found.push(format!("town.{table}, {how}: is scanned\n{plan}"));
            }
            let policy = plan.lines().find(|line| line.contains("One-Time Filter: ")).unwrap_or_default();
            if !policy.contains("substr((CURRENT_USER)::text, 6)") {
                found.push(format!("town.{table}, {how}: the policy is not checked once\n{plan}"));
            }
        }
        let unbound = town.column(&format!("EXPLAIN SELECT * FROM town.{table}")).await.join("\n");
        if unbound.contains("Seq Scan")
            || !unbound.contains("Index Cond: (town_id = substr((CURRENT_USER)::text")
        {
            found.push(format!("town.{table}, policy alone: is scanned\n{unbound}"));
        }
    }
    found
}

/// Tables whose estimate for a town depends on how many rows that town has.
pub async fn estimates(town: &Sql) -> Findings {
    let mut found = Findings::new();
    for table in tables(town).await {
        let mut plans = Vec::new();
        // One with many rows, one with few, one with none.
        for code in ["143626", "000777", "999999"] {
            let plan =
                town.column(&format!("EXPLAIN SELECT * FROM town.{table} WHERE town_id = '{code}'")).await;
            plans.push(plan.join("\n").replace(code, "code"));
        }
        if plans.iter().any(|plan| *plan != plans[0]) {
            found.push(format!("town.{table}: the estimate tells towns apart\n{}", plans.join("\n")));
        }
    }
    found
}
