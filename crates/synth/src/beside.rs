//! Months side by side: where a town's layout has one row a child and school year, the rows of the months
//! are put into it.

use kernel::Absence;
use kernel::date::{FiscalYear, YearMonth};
use layouts::layout::unfolded_local;
use layouts::{Layout, RoleId};

use crate::row::Row;

/// The rows as the layout wants them: its records begin with 4月, the first month of a school year.
pub(crate) fn months(layout: &Layout, rows: Vec<Row>) -> Vec<Row> {
    if !layout.local_names().iter().any(|name| name.ends_with("@0")) {
        return rows;
    }
    let mut beside: Vec<Row> = Vec::new();
    for row in rows {
        let Some(month) = row.encoded().record.month else { continue };
        let year = FiscalYear::of(month.first_day());
        let first = YearMonth::of(year.start());
        let nth = std::iter::successors(Some(first), |one| Some(one.next()))
            .take(12)
            .position(|one| one == month)
            .unwrap_or_default();
        let number = |row: &Row| {
            let who = row.encoded().persons.iter().find(|(role, _)| *role == RoleId::Person);
            who.and_then(|(_, identity)| identity.local_id.value().cloned())
        };
        // The months of one child follow each other.
        let same =
            |other: &&mut Row| other.encoded().record.month == Some(first) && number(other) == number(&row);
        match beside.last_mut().filter(same) {
            Some(place) => place.add_month(&row, |name| unfolded_local(name, nth)),
            None => {
                let mut one = row.clone().month(first);
                one.keep_months(|name| unfolded_local(name, nth));
                beside.push(one);
            }
        }
    }
    beside.into_iter().map(|row| told(layout, row)).collect()
}

/// The row with the months that have not come, or in which the child was elsewhere.
fn told(layout: &Layout, row: Row) -> Row {
    let months = layout.local_names().iter().filter(|name| name.contains('@'));
    months.fold(row, |row, name| match row.encoded().locals.contains_key(name) {
        true => row,
        false => row.absent(name, Absence::NotApplicable),
    })
}
