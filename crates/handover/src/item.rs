//! What travels: facts with where they came from, and who they are about. Never a score: the receiver scores
//! again under its own overlay.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use evidence::Blinding;
use kernel::id::{HandoverItemId, PersonId};
use kernel::{
    Absence, Category, Code, Digest, Fault, Identity, Known, Observation, SectionCode, SourceCode, canonical,
};
use serde::{Deserialize, Serialize};

kernel::words! {
    /// Whose record it is, seen from the child the handover is about.
    Role {
        /// 本人（子ども）.
        Child = "child", "本人" / "child";
        /// 保護者.
        Parent = "parent", "保護者" / "parent";
        /// きょうだい.
        Sibling = "sibling", "きょうだい" / "sibling";
        /// その他の養育者.
        OtherCarer = "other_carer", "その他の養育者" / "other carer";
    }
}

/// One data subject of a handover.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traveller {
    /// The sender's id; the receiver links the person to its own.
    pub person: PersonId,
    /// In what role.
    pub role: Role,
    /// What the receiver needs to know them by.
    pub identity: Identity,
}

impl Traveller {
    /// A data subject, with names, kana, birth date and sex only: what linking needs. Whereabouts, telephone and
    /// the sender's own numbers stay behind as `not_shared`.
    #[must_use]
    pub fn new(person: PersonId, role: Role, known: &Identity) -> Self {
        let identity = Identity {
            family_name: known.family_name.clone(),
            given_name: known.given_name.clone(),
            family_kana: known.family_kana.clone(),
            given_kana: known.given_kana.clone(),
            birth_date: known.birth_date.clone(),
            sex: known.sex.clone(),
            local_id: kept(),
            household_no: kept(),
            relation_to_head: kept(),
            postal_code: kept(),
            address: kept(),
            phone: kept(),
            status: kept(),
            resident_since: kept(),
            moved_out_on: kept(),
            moved_in_from: kept(),
        };
        Self { person, role, identity }
    }
}

fn kept<T>() -> Known<T> {
    Known::Absent(Absence::NotShared)
}

/// One item: what one source says of one subject in one category.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The item's id in this handover; decisions name it.
    pub id: HandoverItemId,
    /// About whom.
    pub subject: PersonId,
    /// 分類.
    pub category: Category,
    /// 連携元 in the sending town.
    pub source: SourceCode,
    /// Its name as staff say it.
    pub source_name: String,
    /// 保有課.
    pub holder: SectionCode,
    /// Its name.
    pub holder_name: String,
    /// The day as of which the source was last taken in.
    pub as_of: NaiveDate,
    /// The facts, each with its own time.
    pub observations: Vec<Observation>,
}

impl Item {
    /// Names this very item to those who know the package's salt, and tells others nothing.
    ///
    /// # Errors
    /// `invalid_value` when a number in it is beyond what JSON keeps exactly.
    pub fn digest(&self, salt: &Blinding) -> Result<Digest, Fault> {
        Ok(salt.commit(&canonical_bytes(self)?))
    }
}

/// Canonical bytes of something that travels.
pub(crate) fn canonical_bytes(value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    canonical::to_vec(value).map_err(|_| {
        Fault::new(Code::InvalidValue).with("name", "number").with_words(
            "why",
            "±(2^53−1) の外の数は引き継げません",
            "a number beyond 2^53 - 1 cannot travel",
        )
    })
}

/// The inside of a package.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// Keeps item digests from being guessed.
    pub(crate) salt: Blinding,
    pub(crate) persons: Vec<Traveller>,
    pub(crate) items: Vec<Item>,
}

impl Body {
    /// Puts persons and items together.
    ///
    /// # Errors
    /// `nothing_to_hand_over` without an item, `invalid_value` when a person or item comes twice, an item's
    /// subject is not among the persons, or an item is a score or assessment.
    pub fn new(persons: Vec<Traveller>, items: Vec<Item>) -> Result<Self, Fault> {
        if items.is_empty() {
            return Err(Code::NothingToHandOver.into());
        }
        let body = Self { salt: Blinding::generate(), persons, items };
        body.sound()?;
        Ok(body)
    }

    /// The data subjects.
    #[must_use]
    pub fn persons(&self) -> &[Traveller] {
        &self.persons
    }

    /// The items.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Each item's id and digest, in order.
    pub(crate) fn digests(&self) -> Result<Vec<(HandoverItemId, Digest)>, Fault> {
        self.items.iter().map(|item| Ok((item.id, item.digest(&self.salt)?))).collect()
    }

    pub(crate) fn sound(&self) -> Result<(), Fault> {
        let persons: BTreeSet<_> = self.persons.iter().map(|traveller| traveller.person).collect();
        if persons.len() != self.persons.len() {
            return Err(unsound("/persons", "同じ人が二度あります", "a person comes twice"));
        }
        let items: BTreeSet<_> = self.items.iter().map(|item| item.id).collect();
        if items.len() != self.items.len() {
            return Err(unsound("/items", "同じ項目が二度あります", "an item comes twice"));
        }
        if !self.items.iter().all(|item| persons.contains(&item.subject)) {
            return Err(unsound(
                "/items",
                "対象者にない人の項目があります",
                "an item is about nobody in the package",
            ));
        }
        if self.items.iter().any(|item| item.category == Category::Assessment) {
            return Err(unsound("/items", "判定は引き継ぎません", "scores and assessments do not travel"));
        }
        Ok(())
    }
}

fn unsound(pointer: &str, ja: &str, en: &str) -> Fault {
    Fault::new(Code::InvalidValue).with("name", "引継ぎデータ").with_words("why", ja, en).at_pointer(pointer)
}

macro_rules! silent {
    ($($name:ident),+) => {$(
        /// It says something about someone: its `Debug` says nothing.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )+};
}

silent!(Traveller, Item, Body);
