//! Who asks. [`authenticate`](crate::authenticate) has believed the token before any handler runs; these
//! say which kind of caller a handler serves.

use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv6Addr};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use app::Caller;
use app::sign_in::Claimant;
use chrono::{DateTime, Utc};
use kernel::id::RequestId;
use kernel::{Code, CoopCtx, Fault, TownCtx};
use utoipa::IntoParams;

use crate::authenticate::bearer;
use crate::envelope::Asked;
use crate::{Problem, schema};

/// The header that says why residents are read.
pub const PURPOSE: &str = "Tasuki-Purpose";

/// Documents the header of every operation that reads residents: `params(PurposeHeader)`.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
pub struct PurposeHeader {
    /// 利用目的: why residents are read now. Recorded for each person read (閲覧記録).
    #[param(rename = "Tasuki-Purpose", value_type = schema::Purpose, example = "support")]
    pub purpose: String,
}

/// A member of staff of a town.
pub struct Town(pub TownCtx);

/// The cooperative's operator (組合の運用担当).
pub struct Coop(pub CoopCtx);

/// The token of the request, as it was sent.
pub struct Bearer(pub String);

/// Somebody who has no token yet, or proves more than their token does.
pub struct Stranger {
    address: IpAddr,
    request: RequestId,
}

impl Stranger {
    /// Where the request came from.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Who they say they are.
    #[must_use]
    pub fn says<'a>(&self, town: &'a str, number: &'a str) -> Claimant<'a> {
        Claimant { town, number, address: self.address, now: Utc::now(), request: self.request }
    }
}

/// Either.
pub struct AnyCaller(pub Caller);

impl AnyCaller {
    /// The instant of the request.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Caller::Town(ctx) => ctx.now,
            Caller::Coop(ctx) => ctx.now,
        }
    }
}

fn caller(request: &HttpRequest) -> Result<Caller, Problem> {
    request.extensions().get::<Caller>().cloned().ok_or_else(|| Code::Unauthenticated.into())
}

impl FromRequest for Bearer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let sent = bearer(request.headers()).map(|token| Self(token.to_owned()));
        ready(sent.ok_or_else(|| Code::Unauthenticated.into()))
    }
}

impl FromRequest for Stranger {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // The peer of the connection and no header: anybody can write a header.
        let address = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
        let asked = request.extensions().get::<Asked>().map(|asked| asked.request);
        ready(Ok(Self { address, request: asked.unwrap_or_else(RequestId::new) }))
    }
}

impl FromRequest for Town {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request).and_then(|caller| match caller {
            Caller::Town(ctx) => Ok(Self(ctx)),
            Caller::Coop(_) => {
                Err(Fault::new(Code::GrantMissing).with_words("grant", "町の職員", "staff of a town").into())
            }
        }))
    }
}

impl FromRequest for Coop {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request).and_then(|caller| match caller {
            Caller::Coop(ctx) => Ok(Self(ctx)),
            Caller::Town(_) => {
                let fault = Fault::new(Code::GrantMissing);
                Err(fault.with_words("grant", "組合の運用担当", "operator of the cooperative").into())
            }
        }))
    }
}

impl FromRequest for AnyCaller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request).map(Self))
    }
}
