//! サインイン: by whom, with what, and how little a guesser learns.

mod again;
mod change;
mod gone;
mod guess;
mod set_up;

use std::net::{IpAddr, Ipv4Addr};

use app::sign_in::{Claimant, Password, SignedIn};
use app::staff::NewStaff;
use chrono::{DateTime, Utc};
use kernel::id::{RequestId, StaffId};
use kernel::{Fault, Grant};
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

/// A password nobody would guess.
pub const PASSWORD: &str = "坂道をのぼるとき海が光る";

/// 職員番号 of whoever signs in here.
pub const NUMBER: &str = "001234";

/// 開成町 and 大井町, and a case worker of 開成町 with a number and a password.
pub struct Office {
    pub world: TestApp,
    pub staff: StaffId,
}

impl Office {
    pub async fn open() -> Self {
        let office = Self::without_password().await;
        let code = office.code().await;
        office.set_up(&code, PASSWORD).await.unwrap();
        office
    }

    pub async fn without_password() -> Self {
        let world = TestApp::open(&[KAISEI, OI]).await;
        let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
        let grants = [Grant::CaseWorker].into_iter().collect();
        let new = NewStaff::member("架空 走", "mayor/kosodate".parse().unwrap(), grants, admin.today());
        let new = NewStaff { number: Some(NUMBER.to_owned()), ..new };
        let staff = world.app.staff_add(&admin, new).await.unwrap().row.id;
        Self { world, staff }
    }

    /// A set-up code, as the administrator reads it out.
    pub async fn code(&self) -> String {
        let admin = self.world.desk(KAISEI, Grant::TownAdmin).ctx(None);
        self.world.app.setup_code_issue(&admin, self.staff).await.unwrap().code
    }

    pub async fn set_up(&self, code: &str, password: &str) -> Result<(), Fault> {
        let who = who(KAISEI, NUMBER, Utc::now());
        self.world.app.password_set_up(&who, code, &Password::read(password)).await
    }

    pub async fn sign_in_at(&self, password: &str, now: DateTime<Utc>) -> Result<SignedIn, Fault> {
        self.world.app.sign_in(&who(KAISEI, NUMBER, now), &Password::read(password)).await
    }
}

/// Who somebody at this machine says they are.
pub fn who<'a>(town: &'a str, number: &'a str, now: DateTime<Utc>) -> Claimant<'a> {
    Claimant { town, number, address: IpAddr::V4(Ipv4Addr::LOCALHOST), now, request: RequestId::new() }
}
