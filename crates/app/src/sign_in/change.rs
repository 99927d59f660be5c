//! Changing one's own password. A token alone is not enough, or whoever found one would have the account: the
//! password so far is asked for, as slowly as at a sign-in and under the same count of failures.

use std::net::IpAddr;

use evidence::Act;
use kernel::{Code, Fault, TownCtx};

use super::{FAILURES_KEPT, Password};
use crate::error::store;
use crate::staff::{invalid, plain_number, view};
use crate::tokens::secret_of;
use crate::{App, Result, leaf};

impl App {
    /// Changes the caller's own password. Every other token of the account ends, and a set-up code that waits;
    /// failures are forgotten.
    ///
    /// # Errors
    /// First what [`Password`] refuses of the new one, and `invalid_value` where it is the one so far; then
    /// `sign_in_throttled`, and `password_wrong` for an account that has another password or none, which counts
    /// as a failed sign-in; `token_revoked` when the token was ended meanwhile.
    pub async fn password_change(
        &self,
        ctx: &TownCtx,
        (token, address): (&str, IpAddr),
        current: &Password,
        new: &Password,
    ) -> Result<()> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let staff = view(&mut conn, ctx.staff).await?;
        drop(conn);
        self.password_check(ctx.town, &staff, new).await?;
        if current.as_str() == new.as_str() {
            return Err(invalid("password", "今のパスワードと同じです", "it is the password you have"));
        }
        self.doorkeeper.addresses.take(address, ctx.now)?;
        let number = plain_number(staff.row.number.as_deref().unwrap_or_default());
        let account = self.attempt(ctx.town, &number, ctx.now).await?;
        if !self.is_password_of(account.as_ref(), current).await? {
            return Err(Fault::new(Code::PasswordWrong).at_pointer("/current_password"));
        }
        let hash = self.hashed(new).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.password_replace(ctx.staff, hash.as_bytes(), ctx.now).await.map_err(store)?;
        // Behind the row's lock: a set-up code that was used meanwhile has ended this token too, and stands.
        let own = tx.token_by_secret(&secret_of(token)?.hash()).await.map_err(store)?;
        let own = own.filter(|own| own.revoked_at.is_none()).ok_or_else(|| Fault::new(Code::TokenRevoked))?;
        tx.token_revoke_others(ctx.staff, own.id, ctx.now).await.map_err(store)?;
        if let Some(index) = tx.staff_number_index(&number) {
            tx.failures_forget(&index, ctx.now - FAILURES_KEPT).await.map_err(store)?;
        }
        tx.commit(leaf::of(ctx, Act::PasswordSet, vec![ctx.staff.into()], &())?).await.map_err(store)?;
        self.doorkeeper.addresses.give_back(address);
        Ok(())
    }
}
