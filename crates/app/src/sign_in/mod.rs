//! サインイン: from a 職員番号 and a password to a token that lasts half an hour and can be prolonged through the
//! working day. Unknown town, unknown number, wrong password and somebody who has left are answered alike and
//! after the same work.

mod change;
mod hashing;
mod password;
mod throttle;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use evidence::Act;
use kernel::ctx::jst_date;
use kernel::id::{RequestId, StaffId, TokenId};
use kernel::{Code, Fault, Grant, Grants, TownCode, TownCtx};
use seal::{PasswordHash, SetupCode, TokenSecret};
use store::rows::credential::{Account, Failures};
use store::rows::posting::allowed;
use store::rows::staff::StaffKind;
use store::rows::token::{TokenKind, TokenRow};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{internal, store};
use crate::staff::{StaffView, plain_number, view};
use crate::tokens::{NewToken, secret_of};
use crate::{App, Result, auth, leaf};

pub use password::Password;

/// How long a sign-in's token holds unless it is prolonged.
const HOLDS: TimeDelta = TimeDelta::minutes(30);

/// How long after the sign-in it can be prolonged: a long working day.
const DAY: TimeDelta = TimeDelta::hours(12);

/// How long a set-up code waits.
const CODE_HOLDS: TimeDelta = TimeDelta::hours(24);

/// After how long failures with a number are forgotten.
const FAILURES_KEPT: TimeDelta = TimeDelta::days(30);

/// Sign-ins of a town under way at once: one is hashed while another writes. A hundred that all wrote before the first
/// was hashed would take both cores, a town's connections and the steps of its chain from those who read.
const AT_ONCE: usize = 2;

/// What keeps guessers slow and everybody else fast.
#[derive(Default)]
pub(crate) struct Doorkeeper {
    addresses: throttle::Addresses,
    hashing: hashing::Hashing,
    /// Of each member: where one town's acts wait for a lock, the others sign in.
    under_way: Mutex<HashMap<TownCode, Arc<Semaphore>>>,
}

impl Doorkeeper {
    /// A turn of a member; its others wait here, where they hold nothing and hold up nobody who reads.
    async fn turn(&self, town: TownCode) -> Result<OwnedSemaphorePermit> {
        let turns = {
            // A map of turns is whole whatever happened to whoever held it.
            let mut all = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry(town).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
        };
        turns.acquire_owned().await.map_err(|_| internal("the door is closed"))
    }
}

/// Who somebody says they are, before anyone is believed.
#[derive(Debug, Clone, Copy)]
pub struct Claimant<'a> {
    /// 全国地方公共団体コード.
    pub town: &'a str,
    /// 職員番号.
    pub number: &'a str,
    /// Where the request came from.
    pub address: IpAddr,
    /// Now.
    pub now: DateTime<Utc>,
    /// From header to log.
    pub request: RequestId,
}

impl Claimant<'_> {
    fn ctx(&self, town: TownCode, staff: StaffId) -> TownCtx {
        let grants = Grants::default();
        TownCtx { town, staff, grants, purpose: None, now: self.now, request: self.request }
    }
}

/// Somebody who has signed in.
pub struct SignedIn {
    /// Their token, with its secret.
    pub token: NewToken,
    /// What their postings allow today.
    pub grants: Grants,
}

/// A code just made.
pub struct NewSetupCode {
    /// The code: shown once.
    pub code: String,
    /// Until when it holds.
    pub expires_at: DateTime<Utc>,
}

impl App {
    /// Signs somebody in.
    ///
    /// # Errors
    /// `sign_in_refused`, whatever the reason; `sign_in_throttled` after too many failures of the account or
    /// the address.
    pub async fn sign_in(&self, who: &Claimant<'_>, password: &Password) -> Result<SignedIn> {
        self.doorkeeper.addresses.take(who.address, who.now)?;
        let member = self.claimed(who.town).await?;
        let _turn = match member {
            Some(town) => Some(self.doorkeeper.turn(town).await?),
            None => None,
        };
        let found = match member {
            Some(town) => self.attempt(town, who.number, who.now).await?.map(|account| (town, account)),
            None => None,
        };
        let is_right = self.is_password_of(found.as_ref().map(|(_, account)| account), password).await?;
        let Some((town, account)) = found.filter(|_| is_right) else {
            return Err(Fault::new(Code::SignInRefused));
        };
        let signed_in = self.let_in(town, &account, who).await?;
        self.doorkeeper.addresses.give_back(who.address);
        Ok(signed_in)
    }

    /// The town somebody names, if it is a member.
    async fn claimed(&self, town: &str) -> Result<Option<TownCode>> {
        let Ok(town) = town.parse() else { return Ok(None) };
        Ok(self.is_member(town).await?.then_some(town))
    }

    /// Counts an attempt as failed before it is judged, so that a hundred at once are a hundred; then the
    /// account, if there is one.
    async fn attempt(&self, town: TownCode, number: &str, now: DateTime<Utc>) -> Result<Option<Account>> {
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        let Some(index) = tx.staff_number_index(&plain_number(number)) else { return Ok(None) };
        let failures = tx.failures_hold(&index, now).await.map_err(store)?;
        if let Some(wait) = throttle::wait(failures, now) {
            return Err(throttle::throttled(wait));
        }
        let counted = Failures { count: failures.count.saturating_add(1), last_at: now };
        tx.failures_put(&index, counted).await.map_err(store)?;
        let account = tx.account(&index).await.map_err(store)?;
        tx.commit_bookkeeping().await.map_err(store)?;
        Ok(account)
    }

    /// Whether a password is the account's, after the same work where there is no account or no password.
    async fn is_password_of(&self, account: Option<&Account>, password: &Password) -> Result<bool> {
        let hash = match account.and_then(|account| account.password.as_ref()) {
            Some(kept) => {
                PasswordHash::from_bytes(kept).map_err(|_| internal("a kept password is no hash"))?
            }
            None => PasswordHash::nobodys(),
        };
        let typed = Password::read(password.as_str());
        self.slowly(move || hash.verifies(typed.as_str())).await
    }

    /// A password as it is kept.
    async fn hashed(&self, password: &Password) -> Result<PasswordHash> {
        let typed = Password::read(password.as_str());
        let hash = self.slowly(move || PasswordHash::of(typed.as_str())).await?;
        hash.map_err(|_| internal("a password could not be hashed"))
    }

    async fn let_in(&self, town: TownCode, account: &Account, who: &Claimant<'_>) -> Result<SignedIn> {
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        let postings = tx.posting_list(Some(account.staff)).await.map_err(store)?;
        let grants = allowed(&postings, jst_date(who.now));
        if grants.is_empty() {
            return Err(Fault::new(Code::SignInRefused));
        }
        if let Some(index) = tx.staff_number_index(&plain_number(who.number)) {
            tx.failures_forget(&index, who.now - FAILURES_KEPT).await.map_err(store)?;
        }
        let secret = TokenSecret::generate();
        let row = TokenRow {
            id: TokenId::new(),
            kind: TokenKind::SignIn,
            staff: account.staff,
            // The postings alone decide, also when they change at midnight.
            grants: Grant::ALL.iter().copied().collect(),
            created_at: who.now,
            expires_at: who.now + HOLDS,
            renewable_until: Some(who.now + DAY),
            revoked_at: None,
        };
        tx.token_insert(&row, &secret.hash()).await.map_err(store)?;
        let ctx = who.ctx(town, account.staff);
        tx.commit(leaf::of(&ctx, Act::SignedIn, vec![account.staff.into(), row.id.into()], &())?)
            .await
            .map_err(store)?;
        Ok(SignedIn { token: NewToken::new(row, town, &secret), grants })
    }

    /// Makes a slow hash beside the threads that answer requests, when they have nothing to do.
    async fn slowly<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.doorkeeper.hashing.run(work).await.ok_or_else(|| internal("a hash was cut off"))
    }

    /// Prolongs the sign-in whose token this is, by another half hour and never beyond the day.
    ///
    /// # Errors
    /// `sign_in_not_renewable` for a token that did not come from a sign-in.
    pub async fn sign_in_renew(&self, ctx: &TownCtx, token: &str) -> Result<TokenRow> {
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let row = tx.token_by_secret(&secret_of(token)?.hash()).await.map_err(store)?;
        let mut row = row.ok_or_else(|| Fault::new(Code::Unauthenticated))?;
        let until = row.renewable_until.ok_or_else(|| Fault::new(Code::SignInNotRenewable))?;
        row.expires_at = (ctx.now + HOLDS).min(until).max(row.expires_at);
        tx.token_prolong(row.id, row.expires_at).await.map_err(store)?;
        tx.commit(leaf::of(ctx, Act::SignInRenewed, vec![row.id.into()], &())?).await.map_err(store)?;
        Ok(row)
    }

    /// Signs out: the token of the request is refused from the next one on, whatever it came from.
    ///
    /// # Errors
    /// A fault when the database refuses.
    pub async fn sign_out(&self, ctx: &TownCtx, token: &str) -> Result<()> {
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let row = tx.token_by_secret(&secret_of(token)?.hash()).await.map_err(store)?;
        let row = row.ok_or_else(|| Fault::new(Code::Unauthenticated))?;
        tx.token_revoke(row.id, ctx.now).await.map_err(store)?;
        tx.commit(leaf::of(ctx, Act::TokenRevoked, vec![row.id.into()], &())?).await.map_err(store)
    }

    /// Issues a one-time code with which somebody sets a password: for a new account, a forgotten password and
    /// a lost token alike. An earlier code holds no longer; password and tokens go on until it is used.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator, `staff_not_found`, `account_without_sign_in`.
    pub async fn setup_code_issue(&self, ctx: &TownCtx, staff: StaffId) -> Result<NewSetupCode> {
        auth::require(ctx, Grant::TownAdmin)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let row = view(&mut tx, staff).await?.row;
        if row.kind == StaffKind::Service || row.number.is_none() || row.left_at.is_some() {
            return Err(Fault::new(Code::AccountWithoutSignIn));
        }
        let (code, expires_at) = (SetupCode::generate(), ctx.now + CODE_HOLDS);
        tx.setup_code_put(staff, &code.hash(), expires_at).await.map_err(store)?;
        tx.commit(leaf::of(ctx, Act::SetupCodeIssued, vec![staff.into()], &())?).await.map_err(store)?;
        Ok(NewSetupCode { code: code.expose().to_string(), expires_at })
    }

    /// Sets a password with a code; every token of the account ends and failures are forgotten.
    ///
    /// # Errors
    /// `setup_code_refused` for an unknown town or number and for a code that is wrong, used or over, alike;
    /// then what [`Password`] refuses, the code staying as it is; `sign_in_throttled`.
    pub async fn password_set_up(&self, who: &Claimant<'_>, code: &str, password: &Password) -> Result<()> {
        self.doorkeeper.addresses.take(who.address, who.now)?;
        let refused = || Fault::new(Code::SetupCodeRefused).at_pointer("/setup_code");
        let town = self.claimed(who.town).await?.ok_or_else(refused)?;
        let code: SetupCode = code.parse().map_err(|_| refused())?;
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let index = conn.staff_number_index(&plain_number(who.number)).ok_or_else(refused)?;
        let account = conn.account(&index).await.map_err(store)?.ok_or_else(refused)?;
        let waiting = account.code.filter(|(hash, until)| code.is_of(hash) && who.now < *until);
        let (code, _) = waiting.ok_or_else(refused)?;
        let staff = view(&mut conn, account.staff).await?;
        drop(conn);
        self.password_check(town, &staff, password).await?;
        let hash = self.hashed(password).await?;
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        if !tx.password_set(account.staff, &code, hash.as_bytes(), who.now).await.map_err(store)? {
            return Err(refused());
        }
        tx.failures_forget(&index, who.now - FAILURES_KEPT).await.map_err(store)?;
        tx.token_revoke_all(account.staff, who.now).await.map_err(store)?;
        let ctx = who.ctx(town, account.staff);
        tx.commit(leaf::of(&ctx, Act::PasswordSet, vec![account.staff.into()], &())?).await.map_err(store)?;
        self.doorkeeper.addresses.give_back(who.address);
        Ok(())
    }

    async fn password_check(&self, town: TownCode, staff: &StaffView, password: &Password) -> Result<()> {
        let member = self.member(town).await?;
        let (slug, name) = member.map_or_else(Default::default, |m| (m.slug.to_string(), m.name));
        let number = staff.row.number.as_deref().unwrap_or_default();
        password.check(&[&slug, &name, &staff.row.name, number])
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_town_whose_sign_ins_wait_holds_up_no_other() {
        let (door, [one, other]) =
            (Doorkeeper::default(), ["143669", "143626"].map(|code| code.parse().unwrap()));
        let turns = [door.turn(one).await.unwrap(), door.turn(one).await.unwrap()];
        let soon = |town| tokio::time::timeout(Duration::from_millis(50), door.turn(town));
        assert!(soon(one).await.is_err(), "two at once");
        assert!(soon(other).await.is_ok());
        drop(turns);
        assert!(soon(one).await.is_ok());
    }
}
