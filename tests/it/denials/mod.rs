//! 閲覧制限: somebody may not see themselves, their kin, their neighbours; by no operation.

mod acts;
mod enter;
mod matrix;
