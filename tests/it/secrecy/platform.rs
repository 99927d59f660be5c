//! A town's own file, in its own encoding, through the whole platform: loaded, rejected in part, read,
//! scored, refused. Then everything at rest is searched, and what the process itself said.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use app::cases::{CaseStep, NewMember};
use app::entries::Change;
use app::exports::{Charset, Form, Writing};
use app::persons::PersonBrief;
use app::relations::{How, RelationSaid};
use app::runs::Verdict;
use encoding_rs::SHIFT_JIS;
use kernel::id::{CaseId, PersonId, RunId};
use kernel::{Grant, Purpose};
use linkage::kinship::{Certainty, RelationKind};
use testkit::towns::KAISEI;
use testkit::{TestApp, tenants};

use super::plant::Plant;
use super::search::{Canaries, a_moment_ago};

/// What the process logged.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<u8>>>);

impl Write for Said {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Said {
    /// Listens to everything this process logs, down to the driver's own words.
    fn listen() -> Self {
        let said = Self::default();
        let writer = said.clone();
        let listening = tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .try_init();
        assert!(listening.is_ok(), "no other test of this binary listens");
        said
    }
}

/// The register with one resident renamed to what was planted, and one line that must be rejected.
fn planted_register(register: &[u8], plant: &Plant) -> Vec<u8> {
    let text = SHIFT_JIS.decode(register).0.into_owned();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let header: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|column| column.trim_matches('"') == name).unwrap();
    let rename = |line: &str, values: &[(&str, &str)]| {
        let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        assert_eq!(cells.len(), header.len(), "a line without quoted commas");
        for (column, value) in values {
            cells[at(column)] = (*value).to_owned();
        }
        cells.join(",")
    };
    let kana = format!("{}　{}", plant.family_kana, plant.family_kana);
    lines[1] = rename(
        &lines[1],
        &[
            ("氏_日本人", &plant.family),
            ("名_日本人", &plant.given),
            ("氏名_振り仮名（フリガナ）", &kana),
            ("住所_町字番地号表記", &plant.address),
            ("電話番号", &plant.phone),
        ],
    );
    lines[2] = rename(&lines[2], &[("氏_日本人", &plant.queued), ("生年月日", &plant.raw)]);
    let text = lines.join("\r\n") + "\r\n";
    let (bytes, _, lossy) = SHIFT_JIS.encode(&text);
    assert!(!lossy);
    bytes.into_owned()
}

/// What a case worker records about somebody, each with the words planted.
async fn write_down(kaisei: &TestApp, run: RunId, [person, other]: [PersonId; 2], words: &str) {
    let worker = kaisei.desk(KAISEI, Grant::CaseWorker);
    let (app, ctx) = (&kaisei.app, worker.ctx(Purpose::Support));
    let on = ctx.today();
    let relation = RelationSaid {
        other,
        kind: RelationKind::OtherCarer,
        certainty: Certainty::Certain,
        how: How::Told,
        on,
        what: words.to_owned(),
        ended_on: None,
    };
    app.relation_record(&ctx, person, relation).await.unwrap();
    app.candidate_assess(&ctx, run, person, (Verdict::TooLow, words.to_owned())).await.unwrap();
    let lead = NewMember::Staff { staff: worker.staff, section: "mayor/kosodate".parse().unwrap() };
    let case = app.case_open(&ctx, person, on, words.to_owned(), lead).await.unwrap();
    let partner = NewMember::Partner { name: words.to_owned(), contact: None };
    let change = Change { version: 1, reason: words.to_owned() };
    let step = CaseStep::Add(partner, on);
    app.case_change(&ctx, person, CaseId::from_uuid(case.id), change, step).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_towns_file_through_the_whole_platform_leaves_nothing_in_clear() {
    let (since, said, plant) = (a_moment_ago(), Said::listen(), Plant::new());
    let kaisei = TestApp::open(&[KAISEI]).await;
    let as_of = kernel::ctx::jst_date(chrono::Utc::now());
    let files = tenants::files(&kaisei.cooperative, &[KAISEI], 400, as_of).remove(0).1;
    let mut loads = Vec::new();
    for file in files {
        let register = file.source.as_str() == "resident_register";
        let bytes = if register { planted_register(&file.bytes, &plant) } else { file.bytes };
        let row = kaisei.load(KAISEI, file.source.as_str(), file.as_of, &bytes).await;
        let row = row.unwrap_or_else(|fault| panic!("{}: {}", file.source, fault.detail(kernel::Lang::En)));
        loads.extend(register.then_some(row.id));
    }
    let holder = kaisei.ctx(KAISEI, &[Grant::Holder], Purpose::DataQuality);
    let rejects = kaisei.app.reject_list(&holder, loads[0], None, 10_000).await.unwrap();
    let raw = SHIFT_JIS.encode(&plant.raw).0;
    let kept = rejects.0.iter().any(|reject| reject.detail.raw.windows(raw.len()).any(|part| part == &*raw));
    assert!(kept, "the rejected line is kept, for the town");
    // A file that is refused as a whole, whose reason quotes it.
    let broken = [b"\xff\xfe".as_slice(), plant.raw.as_bytes()].concat();
    assert!(kaisei.load(KAISEI, "resident_register", as_of, &broken).await.is_err());
    let manager = kaisei.ctx(KAISEI, &[Grant::OverallManager], Purpose::Assessment);
    let (run, work) = kaisei.app.run_begin(&manager, &"young_carer".parse().unwrap(), None).await.unwrap();
    assert_eq!(kaisei.ended(KAISEI, work).await, "done");
    let worker = kaisei.desk(KAISEI, Grant::CaseWorker);
    let found = kaisei.app.person_list(&worker.ctx(Purpose::Support), None, 10_000).await.unwrap();
    let names = format!("{:?}", found.iter().filter_map(|p| p.identity.full_name()).collect::<Vec<_>>());
    assert!(names.contains(&plant.family), "the town itself reads it: {names}");
    write_down(&kaisei, run.id, [found[0].id, found[1].id], &plant.note).await;

    exported(&kaisei, run.id, &found, &plant).await;

    let canaries = Canaries::new(&plant.values());
    assert_eq!(canaries.sweep(&kaisei.db, since).await, BTreeSet::new());
    let said = said.0.lock().unwrap().clone();
    assert!(said.len() > 1000, "the process was heard");
    let mut hits = BTreeSet::new();
    canaries.find_in_dump("what the process said", &said, &mut hits);
    assert_eq!(hits, BTreeSet::new());
}

/// Exports everything that can be: the names are in the bytes that staff get, and in no file's name.
async fn exported(kaisei: &TestApp, run: RunId, people: &[PersonBrief], plant: &Plant) {
    let worker = kaisei.desk(KAISEI, Grant::CaseWorker).ctx(Purpose::Support);
    let planted = people.iter().find(|p| p.identity.family_name.value() == Some(&plant.family)).unwrap();
    let sheet = kaisei.app.export_sheet(&worker, planted.id).await.unwrap();
    assert!(String::from_utf8_lossy(&sheet.bytes).contains(&plant.family), "the sheet is about them");
    let mut names = vec![sheet.file_name.clone()];
    for form in [Form::Csv, Form::Xlsx] {
        for list in rulebook::List::ALL {
            let writing = Writing { form, charset: Charset::Cp932 };
            names.push(
                kaisei.app.export_candidates(&worker, run, list, writing).await.unwrap().file_name.clone(),
            );
        }
    }
    for name in names {
        assert!(name.is_ascii() && name.starts_with("tasuki-"), "{name}");
    }
}
