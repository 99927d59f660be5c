//! Columns: each has its class, and no class is given to a column that is not there.

use std::collections::{BTreeMap, BTreeSet};

use store::ColumnClass;
use store::column_class::{PLAIN_BYTES, columns};
use testkit::Sql;

use super::Findings;

/// What is wrong with columns.
pub async fn findings(sql: &Sql) -> Findings {
    let mut found = Findings::new();
    let mut classes = BTreeMap::new();
    for (column, class) in columns() {
        if classes.insert(column.clone(), class).is_some() {
            found.push(format!("{column}: has two classes"));
        }
    }
    let rows = sql
        .rows(
            "SELECT format('%s.%s.%s', n.nspname, c.relname, a.attname), format_type(a.atttypid, NULL)
             FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname IN ('town', 'coop', 'hub') AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped",
        )
        .await;
    let actual: BTreeMap<String, String> =
        rows.into_iter().map(|row| (row[0].clone().unwrap(), row[1].clone().unwrap())).collect();
    let plain_bytes: BTreeSet<&str> = PLAIN_BYTES.iter().map(|(column, _)| *column).collect();
    for (column, kind) in &actual {
        match classes.get(column) {
            None => found.push(format!("{column}: has no class")),
            Some(ColumnClass::Plain) if kind == "bytea" || kind.starts_with("json") => {
                if !plain_bytes.contains(column.as_str()) {
                    found.push(format!("{column}: is {kind}, plain and not excused"));
                }
            }
            Some(ColumnClass::Plain) => {}
            Some(class) if kind != "bytea" => {
                found.push(format!("{column}: is {kind}, which cannot be {class:?}"))
            }
            Some(_) => {}
        }
    }
    found.extend(
        classes
            .keys()
            .filter(|c| !actual.contains_key(*c))
            .map(|c| format!("{c}: has a class and is not there")),
    );
    let excused = plain_bytes.iter().filter(|c| classes.get(**c) != Some(&ColumnClass::Plain));
    found.extend(excused.map(|c| format!("{c}: is excused and not plain")));
    found
}
