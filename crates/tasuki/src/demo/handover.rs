//! One family's records from the town they leave to the town they have come to, on consent; scored again
//! there under that town's own parameters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::{Context, bail};
use app::App;
use app::consents::NewConsent;
use app::handovers::{Approval, Subject, Taking, Terms};
use app::peer_keys::Fingerprints;
use app::rows::ItemDecision;
use chrono::{Days, Utc};
use handover::basis::FamilyTold;
use handover::consent::{Authority, Processing, Representative, SecondHolder};
use handover::item::Role;
use handover::{Grounds, Kind, Organ};
use kernel::ctx::jst_date;
use kernel::id::{ConsentId, HandoverId, PersonId, RunId};
use kernel::{Category, Identity, Known, Purpose, TownCode};
use store::hub::KeyPurpose;
use synth::{Family, Truth};

use super::scores;
use super::towns::{Desk, Town};

/// The town the family leaves.
pub(super) const FROM: &str = "kaisei";
/// The town they have come to.
pub(super) const TO: &str = "oi";

/// The organ that hands over and receives: 町長部局.
const ORGAN: &str = "mayor";

/// What the family agrees to.
const CATEGORIES: &[Category] = &[
    Category::Allowance,
    Category::Attendance,
    Category::Childcare,
    Category::Consultation,
    Category::SchoolHealth,
    Category::Disability,
    Category::Welfare,
];

/// What came of it.
#[derive(Debug)]
pub(super) struct Handed {
    pub id: HandoverId,
    pub from: String,
    pub to: String,
    pub family: String,
    pub items: usize,
    pub accepted: usize,
    pub waiting: usize,
    pub lead: String,
    pub children: Vec<Child>,
    pub kinship: BTreeMap<String, app::runs::Kinship>,
}

/// One child of the family, before and after.
#[derive(Debug)]
pub(super) struct Child {
    pub person: PersonId,
    pub token: String,
    pub name: String,
    pub grade: String,
    pub before: String,
    pub between: String,
    pub after: String,
}

/// Every town pins every other's keys: one person compares, another confirms.
pub(super) async fn pin_keys(app: &Arc<App>, towns: &[Town]) -> anyhow::Result<()> {
    for town in towns {
        let (one, other) = (town.admin.ctx(Purpose::Handover), town.approver.ctx(Purpose::Handover));
        let keys = app.peer_keys(&one).await?;
        for peer in towns.iter().filter(|peer| peer.code != town.code) {
            let of = |purpose: KeyPurpose| {
                let key = keys.iter().find(|key| key.town == peer.code && key.purpose == purpose);
                key.map(|key| key.published).context("a town has published no key")
            };
            let compared = Fingerprints { seal: of(KeyPurpose::Seal)?, sign: of(KeyPurpose::Sign)? };
            app.peer_key_pin(&one, peer.code, compared).await?;
            app.peer_key_confirm(&other, peer.code, compared).await?;
        }
    }
    Ok(())
}

/// The family as one town knows it.
struct Known3 {
    mother: PersonId,
    child: PersonId,
    younger: PersonId,
}

/// Hands the family over and scores the receiving town again.
pub(super) async fn one_family(
    app: &Arc<App>,
    towns: &[Town],
    truth: &Truth<'_>,
    before: &BTreeMap<String, scores::Scores>,
) -> anyhow::Result<Handed> {
    let find =
        |slug: &str| towns.iter().find(|town| town.slug == slug).with_context(|| format!("no town {slug}"));
    let (from, to) = (find(FROM)?, find(TO)?);
    let here = family(app, from, truth, truth.leaves).await?;
    let there = family(app, to, truth, truth.arrives).await?;
    let run_of =
        |town: &Town| before.get(&town.slug).map(|scores| scores.run).context("a town was not scored");
    let told_before = told(app, from, run_of(from)?, here.child).await?;
    let told_between = told(app, to, run_of(to)?, there.child).await?;
    let consents = consents(app, from, to.code, &here).await?;
    let id = send(app, from, to.code, &here, consents).await?;
    let (items, accepted) = take_in(app, to, id).await?;
    let closing = from.case_worker.ctx(Purpose::Handover);
    let closed = app.handover_close(&closing, id).await?;
    let again = scores::one(app, to).await?;
    let (name, grade, told_after) = child_told(app, to, again.run, there.child).await?;
    let lead = towns.iter().find(|town| town.code == closed.summary.lead).map(|town| town.name.clone());
    Ok(Handed {
        id,
        from: from.name.clone(),
        to: to.name.clone(),
        family: "母と子二人 / a mother and two children".to_owned(),
        items,
        accepted,
        waiting: items - accepted,
        lead: lead.unwrap_or_default(),
        children: vec![Child {
            person: there.child,
            token: to.case_worker.token.clone(),
            name,
            grade,
            before: told_before,
            between: told_between,
            after: told_after,
        }],
        kinship: kinship(app, towns).await?,
    })
}

async fn kinship(app: &Arc<App>, towns: &[Town]) -> anyhow::Result<BTreeMap<String, app::runs::Kinship>> {
    let mut all = BTreeMap::new();
    for town in towns {
        let ctx = town.manager.ctx(Purpose::DataQuality);
        all.insert(town.slug.clone(), app.kinship(&ctx).await?);
    }
    Ok(all)
}

async fn family(
    app: &Arc<App>,
    town: &Town,
    truth: &Truth<'_>,
    family: Option<(TownCode, Family)>,
) -> anyhow::Result<Known3> {
    let (code, family) = family.context("the made-up world has no family that moves")?;
    let ctx = town.case_worker.ctx(Purpose::Support);
    let of = async |at: usize| -> anyhow::Result<PersonId> {
        let person = truth.person(code, at).context("the family is not in the made-up world")?;
        let found = app.person_by_number(&ctx, &person.number).await?;
        Ok(found.as_ref().context("the family is not in the register")?.id)
    };
    Ok(Known3 {
        mother: of(family.mother).await?,
        child: of(family.child).await?,
        younger: of(family.younger).await?,
    })
}

async fn consents(
    app: &Arc<App>,
    from: &Town,
    receiver: TownCode,
    family: &Known3,
) -> anyhow::Result<Vec<ConsentId>> {
    let ctx = from.case_worker.ctx(Purpose::Handover);
    let mother = app.person(&ctx, family.mother).await?;
    let name = mother.identity.as_ref().and_then(Identity::full_name).unwrap_or_default();
    let mut given = Vec::new();
    for person in [family.mother, family.child, family.younger] {
        let giver = if person == family.mother {
            handover::consent::Giver::Subject
        } else {
            handover::consent::Giver::Representative(Representative {
                person: Some(family.mother),
                name: name.clone(),
                authority: Authority::DivorcedSole,
                evidence_seen: "戸籍全部事項証明書（架空）".to_owned(),
                second_holder: SecondHolder::None,
                own_view: Known::Present("一緒に行く学校の先生に知っていてほしい（架空）".to_owned()),
            })
        };
        let consent = app.consent_record(&ctx, new_consent(from, receiver, person, giver)?).await?;
        given.push(consent.0.id());
    }
    Ok(given)
}

fn new_consent(
    from: &Town,
    receiver: TownCode,
    person: PersonId,
    giver: handover::consent::Giver,
) -> anyhow::Result<NewConsent> {
    let today = jst_date(Utc::now());
    Ok(NewConsent {
        person,
        processing: Processing {
            privacy_notice: "引継ぎの説明書（例）第1版".to_owned(),
            language: "ja".to_owned(),
            purpose: Purpose::Handover,
            pii_information: CATEGORIES.iter().copied().collect(),
            recipient_third_parties: BTreeSet::from([receiver]),
            storage_locations: "転入先の町".to_owned(),
            retention_period: "転入先の町の保存期間による".to_owned(),
            jurisdiction: "JP".to_owned(),
            withdrawal_method: "町の子育て担当の窓口で、書面または口頭で".to_owned(),
        },
        controller: ORGAN.parse()?,
        controller_contact: format!("{}役場（架空） 000-0000-0000", from.name),
        giver,
        given_at: None,
        until: today.checked_add_days(Days::new(90)).unwrap_or(today),
    })
}

async fn send(
    app: &Arc<App>,
    from: &Town,
    receiver: TownCode,
    family: &Known3,
    consents: Vec<ConsentId>,
) -> anyhow::Result<HandoverId> {
    let subject = |person, role| Subject { person, role, categories: CATEGORIES.iter().copied().collect() };
    let terms = Terms {
        kind: Kind::Transfer,
        sender: ORGAN.parse()?,
        receiver: Organ { town: receiver, organ: ORGAN.parse()? },
        subjects: vec![
            subject(family.child, Role::Child),
            subject(family.mother, Role::Parent),
            subject(family.younger, Role::Sibling),
        ],
        consents,
        grounds: Grounds {
            article: "個人情報保護法69条2項1号（本人の同意）".to_owned(),
            necessity: "転入先での切れ目のない支援のため（架空）".to_owned(),
            family_told: FamilyTold::Told,
        },
    };
    let worker = &from.case_worker;
    let id = app.handover_draft(&at(worker), terms).await?.summary.id;
    app.handover_approve(&at(&from.approver), id, Approval::default()).await?;
    app.handover_offer(&at(worker), id).await?;
    Ok(id)
}

async fn take_in(app: &Arc<App>, to: &Town, id: HandoverId) -> anyhow::Result<(usize, usize)> {
    let worker = &to.case_worker;
    app.handover_acknowledge(&at(worker), id).await?;
    app.handover_accept(&at(worker), id).await?;
    let taken = app.handover_receive(&at(worker), id, &Taking::default()).await?;
    if taken.receipt.is_none() {
        bail!("the receiving town gave no receipt");
    }
    let content = app.handover_content(&at(worker), id).await?;
    let accepted = content.items.iter().filter(|item| item.decision == Some(ItemDecision::Accepted)).count();
    Ok((content.items.len(), accepted))
}

fn at(desk: &Desk) -> kernel::TownCtx {
    desk.ctx(Purpose::Handover)
}

async fn told(app: &Arc<App>, town: &Town, run: RunId, child: PersonId) -> anyhow::Result<String> {
    Ok(child_told(app, town, run, child).await?.2)
}

/// Name, grade and result of a child, as a person reads them.
async fn child_told(
    app: &Arc<App>,
    town: &Town,
    run: RunId,
    child: PersonId,
) -> anyhow::Result<(String, String, String)> {
    let ctx = town.case_worker.ctx(Purpose::Assessment);
    let candidate = app.candidate(&ctx, run, child).await?;
    let name = candidate.identity.as_ref().and_then(Identity::full_name).unwrap_or_default();
    let birth = candidate.identity.as_ref().and_then(|identity| identity.birth_date.value()?.day());
    let grade =
        birth.map(|birth| kernel::date::Grade::of(birth, ctx.today()).ja().to_string()).unwrap_or_default();
    let scored = &candidate.scored;
    let span = scored.interval.map_or_else(|| "–".to_owned(), |i| format!("[{}, {}]", i.low, i.high));
    let contact = scored.contact.map_or("–", rulebook::Contact::ja);
    Ok((name, grade, format!("{} {span}（相談のつながり {contact}）", scored.list.ja())))
}
