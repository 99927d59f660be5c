//! A fictional child and her mother who move from 開成町 to 大井町, and the staff who hand them over.

use std::collections::BTreeSet;

use app::consents::NewConsent;
use app::handovers::{Approval, HandoverView, Subject, Taking, Terms};
use app::peer_keys::{Fingerprints, KeyPurpose};
use app::{App, Released};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use evidence::Act;
use handover::basis::FamilyTold;
use handover::consent::{Authority, Giver, Processing, Representative, SecondHolder};
use handover::{Grounds, Kind, Organ, Role};
use kernel::id::{ConsentId, HandoverId, LoadId, PersonId};
use kernel::{
    Category, Code, Fault, Grant, Identity, Known, Observation, Purpose, Sex, TownCtx, Value, When,
};
use store::rows::new_pack::NewPack;
use store::rows::pack::PackBody;
use store::rows::version::Changed;
use testkit::TestApp;
use testkit::db::leaf;
use testkit::load::{Extra, Resident, load};
use testkit::towns::{KAISEI, NAKAI, OI, code};

/// Both towns with the family in each, keys compared, 開成町's protection list loaded and empty.
pub struct Family {
    pub world: TestApp,
    /// In 開成町.
    pub child: PersonId,
    pub mother: PersonId,
    /// In 大井町, where they have registered.
    pub child_there: PersonId,
    pub mother_there: PersonId,
}

impl Family {
    pub async fn new() -> Self {
        let family = Self::without_keys().await;
        pin(&family.world, KAISEI, OI).await;
        pin(&family.world, OI, KAISEI).await;
        family
    }

    pub async fn without_keys() -> Self {
        let family = Self::without_list().await;
        family.load_list(KAISEI).await;
        family
    }

    /// As [`Self::without_keys`], before 開成町 ever loaded its protection list.
    pub async fn without_list() -> Self {
        let world = TestApp::open(&[KAISEI, OI, NAKAI]).await;
        let (mother, child) =
            (resident("花子", "ハナコ", "1988-02-11"), resident("陽菜", "ヒナ", "2014-06-15"));
        let (mother_there, child_there) = (again(&mother), again(&child));
        let towns = world.db.towns();
        for (town, people) in [(KAISEI, [&mother, &child]), (OI, [&mother_there, &child_there])] {
            let people = people.map(Clone::clone);
            load(&towns, code(town), "resident_register", &people, &Extra::default()).await.unwrap();
        }
        let family = Self {
            child: child.person,
            mother: mother.person,
            child_there: child_there.person,
            mother_there: mother_there.person,
            world,
        };
        let late =
            observation("attendance.late_days", Value::Int(6), When::Month("2026-09".parse().unwrap()));
        family.write(KAISEI, family.child, Category::Attendance, "attendance", late).await;
        family
    }

    /// Loads a town's protection list, as of today and empty.
    pub async fn load_list(&self, town: &str) {
        load(&self.world.db.towns(), code(town), "protection_list", &[], &Extra::default()).await.unwrap();
    }

    /// Writes one fact about somebody, as a load would.
    pub async fn write(
        &self,
        town: &str,
        person: PersonId,
        category: Category,
        source: &str,
        fact: Observation,
    ) {
        let towns = self.world.db.towns();
        let mut tx = towns.begin(code(town)).await.unwrap();
        let pack = NewPack {
            subject: person.uuid(),
            category,
            source: source.to_owned(),
            load: LoadId::new(),
            line: 2,
            record_key: seal::random::array::<16>().to_vec(),
            row_hash: seal::random::array::<16>().to_vec(),
            body: PackBody { observations: vec![fact], ..PackBody::default() },
        };
        tx.pack_insert_many(&[pack], Utc::now()).await.unwrap();
        tx.version_bump(Changed::Protection).await.unwrap();
        tx.commit(leaf()).await.unwrap();
    }

    /// Puts somebody of 開成町 under protection.
    pub async fn protect(&self, person: PersonId) {
        let when = When::Period { from: None, until: None };
        let measure = observation("protection.measure", Value::Code("victim".into()), when);
        self.write(KAISEI, person, Category::Protection, "protection_list", measure).await;
    }

    /// The child moves out of 開成町, by its register.
    pub async fn move_away(&self) {
        let known = self.app().person(&self.sender(), self.child).await.unwrap().identity.clone().unwrap();
        let identity = Identity { moved_out_on: Known::Present(today().into()), ..known };
        let sql = self.world.db.superuser().await;
        let (child, register) = (self.child.uuid(), Category::Register.number());
        sql.run(&format!("DELETE FROM town.pack WHERE subject_id = '{child}' AND category = {register}"))
            .await;
        let mut tx = self.world.db.towns().begin(code(KAISEI)).await.unwrap();
        let pack = NewPack {
            subject: child,
            category: Category::Register,
            source: "resident_register".to_owned(),
            load: LoadId::new(),
            line: 2,
            record_key: seal::random::array::<16>().to_vec(),
            row_hash: seal::random::array::<16>().to_vec(),
            body: PackBody { identity: Some(identity), ..PackBody::default() },
        };
        tx.pack_insert_many(&[pack], Utc::now()).await.unwrap();
        tx.version_bump(Changed::People).await.unwrap();
        tx.commit(leaf()).await.unwrap();
    }

    pub fn app(&self) -> &App {
        &self.world.app
    }

    /// 開成町's case worker, for a handover, now.
    pub fn sender(&self) -> TownCtx {
        self.world.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Handover)
    }

    pub fn sender_at(&self, at: DateTime<Utc>) -> TownCtx {
        self.world.desk(KAISEI, Grant::CaseWorker).ctx_at(Purpose::Handover, at)
    }

    pub fn approver(&self) -> TownCtx {
        self.world.desk(KAISEI, Grant::Approver).ctx(Purpose::Handover)
    }

    /// Another of 開成町's approvers.
    pub fn head(&self) -> TownCtx {
        self.world.ctx(KAISEI, &[Grant::Holder, Grant::Approver], Purpose::Handover)
    }

    /// 大井町's case worker.
    pub fn receiver(&self) -> TownCtx {
        self.world.desk(OI, Grant::CaseWorker).ctx(Purpose::Handover)
    }

    pub fn receiver_at(&self, at: DateTime<Utc>) -> TownCtx {
        self.world.desk(OI, Grant::CaseWorker).ctx_at(Purpose::Handover, at)
    }

    /// The child's consent, given by her mother; `change` makes another of it.
    pub async fn consent(&self, change: impl FnOnce(&mut NewConsent)) -> ConsentId {
        let mut new = self.new_consent();
        change(&mut new);
        self.app().consent_record(&self.sender(), new).await.unwrap().0.id()
    }

    pub fn new_consent(&self) -> NewConsent {
        NewConsent {
            person: self.child,
            processing: Processing {
                privacy_notice: "引継ぎの説明書 第1版".into(),
                language: "ja".into(),
                purpose: Purpose::Handover,
                pii_information: BTreeSet::from([Category::Attendance, Category::Consultation]),
                recipient_third_parties: BTreeSet::from([code(OI)]),
                storage_locations: "両町の庁内".into(),
                retention_period: "受け取った町の保存期間による".into(),
                jurisdiction: "JP".into(),
                withdrawal_method: "開成町 子育て健康課の窓口".into(),
            },
            controller: "mayor".parse().unwrap(),
            controller_contact: "開成町 子育て健康課".into(),
            giver: Giver::Representative(Representative {
                person: Some(self.mother),
                name: "襷 花子".into(),
                authority: Authority::DivorcedSole,
                evidence_seen: "戸籍全部事項証明書".into(),
                second_holder: SecondHolder::None,
                own_view: Known::Present("引っ越しても続けてほしい".into()),
            }),
            given_at: Some(Utc::now() - TimeDelta::hours(1)),
            until: today() + TimeDelta::days(90),
        }
    }

    /// The child's attendance and consultations, to 大井町, on this consent.
    pub fn terms(&self, consent: ConsentId) -> Terms {
        Terms {
            kind: Kind::Transfer,
            sender: "mayor".parse().unwrap(),
            receiver: Organ { town: code(OI), organ: "mayor".parse().unwrap() },
            subjects: vec![Subject {
                person: self.child,
                role: Role::Child,
                categories: BTreeSet::from([Category::Attendance, Category::Consultation]),
            }],
            consents: vec![consent],
            grounds: Grounds {
                article: "個人情報保護法69条2項1号".into(),
                necessity: "転校後も支援を続けるため".into(),
                family_told: FamilyTold::Told,
            },
        }
    }

    /// Drafts what `change` makes of the family's handover.
    pub async fn draft(&self, change: impl FnOnce(&mut Terms)) -> Result<HandoverId, Fault> {
        let consent = self.consent(|_| ()).await;
        let mut terms = self.terms(consent);
        change(&mut terms);
        Ok(self.app().handover_draft(&self.sender(), terms).await?.summary.id)
    }

    pub async fn approved(&self) -> HandoverId {
        let id = self.draft(|_| ()).await.unwrap();
        self.app().handover_approve(&self.approver(), id, Approval::default()).await.unwrap();
        id
    }

    pub async fn offered(&self) -> HandoverId {
        let id = self.approved().await;
        self.app().handover_offer(&self.sender(), id).await.unwrap();
        id
    }

    pub async fn acknowledged(&self) -> HandoverId {
        let id = self.offered().await;
        self.app().handover_acknowledge(&self.receiver(), id).await.unwrap();
        id
    }

    pub async fn accepted(&self) -> HandoverId {
        let id = self.acknowledged().await;
        self.app().handover_accept(&self.receiver(), id).await.unwrap();
        id
    }

    pub async fn received(&self) -> HandoverId {
        let id = self.accepted().await;
        self.app().handover_receive(&self.receiver(), id, &Taking::default()).await.unwrap();
        id
    }

    /// The acts in a town's evidence, without looks at persons and what the store's own fixtures left.
    pub async fn acts(&self, town: &str) -> Vec<Act> {
        let mut conn = self.world.db.towns().read(code(town)).await.unwrap();
        let leaves = conn.hub_leaves(0, 10_000).await.unwrap();
        let acts = leaves.iter().filter_map(|leaf| evidence::Leaf::from_bytes(&leaf.body).ok());
        acts.map(|leaf| leaf.act).filter(|act| *act != Act::PersonsRead).collect()
    }

    /// How often a town did something.
    pub async fn count(&self, town: &str, act: Act) -> usize {
        self.acts(town).await.into_iter().filter(|done| *done == act).count()
    }
}

/// Compares a town's keys, by two people.
pub async fn pin(world: &TestApp, town: &str, peer: &str) {
    let compared = published(world, town, peer).await;
    let first = world.desk(town, Grant::TownAdmin).ctx(None);
    world.app.peer_key_pin(&first, code(peer), compared).await.unwrap();
    let second = world.desk(town, Grant::Approver).ctx(None);
    world.app.peer_key_confirm(&second, code(peer), compared).await.unwrap();
}

/// The fingerprints of what a town publishes.
pub async fn published(world: &TestApp, town: &str, peer: &str) -> Fingerprints {
    let keys = world.app.peer_keys(&world.desk(town, Grant::TownAdmin).ctx(None)).await.unwrap();
    let of = |purpose| keys.iter().find(|k| k.town == code(peer) && k.purpose == purpose).unwrap().published;
    Fingerprints { seal: of(KeyPurpose::Seal), sign: of(KeyPurpose::Sign) }
}

pub fn observation(item: &str, value: Value, when: When) -> Observation {
    Observation { item: item.parse().unwrap(), datum: Known::Present(value), when }
}

pub fn today() -> NaiveDate {
    kernel::ctx::jst_date(Utc::now())
}

fn resident(given: &str, kana: &str, birth: &str) -> Resident {
    let mut resident = Resident::named("襷", given);
    resident.identity = Identity {
        family_kana: Known::Present("タスキ".into()),
        given_kana: Known::Present(kana.to_owned()),
        birth_date: Known::Present(birth.parse().unwrap()),
        sex: Known::Present(Sex::Female),
        address: Known::Present("吉田島三丁目".into()),
        ..resident.identity
    };
    resident.note = format!("{given}の相談の記録");
    resident
}

/// The same person as another town's register knows them: other ids, another number.
pub fn again(resident: &Resident) -> Resident {
    let fresh = Resident::named("襷", "");
    let identity = Identity { local_id: fresh.identity.local_id.clone(), ..resident.identity.clone() };
    Resident {
        person: fresh.person,
        household: fresh.household,
        identity,
        note: String::new(),
        ..resident.clone()
    }
}

/// The code of what was refused.
pub fn refused<T>(outcome: Result<T, Fault>) -> Code {
    outcome.err().map(|fault| fault.code()).unwrap_or(Code::NotFound)
}

/// The state and the lead that a view shows.
pub fn at(view: &Released<HandoverView>) -> (&'static str, &str) {
    (view.summary.state.as_str(), if view.summary.lead == code(OI) { "oi" } else { "kaisei" })
}
