//! What is planted: names and values that exist nowhere else in the world. All of them are fictional.

use chrono::Utc;
use kernel::Known;
use kernel::id::StaffId;
use seal::TokenSecret;
use store::rows::link_task::{CandidateNote, LinkTaskBody};
use store::rows::pack::Whereabouts;
use store::rows::staff::{StaffKind, StaffRow};
use testkit::load::{Extra, Resident};

/// One run's canaries: made of random characters, so that no other run's are ever found.
pub struct Plant {
    /// 氏.
    pub family: String,
    /// 名.
    pub given: String,
    /// 氏（フリガナ）.
    pub family_kana: String,
    /// 宛名番号.
    pub number: String,
    /// 住所.
    pub address: String,
    /// 電話番号.
    pub phone: String,
    /// A consultation's note.
    pub note: String,
    /// A member of staff's name.
    pub staff: String,
    /// Only in lines that are rejected.
    pub raw: String,
    /// Only in records that wait for a human.
    pub queued: String,
    /// The secret of a token.
    pub token: TokenSecret,
}

const KANA: &str = "アガカギクゲコザシズセゾダヂツデドナニヌバパビピブプベペボポマミムメモヤユヨ";
/// Characters of JIS X 0208's first level, so that each has a CP932 form.
const KANJI: &str = "襷鷺澤渡邊齋藤鶴龍櫻瀧廣澁濱檜鵜鴨鷲蓬蘭蕨菫萩葵藍梓椿楓柊榎樫槙桂桐";

/// A word that is nowhere else, of characters that a Japanese text has.
pub fn word() -> String {
    random(KANJI, 7)
}

fn random(alphabet: &str, length: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let bytes: [u8; 64] = seal::random::array();
    bytes.iter().take(length).map(|byte| letters[usize::from(*byte) % letters.len()]).collect()
}

impl Plant {
    pub fn new() -> Self {
        Self {
            family: random(KANJI, 5),
            given: random(KANJI, 5),
            family_kana: random(KANA, 9),
            number: random("0123456789", 15),
            address: format!("字{}", random(KANJI, 6)),
            phone: random("0123456789", 16),
            note: random(KANA, 12),
            staff: random(KANJI, 6),
            raw: random(KANA, 11),
            queued: random(KANJI, 6),
            token: TokenSecret::generate(),
        }
    }

    /// All of them.
    pub fn values(&self) -> Vec<String> {
        let token = self.token.expose().to_string();
        [
            &self.family,
            &self.given,
            &self.family_kana,
            &self.number,
            &self.address,
            &self.phone,
            &self.note,
            &self.staff,
            &self.raw,
            &self.queued,
            &token,
        ]
        .map(Clone::clone)
        .to_vec()
    }

    /// Somebody who is known by nothing else.
    pub fn resident(&self) -> Resident {
        let mut resident = Resident::named(&self.family, &self.given);
        resident.identity.family_kana = Known::Present(self.family_kana.clone());
        resident.identity.local_id = Known::Present(self.number.clone());
        resident.identity.household_no = Known::Present(self.number.clone());
        resident.whereabouts = Whereabouts {
            postal_code: None,
            address: Some(self.address.clone()),
            phone: Some(self.phone.clone()),
        };
        // Long enough that it is compressed or moved out of line if it were not sealed.
        resident.note = format!("{} ", self.note).repeat(400);
        resident
    }

    /// A file, a rejected line and a record that waits, full of them.
    pub fn extra(&self) -> Extra {
        let line = format!("{},{},{}\r\n", self.number, self.raw, self.family);
        let raw = encoding_rs::SHIFT_JIS.encode(&line).0.into_owned();
        let mut identity = self.resident().identity;
        identity.family_name = Known::Present(self.queued.clone());
        let candidates = vec![CandidateNote {
            person: kernel::id::PersonId::new(),
            reason_ja: format!("氏名が {} に似る", self.family),
            reason_en: "a similar name".to_owned(),
        }];
        let task = LinkTaskBody {
            role: "person".to_owned(),
            identity,
            observations: Vec::new(),
            candidates,
            reason_ja: format!("{} が二人", self.queued),
            reason_en: "two of that name".to_owned(),
        };
        Extra { file: raw.repeat(300), rejects: vec![raw], tasks: vec![task] }
    }

    /// As [`Self::extra`], of several.
    pub fn extra_of(plants: &[Self]) -> Extra {
        plants.iter().map(Self::extra).fold(Extra::default(), |mut all, one| {
            all.file.extend(one.file);
            all.rejects.extend(one.rejects);
            all.tasks.extend(one.tasks);
            all
        })
    }

    /// A member of staff.
    pub fn staff_row(&self) -> StaffRow {
        StaffRow {
            id: StaffId::new(),
            kind: StaffKind::Member,
            number: Some(self.number.clone()),
            name: self.staff.clone(),
            created_at: Utc::now(),
            left_at: None,
        }
    }
}
