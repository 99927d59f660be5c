//! What a poll costs: a few pages of an index, however many looks stand between two changes.

use testkit::TestApp;
use testkit::towns::KAISEI;

#[tokio::test]
async fn a_poll_reads_changes_and_not_the_looks_between_them() {
    let world = TestApp::open(&[KAISEI]).await;
    let sql = world.db.superuser().await;
    // Two acts among 40,000 looks.
    sql.run(&format!(
        "INSERT INTO hub.leaf (town_id, n, leaf_id, body, hash, head)
         SELECT '{KAISEI}', 100000 + i, gen_random_uuid(),
           convert_to(CASE WHEN i % 20000 = 0 THEN '{{\"act\":\"load_applied\",' ELSE '{{\"act\":\"persons_read\",' END || '\"at\":1}}', 'UTF8'),
           sha256(int8send(i)), sha256(int8send(i))
         FROM generate_series(1, 40000) i"
    ))
    .await;
    sql.run("VACUUM ANALYZE hub.leaf").await;
    let source = sql.value("SELECT prosrc FROM pg_proc WHERE proname = 'changes'").await;
    let select = &source[source.find("SELECT l.n").unwrap()..source.rfind(';').unwrap()];
    let select = select.split(';').next().unwrap();
    let town = format!("'{KAISEI}'");
    let select = [("p_town", town.as_str()), ("p_after", "100000"), ("p_limit", "500")]
        .iter()
        .fold(select.to_owned(), |text, (name, value)| text.replace(name, value));
    let plan = sql.column(&format!("EXPLAIN (ANALYZE, BUFFERS, TIMING off) {select}")).await.join("\n");
    assert!(plan.contains("Index Scan using leaf_change"), "{plan}");
    assert!(!plan.contains("Rows Removed by Filter"), "no look is read: {plan}");
    assert!(plan.contains("rows=2 "), "{plan}");
}

#[tokio::test]
async fn a_page_of_a_load_or_a_run_is_a_piece_of_an_index() {
    let world = TestApp::open(&[KAISEI]).await;
    let sql = world.db.superuser().await;
    for (table, of, person, body, value) in [
        ("load_changed", "load_id", "upto", "persons", "'{}'::uuid[]"),
        ("score", "run_id", "person_id", "body", "'\\x00'::bytea"),
    ] {
        sql.run(&format!(
            "INSERT INTO town.{table} (town_id, {of}, {person}, {body})
             SELECT '{KAISEI}', ('00000000-0000-7000-8000-00000000000' || i % 5)::uuid, gen_random_uuid(), {value}
             FROM generate_series(1, 20000) i"
        ))
        .await;
        sql.run(&format!("VACUUM ANALYZE town.{table}")).await;
        let plan = sql
            .column(&format!(
                "EXPLAIN SELECT {person} FROM town.{table} WHERE town_id = '{KAISEI}' AND {of} = '00000000-0000-7000-8000-000000000001' AND {person} > '00000000-0000-0000-0000-000000000000' ORDER BY {person} LIMIT 200"
            ))
            .await
            .join("\n");
        // Whether it is read in order or sorted after is the planner's to say: it thinks little of 20 rows.
        let piece = [&format!("{table}_pk"), &format!("({of} = "), &format!("({person} > ")];
        assert!(piece.iter().all(|part| plan.contains(part.as_str())) && !plan.contains("Filter"), "{plan}");
    }
}
