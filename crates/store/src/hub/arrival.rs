//! Arrivals: which source came or was refused, on which day. A load's own transaction writes its line; the
//! cooperative reads all of them and a town its own.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Date, SmallInt, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::TownCode;
use kernel::ctx::jst_date;

use crate::rows::load::LoadRow;
use crate::{Coop, StoreError, TownConn, TownTx};

/// How a file fared, as its row says it.
pub(crate) const ARRIVED: &str = "arrived";
const REFUSED: &str = "refused";

/// One file that came or was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArrivalRow {
    /// Whose.
    pub town: TownCode,
    /// 連携元.
    pub source: String,
    /// Day the export shows.
    pub as_of: NaiveDate,
    /// Day in Japan on which it was loaded or refused.
    pub on: NaiveDate,
    /// Whether it was refused as a whole.
    pub refused: bool,
    /// Decimal digits of its number of rows: 0 for none, 3 for 100 to 999.
    pub size_class: u8,
}

/// The class of a number of rows.
pub(crate) fn size_class(rows: i64) -> i16 {
    let digits = rows.max(0).checked_ilog10().map_or(0, |log| log + 1);
    i16::try_from(digits).unwrap_or(i16::MAX)
}

#[derive(QueryableByName)]
struct Columns {
    #[diesel(sql_type = Text)]
    town_id: String,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Date)]
    as_of: NaiveDate,
    #[diesel(sql_type = Date)]
    arrived_on: NaiveDate,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = SmallInt)]
    size_class: i16,
}

fn row(columns: Columns) -> Result<ArrivalRow, StoreError> {
    Ok(ArrivalRow {
        town: columns.town_id.parse().map_err(|_| StoreError::Malformed("arrival.town_id"))?,
        source: columns.source,
        as_of: columns.as_of,
        on: columns.arrived_on,
        refused: columns.state == REFUSED,
        size_class: u8::try_from(columns.size_class).unwrap_or(u8::MAX),
    })
}

impl TownConn {
    /// The town's own arrivals on these days.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_arrivals(
        &mut self,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<ArrivalRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let statement =
            "SELECT town_id, source, as_of, arrived_on, state, size_class FROM hub.arrivals_of($1, $2, $3)";
        let query = sql_query(statement).bind::<Text, _>(town).bind::<Date, _>(from).bind::<Date, _>(until);
        let rows: Vec<Columns> = query.load(driver).await?;
        rows.into_iter().map(row).collect()
    }
}

impl TownTx {
    /// Records that a load was refused as a whole.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_record_refusal(&mut self, load: &LoadRow, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        sql_query("SELECT hub.record_arrival($1, $2, $3, $4, $5, $6, $7)")
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(load.id.uuid())
            .bind::<Text, _>(&load.source)
            .bind::<Date, _>(load.as_of)
            .bind::<Date, _>(jst_date(at))
            .bind::<Text, _>(REFUSED)
            .bind::<SmallInt, _>(0)
            .execute(driver)
            .await?;
        Ok(())
    }
}

impl Coop {
    /// Every town's arrivals on these days.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn arrivals(&self, from: NaiveDate, until: NaiveDate) -> Result<Vec<ArrivalRow>, StoreError> {
        let mut conn = self.conn().await?;
        let conn: &mut AsyncPgConnection = &mut conn;
        let statement =
            "SELECT town_id, source, as_of, arrived_on, state, size_class FROM hub.arrivals($1, $2)";
        let query = sql_query(statement).bind::<Date, _>(from).bind::<Date, _>(until);
        let rows: Vec<Columns> = query.load(conn).await?;
        rows.into_iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn a_class_says_how_many_digits() {
        let classes = [-1, 0, 1, 9, 10, 999, 1_000, i64::MAX].map(size_class);
        assert_eq!(classes, [0, 0, 1, 1, 2, 3, 4, 19]);
    }
}
