//! What a handover brings or takes, item by item, each with its decision.

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use kernel::Category;
use kernel::id::{HandoverId, HandoverItemId, PersonId};
use seal::Plain;
use uuid::Uuid;

use crate::schema::{handover, handover_item};
use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

/// Rows of one multi-row statement: eight binds each, well below PostgreSQL's 65,535.
const CHUNK: usize = 4_000;

words! {
    /// What the receiver says to an item.
    ItemDecision("handover_item.decision") {
        /// Not decided.
        Pending = "pending";
        /// Taken in.
        Accepted = "accepted";
        /// Refused, with a code.
        Refused = "refused";
        /// Kept apart until a human has looked.
        Quarantined = "quarantined";
    }
}

/// One item.
#[derive(Debug)]
pub struct HandoverItemRow {
    /// Id, the one inside the package.
    pub id: HandoverItemId,
    /// Whom it is about in this town, once known.
    pub person: Option<PersonId>,
    /// 分類.
    pub category: Category,
    /// What was decided.
    pub decision: ItemDecision,
    /// Why it was refused: a code.
    pub refusal: Option<String>,
    /// The item as `handover` writes it (JSON); none of a refused one, which was read and purged.
    pub body: Option<Plain>,
}

/// One item's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemDecided {
    /// The item.
    pub item: HandoverItemId,
    /// What was decided; a refused item loses its body.
    pub decision: ItemDecision,
    /// Why it was refused: a code.
    pub refusal: Option<String>,
    /// Whom it is about in this town; `None` leaves what is known.
    pub person: Option<PersonId>,
}

/// Id, person, category, decision, code of a refusal, box and the handover's wrapped key.
type Found = (Uuid, Option<Uuid>, i16, String, Option<String>, Option<Vec<u8>>, Vec<u8>);

const DECIDE: &str = "\
    UPDATE town.handover_item i SET decision = d.decision, refusal = d.refusal, \
      person_id = coalesce(d.person_id, i.person_id), \
      body = CASE WHEN d.decision = 'refused' THEN NULL ELSE i.body END \
    FROM unnest($3, $4, $5, $6) AS d (item_id, decision, refusal, person_id) \
    WHERE i.town_id = $1 AND i.handover_id = $2 AND i.item_id = d.item_id AND i.decision = $7";

impl TownConn {
    /// The items of a handover in id order; empty when the town has no such handover.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn handover_item_list(&mut self, id: HandoverId) -> Result<Vec<HandoverItemRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_key =
            handover::town_id.eq(town.clone()).and(handover::handover_id.eq(handover_item::handover_id));
        let rows: Vec<Found> = handover_item::table
            .inner_join(handover::table.on(with_key))
            .filter(handover_item::town_id.eq(town))
            .filter(handover_item::handover_id.eq(id.uuid()))
            .order(handover_item::item_id)
            .select((
                handover_item::item_id,
                handover_item::person_id,
                handover_item::category,
                handover_item::decision,
                handover_item::refusal,
                handover_item::body,
                handover::handover_key,
            ))
            .load(driver)
            .await?;
        let Some((.., wrapped)) = rows.as_slice().first() else { return Ok(Vec::new()) };
        let key = self.handover_key_open(id.uuid(), wrapped)?;
        rows.into_iter()
            .map(|(item, person, category, decision, refusal, sealed, _)| {
                let number =
                    u8::try_from(category).map_err(|_| StoreError::Malformed("handover_item.category"))?;
                let category =
                    Category::from_number(number).ok_or(StoreError::Malformed("handover_item.category"))?;
                let place = self.place("handover_item", item.as_bytes(), number, 0);
                Ok(HandoverItemRow {
                    id: HandoverItemId::from_uuid(item),
                    person: person.map(PersonId::from_uuid),
                    category,
                    decision: decision.parse()?,
                    refusal,
                    body: sealed.map(|sealed| key.boxes().open(&place, &sealed)).transpose()?,
                })
            })
            .collect()
    }
}

impl TownTx {
    /// Adds items to a handover.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the town has no such handover, [`StoreError::Duplicate`] when an
    /// item is there already; otherwise when a statement fails.
    pub async fn handover_item_insert_many(
        &mut self,
        id: HandoverId,
        items: &[HandoverItemRow],
    ) -> Result<(), StoreError> {
        let key = self.handover_key(id).await?.ok_or(StoreError::Sealed)?;
        for chunk in items.chunks(CHUNK) {
            let rows: Vec<_> = chunk
                .iter()
                .map(|item| {
                    let (uuid, category) = (item.id.uuid(), item.category.number());
                    let place = self.place("handover_item", uuid.as_bytes(), category, 0);
                    (
                        handover_item::town_id.eq(self.town().to_string()),
                        handover_item::handover_id.eq(id.uuid()),
                        handover_item::item_id.eq(uuid),
                        handover_item::person_id.eq(item.person.map(PersonId::uuid)),
                        handover_item::category.eq(i16::from(category)),
                        handover_item::decision.eq(item.decision.as_str()),
                        handover_item::refusal.eq(item.refusal.as_deref()),
                        handover_item::body.eq(item.body.as_ref().map(|body| key.boxes().seal(&place, body))),
                    )
                })
                .collect();
            let (driver, _) = self.parts()?;
            diesel::insert_into(handover_item::table).values(&rows).execute(driver).await?;
        }
        Ok(())
    }

    /// Decides items that stand at `from`, all in one statement. Returns how many did: fewer than
    /// asked for means that somebody else was there first.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn handover_item_decide(
        &mut self,
        id: HandoverId,
        from: ItemDecision,
        decided: &[ItemDecided],
    ) -> Result<usize, StoreError> {
        let items: Vec<Uuid> = decided.iter().map(|one| one.item.uuid()).collect();
        let words: Vec<&str> = decided.iter().map(|one| one.decision.as_str()).collect();
        let refusals: Vec<Option<&str>> = decided.iter().map(|one| one.refusal.as_deref()).collect();
        let persons: Vec<Option<Uuid>> = decided.iter().map(|one| one.person.map(PersonId::uuid)).collect();
        let (driver, town) = self.parts()?;
        Ok(diesel::sql_query(DECIDE)
            .bind::<Text, _>(town)
            .bind::<SqlUuid, _>(id.uuid())
            .bind::<Array<SqlUuid>, _>(items)
            .bind::<Array<Text>, _>(words)
            .bind::<Array<Nullable<Text>>, _>(refusals)
            .bind::<Array<Nullable<SqlUuid>>, _>(persons)
            .bind::<Text, _>(from.as_str())
            .execute(driver)
            .await?)
    }
}
