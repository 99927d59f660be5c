//! 所属: in which section somebody may do what, from which day to which. Several may run side by side (兼務); one
//! may begin in the future.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{PostingId, StaffId};
use kernel::{Grant, Grants};
use uuid::Uuid;

use crate::schema::posting;
use crate::{StoreError, TownConn, TownTx};

/// One posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostingRow {
    /// Id.
    pub id: PostingId,
    /// Whose.
    pub staff: StaffId,
    /// `<organ>/<section>`.
    pub section: String,
    /// What they may do.
    pub grants: Grants,
    /// First day.
    pub from: NaiveDate,
    /// Last day, if one is set.
    pub until: Option<NaiveDate>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was ended at once, whatever its last day.
    pub ended_at: Option<DateTime<Utc>>,
}

impl PostingRow {
    /// Whether it holds on a day in Japan.
    #[must_use]
    pub fn in_force(&self, day: NaiveDate) -> bool {
        self.ended_at.is_none() && self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// Whether it holds on a day or will on a later one.
    #[must_use]
    pub fn not_over(&self, day: NaiveDate) -> bool {
        self.ended_at.is_none() && self.until.is_none_or(|until| day <= until)
    }
}

/// What postings allow together on a day in Japan.
#[must_use]
pub fn allowed(postings: &[PostingRow], day: NaiveDate) -> Grants {
    postings
        .iter()
        .filter(|posting| posting.in_force(day))
        .flat_map(|posting| posting.grants.iter())
        .collect()
}

type Columns =
    (Uuid, Uuid, String, Vec<String>, NaiveDate, Option<NaiveDate>, DateTime<Utc>, Option<DateTime<Utc>>);

fn row(
    (id, staff, section, grants, from, until, created_at, ended_at): Columns,
) -> Result<PostingRow, StoreError> {
    let grants = grants
        .iter()
        .map(|grant| grant.parse::<Grant>().map_err(|_| StoreError::Malformed("posting.grants")))
        .collect::<Result<Grants, _>>()?;
    Ok(PostingRow {
        id: PostingId::from_uuid(id),
        staff: StaffId::from_uuid(staff),
        section,
        grants,
        from,
        until,
        created_at,
        ended_at,
    })
}

impl TownConn {
    /// Postings, oldest first: of one account, or of all.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn posting_list(&mut self, staff: Option<StaffId>) -> Result<Vec<PostingRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = posting::table.filter(posting::town_id.eq(town)).into_boxed();
        if let Some(staff) = staff {
            query = query.filter(posting::staff_id.eq(staff.uuid()));
        }
        let rows: Vec<Columns> = query
            .order(posting::posting_id)
            .select((
                posting::posting_id,
                posting::staff_id,
                posting::section,
                posting::grants,
                posting::starts_on,
                posting::ends_on,
                posting::created_at,
                posting::ended_at,
            ))
            .load(driver)
            .await?;
        rows.into_iter().map(row).collect()
    }
}

impl TownTx {
    /// Adds a posting.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn posting_insert(&mut self, new: &PostingRow) -> Result<(), StoreError> {
        let grants: Vec<&str> = new.grants.iter().map(Grant::as_str).collect();
        let (driver, town) = self.parts()?;
        diesel::insert_into(posting::table)
            .values((
                posting::town_id.eq(town),
                posting::posting_id.eq(new.id.uuid()),
                posting::staff_id.eq(new.staff.uuid()),
                posting::section.eq(&new.section),
                posting::grants.eq(grants),
                posting::starts_on.eq(new.from),
                posting::ends_on.eq(new.until),
                posting::created_at.eq(new.created_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Sets a posting's last day, or takes it away.
    ///
    /// # Errors
    /// [`StoreError`] when the day lies before the first or the statement fails.
    pub async fn posting_until(&mut self, id: PostingId, until: Option<NaiveDate>) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(posting::table)
            .filter(posting::town_id.eq(town))
            .filter(posting::posting_id.eq(id.uuid()))
            .set(posting::ends_on.eq(until))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Ends postings at once.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn posting_end(&mut self, ids: &[PostingId], at: DateTime<Utc>) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let (driver, town) = self.parts()?;
        diesel::update(posting::table)
            .filter(posting::town_id.eq(town))
            .filter(posting::posting_id.eq_any(ids))
            .set(posting::ended_at.eq(at))
            .execute(driver)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn posting(grant: Grant, from: &str, until: Option<&str>) -> PostingRow {
        PostingRow {
            id: PostingId::new(),
            staff: StaffId::new(),
            section: "mayor/kosodate".into(),
            grants: [grant].into_iter().collect(),
            from: day(from),
            until: until.map(day),
            created_at: DateTime::default(),
            ended_at: None,
        }
    }

    #[test]
    fn what_is_allowed_follows_the_day() {
        let postings = [
            posting(Grant::CaseWorker, "2025-04-01", Some("2026-03-31")),
            posting(Grant::Approver, "2026-04-01", None),
            posting(Grant::Auditor, "2026-03-01", Some("2026-04-30")),
            PostingRow {
                ended_at: Some(DateTime::default()),
                ..posting(Grant::TownAdmin, "2020-04-01", None)
            },
        ];
        for (on, grants) in [
            ("2025-03-31", &[][..]),
            ("2026-02-28", &[Grant::CaseWorker]),
            ("2026-03-31", &[Grant::CaseWorker, Grant::Auditor]),
            ("2026-04-01", &[Grant::Approver, Grant::Auditor]),
            ("2026-05-01", &[Grant::Approver]),
        ] {
            assert_eq!(allowed(&postings, day(on)).iter().collect::<Vec<_>>(), grants, "{on}");
        }
        assert!(postings[0].not_over(day("2026-03-31")) && !postings[0].not_over(day("2026-04-01")));
        assert!(postings[1].not_over(day("2026-01-01")) && !postings[3].not_over(day("2026-01-01")));
    }
}
