//! A load through the store alone: people, their packs, rejects and link tasks, as `app` stages them.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{HouseholdId, LoadId, PersonId, StaffId, UploadId};
use kernel::{Category, Code, Fault, Identity, Known, Observation, TownCode, Value, When};
use seal::{KeySet, LoadKey};
use store::load::{Closing, Key16, LoadEnd, StagedPack, StagedSubject, StagedTask};
use store::rows::link_task::LinkTaskBody;
use store::rows::load::{LoadCounts, LoadRow};
use store::rows::pack::{PackBody, Whereabouts};
use store::rows::reject::RejectDetail;
use store::rows::upload::UploadRow;
use store::rows::version::Changed;
use store::{StoreError, Towns};

use crate::db::leaf;

/// One resident with a register pack and a consultation pack.
#[derive(Clone)]
pub struct Resident {
    /// Id.
    pub person: PersonId,
    /// 世帯.
    pub household: HouseholdId,
    /// Who they are.
    pub identity: Identity,
    /// Where they live.
    pub whereabouts: Whereabouts,
    /// What a consultation's note says.
    pub note: String,
}

impl Resident {
    /// A fictional resident.
    #[must_use]
    pub fn named(family: &str, given: &str) -> Self {
        Self {
            person: PersonId::new(),
            household: HouseholdId::new(),
            identity: Identity {
                local_id: Known::Present(uuid::Uuid::now_v7().simple().to_string()),
                family_name: Known::Present(family.to_owned()),
                given_name: Known::Present(given.to_owned()),
                ..Identity::default()
            },
            whereabouts: Whereabouts::default(),
            note: String::new(),
        }
    }
}

/// What a load brings beside residents.
#[derive(Clone, Default)]
pub struct Extra {
    /// The file's bytes, spooled before the load and gone after it.
    pub file: Vec<u8>,
    /// Raw lines that were rejected.
    pub rejects: Vec<Vec<u8>>,
    /// Records that wait for a human.
    pub tasks: Vec<LinkTaskBody>,
}

/// Hands a file in and applies its load.
///
/// # Errors
/// [`StoreError`] from any of the steps.
pub async fn load(
    towns: &Towns,
    town: TownCode,
    source: &str,
    residents: &[Resident],
    extra: &Extra,
) -> Result<LoadRow, StoreError> {
    let at = Utc::now();
    let (upload, key) = hand_in(towns, town, source, &extra.file, at).await?;
    let mut row = begin(towns, town, source, upload, at).await?;
    let bulk = towns.bulk_load(town).await?;
    let mut stage = bulk.stage(&row, at);
    for (line, resident) in (1..).zip(residents) {
        let mut keys = KeySet::new();
        let number = number(stage.keys(), resident);
        for (category, body) in packs(resident) {
            let register = category == Category::Register;
            let pack = StagedPack {
                person: resident.person,
                category: category.number(),
                line,
                record_key: number,
                row_hash: random16(),
                body: &body,
                whereabouts: register.then_some(&resident.whereabouts),
            };
            stage.pack(&mut keys, &pack).await?;
        }
        let subject = StagedSubject {
            newcomer: true,
            number: Some(number),
            taught_by: None,
            household: Some(resident.household),
            household_number: Some(random16()),
            keys: Some(&keys),
        };
        stage.subject(resident.person.uuid(), &subject).await?;
    }
    for (line, raw) in (1..).zip(&extra.rejects) {
        let detail = RejectDetail { reasons: vec![Fault::new(Code::EraBounds)], raw: raw.clone() };
        stage.reject(&key, row.id.uuid(), line, None, &detail).await?;
    }
    for (line, body) in (1..).zip(&extra.tasks) {
        let (part, record_key, row_hash) = (random16(), random16(), random16());
        stage.task(&key, &StagedTask { decided: None, line, part, record_key, row_hash, body }).await?;
    }
    row.counts = counts(residents, extra);
    let quality = stage.quality(&key, &row, Default::default(), b"{}");
    let end = LoadEnd { load: &row, changed: Changed::People, quality: &quality };
    stage.apply(&Closing::default(), &end, &leaf()).await?;
    Ok(row)
}

/// Spools a file in two chunks and completes the upload.
///
/// # Errors
/// [`StoreError`] from any of the steps.
pub async fn hand_in(
    towns: &Towns,
    town: TownCode,
    source: &str,
    file: &[u8],
    at: DateTime<Utc>,
) -> Result<(UploadId, LoadKey), StoreError> {
    let row = UploadRow {
        id: UploadId::new(),
        source: source.to_owned(),
        as_of: day(at),
        state: "receiving".to_owned(),
        size: 0,
        file_index: None,
        created_by: StaffId::new(),
        created_at: at,
        in_parts: false,
    };
    let mut conn = towns.read(town).await?;
    let key = conn.upload_begin(&row, None).await?;
    for (seq, chunk) in (0..).zip(file.chunks(file.len().div_ceil(2).max(1))) {
        conn.upload_chunk_insert(row.id, seq, &key, chunk).await?;
    }
    drop(conn);
    let mut tx = towns.begin(town).await?;
    let size = i64::try_from(file.len()).unwrap_or(i64::MAX);
    tx.upload_received(row.id, size, &random16()).await?;
    tx.commit(leaf()).await?;
    Ok((row.id, key))
}

async fn begin(
    towns: &Towns,
    town: TownCode,
    source: &str,
    upload: UploadId,
    at: DateTime<Utc>,
) -> Result<LoadRow, StoreError> {
    let row = LoadRow {
        id: LoadId::new(),
        upload,
        source: source.to_owned(),
        as_of: day(at),
        layout_digest: vec![7; 32],
        file_index: random16().to_vec(),
        state: "running".to_owned(),
        counts: LoadCounts::default(),
        started_by: StaffId::new(),
        started_at: at,
        finished_at: None,
        plan: None,
        overridden: Vec::new(),
        recorded_at: None,
        rolled_back: None,
        corrects: None,
        settles: Vec::new(),
    };
    towns.read(town).await?.load_begin(&row).await?;
    Ok(row)
}

fn counts(residents: &[Resident], extra: &Extra) -> LoadCounts {
    let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let (rejected, queued) = (count(extra.rejects.len()), count(extra.tasks.len()));
    let loaded = count(residents.len()) + queued;
    LoadCounts { read: loaded + rejected, loaded, rejected, queued, ..LoadCounts::default() }
}

fn packs(resident: &Resident) -> [(Category, PackBody); 2] {
    let note = Observation {
        item: "consultation.note".parse().unwrap(),
        datum: Known::Present(Value::Text(resident.note.clone())),
        when: When::At("2026-10-01".parse().unwrap()),
    };
    [
        (Category::Register, PackBody { identity: Some(resident.identity.clone()), ..PackBody::default() }),
        (Category::Consultation, PackBody { observations: vec![note], ..PackBody::default() }),
    ]
}

fn number(keys: &store::TownKeys, resident: &Resident) -> Key16 {
    let text = resident.identity.local_id.value().cloned().unwrap_or_default();
    keys.blind.identifier("atena", &text).map_or_else(random16, |index| *index.as_bytes())
}

fn random16() -> Key16 {
    seal::random::array()
}

fn day(at: DateTime<Utc>) -> NaiveDate {
    at.date_naive()
}
