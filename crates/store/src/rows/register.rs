//! The register's rows of a whole town, as people are found in memory by them: read in one statement, opened on
//! every core at once and away from the threads that answer.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::PersonId;
use kernel::{Category, Identity, TownCode};
use seal::{ADDRESS, KeySet, Place};
use serde::Deserialize;
use uuid::Uuid;

use crate::schema::{keystore, pack};
use crate::town::row_version;
use crate::{StoreError, TownConn, TownKeys};

/// The register's rows in force, sealed. Who has no keys any more is not among them.
pub struct SealedRegister {
    town: TownCode,
    rows: Vec<Sealed>,
}

/// One row: subject, keys, pack, body and whereabouts.
type Sealed = (Uuid, Vec<u8>, Uuid, Vec<u8>, Option<Vec<u8>>);

/// What the register says of one person.
#[derive(Debug)]
pub struct RegisterRow {
    /// Who.
    pub person: PersonId,
    /// Without whereabouts.
    pub identity: Option<Identity>,
    /// 住所, if it gives one.
    pub address: Option<String>,
}

/// Of a pack's body, who the row says the subject is.
#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    pub(crate) identity: Option<Identity>,
}

/// Of whereabouts, the address.
#[derive(Deserialize)]
struct Lives {
    #[serde(default)]
    address: Option<String>,
}

impl TownConn {
    /// The register's rows in force over the whole town.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn register_all(&mut self) -> Result<SealedRegister, StoreError> {
        let code = self.town();
        let (driver, town) = self.parts()?;
        let keys_of_the_row =
            keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(pack::subject_id));
        let rows = pack::table
            .inner_join(keystore::table.on(keys_of_the_row))
            .filter(pack::town_id.eq(town))
            .filter(pack::category.eq(i16::from(Category::Register.number())))
            .filter(pack::recorded_to.is_null())
            .select((pack::subject_id, keystore::keyset, pack::pack_id, pack::body, pack::whereabouts))
            .load(driver)
            .await?;
        Ok(SealedRegister { town: code, rows })
    }
}

impl SealedRegister {
    /// Opens every row. Takes as many threads as there are cores, and a second or so for a hundred thousand
    /// rows: nothing for a thread that answers requests.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when a box does not open.
    pub fn open(&self, keys: &TownKeys) -> Result<Vec<RegisterRow>, StoreError> {
        super::on_every_core(&self.rows, |row| open(self.town, keys, row))
    }
}

fn open(town: TownCode, keys: &TownKeys, row: &Sealed) -> Result<RegisterRow, StoreError> {
    let (subject, keyset, pack, body, whereabouts) = row;
    let place = |table, category, version| Place {
        town: town.as_str(),
        table,
        subject: subject.as_bytes(),
        category,
        version,
    };
    let keys = KeySet::unwrap(&keys.epoch, &place("keystore", 0, 0), keyset)?;
    let (number, version) = (Category::Register.number(), row_version(*pack));
    let key = keys.get(number).ok_or(StoreError::Sealed)?;
    let said: Said = serde_json::from_slice(&key.open(&place("pack", number, version), body)?)?;
    let address = match whereabouts {
        Some(sealed) => {
            let key = keys.get(ADDRESS).ok_or(StoreError::Sealed)?;
            serde_json::from_slice::<Lives>(&key.open(&place("pack", ADDRESS, version), sealed)?)?.address
        }
        None => None,
    };
    Ok(RegisterRow { person: PersonId::from_uuid(*subject), identity: said.identity, address })
}
