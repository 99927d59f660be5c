//! Completed handovers a second: families of four with twenty items, from each of five towns to the
//! next, several under way at once, every step a use case with its commit, leaf and access rows.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use app::App;
use app::consents::NewConsent;
use app::handovers::{Approval, Subject, Taking, Terms};
use app::rows::ItemDecision;
use chrono::Days;
use handover::basis::FamilyTold;
use handover::consent::{Authority, Giver, Processing, Representative, SecondHolder};
use handover::item::Role;
use handover::{Grounds, Kind, Organ, State};
use kernel::id::{ConsentId, HandoverId, PersonId};
use kernel::{Category, Known, Purpose, TownCode, TownCtx};
use tokio::task::JoinSet;

use crate::figure::{Bar, Figure, Peer, number};
use crate::world::people::People;
use crate::world::{Desk, RECORDS, Town, World};

/// Handovers under way at once from each town.
const AT_ONCE: usize = 6;

/// Completed handovers a second at least (issue 2).
const BAR: f64 = 30.0;

/// Items of each handover: four persons, five sources.
const ITEMS: usize = 20;

/// The organ that hands over and receives.
const ORGAN: &str = "mayor";

/// What travels.
const CATEGORIES: [Category; 3] = [Category::Allowance, Category::Consultation, Category::SchoolHealth];

/// How often committed leaves are placed while the benchmark runs, as a server does.
const SEQUENCE_EVERY: Duration = Duration::from_millis(900);

/// One handover that is to happen.
#[derive(Clone)]
struct Errand {
    from: TownCode,
    to: TownCode,
    sender: Desk,
    approver: Desk,
    receiver: Desk,
    /// Mother, then the children.
    family: [PersonId; 4],
    consents: Vec<ConsentId>,
}

/// One handover that has happened.
struct Done {
    id: HandoverId,
    receiver: Desk,
    took: Duration,
}

/// Hands `families` families over from each town to the next.
///
/// # Errors
/// When a step is refused, or one handover does not take all of its items in.
pub async fn run(world: &World, people: &People, families: usize) -> anyhow::Result<Vec<Figure>> {
    let per_town = prepare(world, people, families).await?;
    let sequencing = tokio::spawn(sequence(Arc::clone(&world.app)));
    let began = Instant::now();
    let mut under_way = JoinSet::new();
    for errands in per_town {
        for lane in 0..AT_ONCE {
            let errands: Vec<Errand> = errands.iter().skip(lane).step_by(AT_ONCE).cloned().collect();
            under_way.spawn(one_after_the_other(Arc::clone(&world.app), errands));
        }
    }
    let mut done: Vec<Done> = Vec::new();
    while let Some(lane) = under_way.join_next().await {
        done.extend(lane??);
    }
    let elapsed = began.elapsed();
    sequencing.abort();
    for one in &done {
        taken_in(&world.app, one).await?;
    }
    let mut took: Vec<Duration> = done.iter().map(|one| one.took).collect();
    took.sort_unstable();
    let middle = took.get(took.len() / 2).copied().unwrap_or_default();
    Ok(vec![Figure {
        name: "handover",
        unit: "handovers/s",
        ours: number(took.len()) / elapsed.as_secs_f64(),
        peer: Peer::None,
        bar: Bar::AtLeast(BAR),
        n: took.len(),
        notes: vec![format!(
            "{ITEMS} items each, {} under way at once between {} towns; from draft to completion {:.0} ms in the middle",
            AT_ONCE * world.five().len(),
            world.five().len(),
            middle.as_secs_f64() * 1e3
        )],
    }])
}

async fn sequence(app: Arc<App>) {
    let mut tick = tokio::time::interval(SEQUENCE_EVERY);
    loop {
        tick.tick().await;
        if let Err(fault) = app.evidence_sequence().await {
            tracing::error!(code = %fault, "evidence could not be placed");
        }
    }
}

/// Loads the families' records and records their consents, for every town.
async fn prepare(world: &World, people: &People, families: usize) -> anyhow::Result<Vec<Vec<Errand>>> {
    let five = world.five();
    let mut all = JoinSet::new();
    for (nth, from) in five.iter().enumerate() {
        let to = five.get((nth + 1) % five.len()).context("there is no next town")?;
        let leaving: Vec<[usize; 4]> =
            people.families.iter().skip(nth).step_by(five.len()).take(families).copied().collect();
        if leaving.len() < families {
            bail!(
                "{families} families a town need more residents: there are {} families",
                people.families.len()
            );
        }
        for (source, ..) in RECORDS {
            let layout = &from.source(source)?.layout;
            let bytes = people.records(layout, leaving.iter().flatten().copied())?;
            world.load(from, source, &bytes).await?;
        }
        let known = known(world, from, people).await?;
        let errands: Vec<Errand> = leaving
            .iter()
            .map(|family| errand(from, to, family.map(|place| known.get(place).copied())))
            .collect::<anyhow::Result<_>>()?;
        let app = Arc::clone(&world.app);
        all.spawn(async move { (nth, with_consents(&app, errands).await) });
    }
    let mut ready = Vec::new();
    while let Some(done) = all.join_next().await {
        let (nth, errands) = done?;
        ready.push((nth, errands?));
    }
    ready.sort_by_key(|(nth, _)| *nth);
    Ok(ready.into_iter().map(|(_, errands)| errands).collect())
}

/// The persons of a town in the order of the register: ids of one load rise with its lines.
async fn known(world: &World, town: &Town, people: &People) -> anyhow::Result<Vec<PersonId>> {
    let known = world.everybody(town).await?;
    if known.len() != people.residents.len() {
        bail!("the town knows {} persons, not {}", known.len(), people.residents.len());
    }
    Ok(known)
}

fn errand(from: &Town, to: &Town, family: [Option<PersonId>; 4]) -> anyhow::Result<Errand> {
    let [Some(mother), Some(first), Some(second), Some(third)] = family else {
        bail!("a family is not in the register");
    };
    Ok(Errand {
        from: from.code,
        to: to.code,
        sender: from.desks.worker.clone(),
        approver: from.desks.approver.clone(),
        receiver: to.desks.worker.clone(),
        family: [mother, first, second, third],
        consents: Vec::new(),
    })
}

async fn with_consents(app: &App, mut errands: Vec<Errand>) -> anyhow::Result<Vec<Errand>> {
    for errand in &mut errands {
        let [mother, ..] = errand.family;
        for person in errand.family {
            let ctx = at(&errand.sender);
            let consent = app.consent_record(&ctx, consent(&ctx, errand.to, person, mother)?).await?;
            errand.consents.push(consent.0.id());
        }
    }
    Ok(errands)
}

fn consent(
    ctx: &TownCtx,
    receiver: TownCode,
    person: PersonId,
    mother: PersonId,
) -> anyhow::Result<NewConsent> {
    let giver = if person == mother {
        Giver::Subject
    } else {
        Giver::Representative(Representative {
            person: Some(mother),
            name: "架空　母".to_owned(),
            authority: Authority::DivorcedSole,
            evidence_seen: "戸籍全部事項証明書（架空）".to_owned(),
            second_holder: SecondHolder::None,
            own_view: Known::Present("（架空）".to_owned()),
        })
    };
    let today = ctx.today();
    Ok(NewConsent {
        person,
        processing: Processing {
            privacy_notice: "引継ぎの説明書（例）第1版".to_owned(),
            language: "ja".to_owned(),
            purpose: Purpose::Handover,
            pii_information: CATEGORIES.into_iter().collect(),
            recipient_third_parties: BTreeSet::from([receiver]),
            storage_locations: "転入先の町".to_owned(),
            retention_period: "転入先の町の保存期間による".to_owned(),
            jurisdiction: "JP".to_owned(),
            withdrawal_method: "町の窓口で".to_owned(),
        },
        controller: ORGAN.parse()?,
        controller_contact: "架空の町役場 000-0000-0000".to_owned(),
        giver,
        given_at: None,
        until: today.checked_add_days(Days::new(90)).unwrap_or(today),
    })
}

async fn one_after_the_other(app: Arc<App>, errands: Vec<Errand>) -> anyhow::Result<Vec<Done>> {
    let mut done = Vec::with_capacity(errands.len());
    for errand in errands {
        let (began, receiver) = (Instant::now(), errand.receiver.clone());
        let id = hand_over(&app, errand).await?;
        done.push(Done { id, receiver, took: began.elapsed() });
    }
    Ok(done)
}

/// One handover from its draft to its completion.
async fn hand_over(app: &App, errand: Errand) -> anyhow::Result<HandoverId> {
    let from = errand.from;
    let (sender, approver, receiver) =
        (errand.sender.clone(), errand.approver.clone(), errand.receiver.clone());
    let id = app.handover_draft(&at(&sender), terms(errand)?).await?.summary.id;
    app.handover_approve(&at(&approver), id, Approval::default()).await?;
    app.handover_offer(&at(&sender), id).await?;
    app.handover_acknowledge(&at(&receiver), id).await?;
    app.handover_accept(&at(&receiver), id).await?;
    app.handover_receive(&at(&receiver), id, &Taking::default()).await?;
    let closed = app.handover_close(&at(&sender), id).await?;
    if closed.summary.state != State::Completed || closed.summary.lead == from {
        bail!("{id} is {}", closed.summary.state.as_str());
    }
    Ok(id)
}

fn terms(errand: Errand) -> anyhow::Result<Terms> {
    let [mother, child, ..] = errand.family;
    let role = |person: PersonId| match person {
        person if person == mother => Role::Parent,
        person if person == child => Role::Child,
        _ => Role::Sibling,
    };
    let categories: BTreeSet<Category> = CATEGORIES.into_iter().collect();
    let subject = |person: PersonId| Subject { person, role: role(person), categories: categories.clone() };
    Ok(Terms {
        kind: Kind::Transfer,
        sender: ORGAN.parse()?,
        receiver: Organ { town: errand.to, organ: ORGAN.parse()? },
        subjects: errand.family.into_iter().map(subject).collect(),
        consents: errand.consents,
        grounds: Grounds {
            article: "個人情報保護法69条2項1号（本人の同意）".to_owned(),
            necessity: "性能測定（架空）".to_owned(),
            family_told: FamilyTold::Told,
        },
    })
}

/// Looks, outside the time that is measured, whether a handover's items were all taken in.
async fn taken_in(app: &App, done: &Done) -> anyhow::Result<()> {
    let id = done.id;
    let content = app.handover_content(&at(&done.receiver), id).await?;
    let accepted = content.items.iter().filter(|item| item.decision == Some(ItemDecision::Accepted)).count();
    if (content.items.len(), accepted) != (ITEMS, ITEMS) {
        bail!("{id}: of {} items {accepted} were accepted, not {ITEMS}", content.items.len());
    }
    Ok(())
}

fn at(desk: &Desk) -> TownCtx {
    desk.ctx(Purpose::Handover)
}
