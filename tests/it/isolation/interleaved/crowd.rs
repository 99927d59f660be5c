//! Towns whose every name carries the town's own mark, and what their staff ask for.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;
use kernel::Grant;
use serde_json::json;
use testkit::TestApp;
use testkit::load::{Extra, Resident, load};
use uuid::Uuid;

use super::wire::Request;

/// Residents of each town: one page of a list.
const RESIDENTS: usize = 30;

/// Characters that no other text of a test has; a town's mark is two of them.
const LEFT: &str = "鷺鶴鴨鷲鵜鳩雁鶯燕雉鶉鵯鴎鷹梟";
const RIGHT: &str = "蓬蕨萩葵藍楓柊樫槙桐椿梓菫蓮芹";

/// One town.
#[derive(Debug, Clone)]
pub struct Town {
    /// Code.
    pub code: String,
    /// What its names carry and no other town's do.
    pub mark: String,
    /// A token with every grant.
    pub token: String,
    /// Its residents' ids.
    pub persons: Vec<String>,
    /// A section of it.
    pub section: String,
}

/// Admits these towns, each with marked residents.
pub async fn gather(platform: &TestApp, codes: &[&str]) -> Vec<Town> {
    let mut towns = Vec::new();
    for (nth, code) in codes.iter().enumerate() {
        let mark: String = [LEFT, RIGHT].iter().filter_map(|letters| letters.chars().nth(nth)).collect();
        let given = |at: usize| format!("{mark}{at}");
        let residents: Vec<Resident> =
            (0..RESIDENTS).map(|at| Resident::named(&format!("架空{mark}"), &given(at))).collect();
        let town = testkit::towns::code(code);
        load(&platform.db.towns(), town, "resident_register", &residents, &Extra::default()).await.unwrap();
        let token = platform.hire(code, "架空 全権", Grant::ALL).await.token;
        let profile = platform.cooperative.town(town).unwrap();
        let section = profile.sections[0].code.to_string();
        let persons = residents.iter().map(|resident| resident.person.to_string()).collect();
        towns.push(Town { code: (*code).to_owned(), mark, token, persons, section });
    }
    towns
}

/// Finds any town's marks and residents in an answer.
pub struct Finder {
    search: AhoCorasick,
    /// Whose each pattern is.
    owners: Vec<String>,
}

impl Finder {
    /// Knows these towns.
    pub fn new(towns: &[Town]) -> Self {
        let known = || {
            towns.iter().flat_map(|town| {
                town.persons.iter().chain([&town.mark]).map(|pattern| (pattern, town.code.clone()))
            })
        };
        let search = AhoCorasick::new(known().map(|(pattern, _)| pattern)).unwrap();
        Self { search, owners: known().map(|(_, owner)| owner).collect() }
    }

    /// How often each town is found.
    pub fn whose(&self, bytes: &[u8]) -> BTreeMap<&str, usize> {
        let mut found = BTreeMap::new();
        for hit in self.search.find_iter(bytes) {
            *found.entry(self.owners[hit.pattern().as_usize()].as_str()).or_default() += 1;
        }
        found
    }
}

/// Chance that is the same in every run.
#[derive(Debug, Clone)]
pub struct Chance(pub u64);

impl Chance {
    /// A number below `limit`: splitmix64 (Steele, Lea, Flood 2014).
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let limit = u64::try_from(limit).unwrap().max(1);
        usize::try_from((z ^ (z >> 31)) % limit).unwrap()
    }
}

/// The reads; `{own}` is a resident of the town that asks.
const READS: &[&str] = &[
    "persons?limit=50",
    "persons?name=%E6%9E%B6%E7%A9%BA&limit=50",
    "persons/{own}",
    "persons/{own}",
    "persons/{own}/timeline",
    "persons/{own}/relations",
    "persons/{own}/watch-notes",
    "persons/{own}/accesses?limit=20",
    "persons/{own}/retention",
    "staff?limit=50",
    "tokens?limit=50",
    "loads",
    "handovers",
    "link-tasks",
    "protections",
    "profile",
];

/// A note about one of a town's residents, which carries the town's mark.
pub fn write(town: &Town, about: usize) -> Request {
    let body = json!({
        "seen_on": "2026-04-01", "text": format!("{}の記録（架空）", town.mark), "section": town.section
    });
    Request {
        method: "POST",
        path: format!("/api/v1/persons/{}/watch-notes", town.persons[about]),
        token: town.token.clone(),
        headers: String::new(),
        body: Some(body.to_string()),
    }
}

/// What one of the town's staff asks next, and the status it must have. One in ten asks for another
/// town's resident; one in three writes.
pub fn next(towns: &[Town], at: usize, chance: &mut Chance) -> (Request, u16) {
    let town = &towns[at];
    let own = town.persons[chance.below(town.persons.len())].clone();
    let ask = |method, path: String, body: Option<serde_json::Value>| Request {
        method,
        path: format!("/api/v1/{path}"),
        token: town.token.clone(),
        headers: String::new(),
        body: body.map(|body| body.to_string()),
    };
    match chance.below(30) {
        0..3 => {
            let other = &towns[(at + 1 + chance.below(towns.len() - 1)) % towns.len()];
            let theirs = &other.persons[chance.below(other.persons.len())];
            (ask("GET", format!("persons/{theirs}"), None), 404)
        }
        3..8 => {
            let mut request = write(town, chance.below(town.persons.len()));
            if chance.below(2) == 0 {
                request.headers = format!("Idempotency-Key: {}\r\n", Uuid::now_v7());
            }
            (request, 201)
        }
        8..12 => {
            let body =
                json!({"section": town.section, "name": format!("架空 {}", town.mark), "grants": ["holder"]});
            (ask("POST", "staff".to_owned(), Some(body)), 201)
        }
        _ => (ask("GET", READS[chance.below(READS.len())].replace("{own}", &own), None), 200),
    }
}
