//! One fictional family for the tests of this crate: a child and her mother, moving from 開成町 to 大井町.

use std::collections::BTreeSet;

use ::seal::{KemSecret, SigningKey};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{HandoverId, HandoverItemId, PersonId, StaffId};
use kernel::{Absence, Category, Datum, Fault, Identity, Known, Observation, Purpose, TownCode, Value, When};

use crate::basis::{Basis, FamilyTold, Grounds};
use crate::consent::{Authority, Consent, Giver, Parties, Processing, Representative, SecondHolder};
use crate::item::{Body, Item, Role, Traveller};
use crate::machine::Kind;
use crate::organ::Organ;
use crate::package::{Flag, Offer, Package, Pinned, Receiver, Sent, seal_package};
use crate::preview::preview;

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn now() -> DateTime<Utc> {
    at("2026-11-20T01:00:00Z")
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn town(code: &str) -> TownCode {
    code.parse().unwrap()
}

pub fn kaisei() -> Organ {
    Organ { town: town("143669"), organ: "mayor".parse().unwrap() }
}

pub fn oi() -> Organ {
    Organ { town: town("143626"), organ: "mayor".parse().unwrap() }
}

pub fn processing() -> Processing {
    Processing {
        privacy_notice: "引継ぎの説明書 第1版".into(),
        language: "ja".into(),
        purpose: Purpose::Handover,
        pii_information: BTreeSet::from([Category::Attendance, Category::Consultation]),
        recipient_third_parties: BTreeSet::from([oi().town]),
        storage_locations: "両町の庁内".into(),
        retention_period: "受け取った町の保存期間による".into(),
        jurisdiction: "JP".into(),
        withdrawal_method: "開成町 子育て健康課の窓口".into(),
    }
}

pub fn mother() -> Representative {
    Representative {
        person: None,
        name: "襷 花子".into(),
        authority: Authority::DivorcedSole,
        evidence_seen: "戸籍全部事項証明書".into(),
        second_holder: SecondHolder::None,
        own_view: Known::Present("引っ越しても続けてほしい".into()),
    }
}

pub fn parties(giver: Giver) -> Parties {
    Parties { controller: kaisei(), controller_contact: "開成町 子育て健康課".into(), giver }
}

pub fn given(subject: PersonId, processing: Processing, giver: Giver) -> Result<Consent, Fault> {
    let at = at("2026-11-01T00:00:00Z");
    Consent::give(subject, processing, parties(giver), at, day("2027-03-31"), StaffId::new())
}

/// The child's consent, given by her mother.
pub fn consent(subject: PersonId) -> Consent {
    given(subject, processing(), Giver::Representative(mother())).unwrap()
}

pub fn item(subject: PersonId, category: Category, late_days: i64) -> Item {
    Item {
        id: HandoverItemId::new(),
        subject,
        category,
        source: "attendance".parse().unwrap(),
        source_name: "出欠".into(),
        holder: "board/gakko_kyoiku".parse().unwrap(),
        holder_name: "学校教育課".into(),
        as_of: day("2026-10-01"),
        observations: vec![
            Observation {
                item: "attendance.late_days".parse().unwrap(),
                datum: Datum::Present(Value::Int(late_days)),
                when: When::Month("2026-09".parse().unwrap()),
            },
            Observation {
                item: "attendance.absent_days".parse().unwrap(),
                datum: Datum::Absent(Absence::NotCollected),
                when: When::Month("2026-09".parse().unwrap()),
            },
        ],
    }
}

pub fn grounds() -> Grounds {
    Grounds {
        article: "個人情報保護法69条2項1号".into(),
        necessity: "転校後も支援を続けるため".into(),
        family_told: FamilyTold::Told,
    }
}

/// A family ready to be handed over, and the keys of both towns and of a third.
pub struct Family {
    pub child: PersonId,
    pub handover: HandoverId,
    pub consents: Vec<Consent>,
    pub body: Body,
    pub kaisei_key: SigningKey,
    pub oi_key: SigningKey,
    pub oi_mailbox: KemSecret,
    pub nakai_mailbox: KemSecret,
    pub pinned: Vec<Pinned>,
}

impl Family {
    pub fn new() -> Self {
        let child = PersonId::new();
        let identity = Identity {
            family_name: Known::Present("襷".into()),
            given_name: Known::Present("陽菜".into()),
            address: Known::Present("吉田島三丁目".into()),
            ..Identity::default()
        };
        let persons = vec![Traveller::new(child, Role::Child, &identity)];
        let items = vec![item(child, Category::Attendance, 6), item(child, Category::Consultation, 0)];
        let (kaisei_key, oi_key) = (SigningKey::generate(), SigningKey::generate());
        let pinned = vec![
            Pinned { town: kaisei().town, key: kaisei_key.verify_key() },
            Pinned { town: oi().town, key: oi_key.verify_key() },
        ];
        Self {
            child,
            handover: HandoverId::new(),
            consents: vec![consent(child)],
            body: Body::new(persons, items).unwrap(),
            kaisei_key,
            oi_key,
            oi_mailbox: KemSecret::generate(),
            nakai_mailbox: KemSecret::generate(),
            pinned,
        }
    }

    pub fn basis(&self) -> Basis {
        let chosen = preview(self.body.items(), &self.consents, oi().town, Purpose::Handover, now()).chosen();
        Basis::on_consent(&self.consents, &chosen, oi().town, Purpose::Handover, &grounds(), now()).unwrap()
    }

    /// Seals with whatever `change` makes of the offer.
    pub fn seal_with(&self, change: impl FnOnce(&mut Offer<'_>)) -> Result<(Package, Sent), Fault> {
        let (basis, sender, receiver) = (self.basis(), kaisei(), oi());
        let mut offer = Offer {
            handover: self.handover,
            kind: Kind::Transfer,
            sender: &sender,
            receiver: &receiver,
            basis: &basis,
            flag: Flag::None,
            protection_epoch: 7,
            offered_at: now(),
            expires_at: at("2026-12-04T00:00:00Z"),
            body: &self.body,
        };
        change(&mut offer);
        seal_package(&offer, &self.kaisei_key, &self.oi_mailbox.public())
    }

    pub fn seal(&self) -> (Package, Sent) {
        self.seal_with(|_| ()).unwrap()
    }

    pub fn receiver(&self) -> Receiver<'_> {
        Receiver { town: oi().town, key: &self.oi_mailbox, pinned: &self.pinned }
    }
}
