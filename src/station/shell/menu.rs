//! Moving through menus, as a pure state machine: the same for keys, pads and the mouse.
//!
//! A page is one or two columns of rows. Up and Down move within a column; Left and Right change a
//! row's value if it has one, and else go to the other column; Confirm presses a row; Back goes to
//! the first column, and from there leaves the page.

pub use crate::devices::menu::Step;

/// What is on the screen besides the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Page {
    /// Nothing: the run has it all.
    #[default]
    None,
    Start,
    Devices,
    Settings,
    Paused,
    Ended,
}

/// A row of a menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    // The start page.
    Scenario(usize),
    Vehicle,
    Link,
    Operator,
    Seed,
    Start,
    Devices,
    Settings,
    Quit,
    // Settings.
    Language,
    TextScale,
    Volume,
    SoundTest,
    View,
    Quality,
    FullScreen,
    Monitor,
    Back,
    // A run that stands, or is over.
    Resume,
    Restart,
    RestartNextSeed,
    NextScenario,
    ToStart,
    /// Of the run that is over.
    Report,
}

impl Row {
    /// It has a value that Left and Right change.
    pub fn has_value(self) -> bool {
        matches!(
            self,
            Self::Vehicle
                | Self::Link
                | Self::Operator
                | Self::Seed
                | Self::Language
                | Self::TextScale
                | Self::Volume
                | Self::View
                | Self::Quality
                | Self::FullScreen
                | Self::Monitor
        )
    }
}

/// What a step came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Press(Row),
    /// The next value of a row, or the one before.
    Change(Row, i32),
    /// Leave the page.
    Leave,
}

/// Where one is on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    pub column: usize,
    /// In each column.
    rows: [usize; 2],
}

impl Focus {
    /// The row in focus, if there is any.
    pub fn row(&self, columns: &[Vec<Row>]) -> Option<Row> {
        let column = self.column_of(columns);
        let rows = columns.get(column)?;
        rows.get(self.index(columns, column)).copied()
    }

    /// The column in focus: one without rows (no scenarios) is passed over.
    pub fn column_of(&self, columns: &[Vec<Row>]) -> usize {
        let here = self.column.min(columns.len().saturating_sub(1));
        if columns.get(here).is_some_and(|c| !c.is_empty()) {
            return here;
        }
        columns.iter().position(|c| !c.is_empty()).unwrap_or(here)
    }

    /// Which row of this column is in focus, or would be.
    pub fn index(&self, columns: &[Vec<Row>], column: usize) -> usize {
        let count = columns.get(column).map_or(0, Vec::len);
        let row = self.rows.get(column).copied().unwrap_or_default();
        row.min(count.saturating_sub(1))
    }

    /// Puts the focus on this row, if it is there.
    pub fn on(&mut self, columns: &[Vec<Row>], row: Row) {
        for (i, column) in columns.iter().enumerate() {
            if let Some(at) = column.iter().position(|r| *r == row) {
                self.column = i;
                self.rows[i.min(1)] = at;
            }
        }
    }

    pub fn step(&mut self, columns: &[Vec<Row>], step: Step) -> Option<Act> {
        let column = self.column_of(columns);
        let row = self.row(columns)?;
        let count = columns[column].len();
        let at = self.index(columns, column);
        let to_column = |to: usize| (to < columns.len() && !columns[to].is_empty()).then_some(to);
        match step {
            Step::Up => self.rows[column] = (at + count - 1) % count,
            Step::Down => self.rows[column] = (at + 1) % count,
            Step::Left if row.has_value() => return Some(Act::Change(row, -1)),
            Step::Right if row.has_value() => return Some(Act::Change(row, 1)),
            Step::Left => self.column = column.checked_sub(1).and_then(to_column).unwrap_or(column),
            Step::Right => self.column = to_column(column + 1).unwrap_or(column),
            Step::Confirm if row.has_value() => return Some(Act::Change(row, 1)),
            Step::Confirm => return Some(Act::Press(row)),
            Step::Back if column > 0 && to_column(0).is_some() => self.column = 0,
            Step::Back | Step::Pause => return Some(Act::Leave),
            _ => {}
        }
        None
    }
}

/// The rows of a page. `scenarios` is their number; `once`: the window is there for one run.
pub fn rows(page: Page, scenarios: usize, once: bool) -> Vec<Vec<Row>> {
    match page {
        Page::None => Vec::new(),
        Page::Start => vec![
            (0..scenarios).map(Row::Scenario).collect(),
            vec![
                Row::Start,
                Row::Vehicle,
                Row::Link,
                Row::Operator,
                Row::Seed,
                Row::Devices,
                Row::Settings,
                Row::Quit,
            ],
        ],
        Page::Devices => vec![vec![Row::Back]],
        Page::Settings => vec![vec![
            Row::Language,
            Row::TextScale,
            Row::Volume,
            Row::SoundTest,
            Row::View,
            Row::Quality,
            Row::FullScreen,
            Row::Monitor,
            Row::Back,
        ]],
        Page::Paused if once => vec![vec![Row::Resume, Row::Quit]],
        Page::Paused => vec![vec![
            Row::Resume,
            Row::Restart,
            Row::RestartNextSeed,
            Row::ToStart,
            Row::Quit,
        ]],
        Page::Ended if once => vec![vec![Row::Quit, Row::Report]],
        Page::Ended => vec![vec![
            Row::Restart,
            Row::RestartNextSeed,
            Row::NextScenario,
            Row::ToStart,
            Row::Report,
            Row::Quit,
        ]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const PAGES: [Page; 5] = [
        Page::Start,
        Page::Devices,
        Page::Settings,
        Page::Paused,
        Page::Ended,
    ];

    /// Every row that can be pressed or changed by steps alone, from where a page opens.
    fn reached(columns: &[Vec<Row>]) -> BTreeSet<String> {
        let steps = [
            Step::Up,
            Step::Down,
            Step::Left,
            Step::Right,
            Step::Confirm,
            Step::Back,
        ];
        let mut open = vec![Focus::default()];
        let mut seen: Vec<Focus> = Vec::new();
        let mut found = BTreeSet::new();
        while let Some(focus) = open.pop() {
            if seen.contains(&focus) {
                continue;
            }
            seen.push(focus);
            for step in steps {
                let mut next = focus;
                match next.step(columns, step) {
                    Some(Act::Press(row) | Act::Change(row, _)) => {
                        found.insert(format!("{row:?}"));
                    }
                    Some(Act::Leave) => {
                        found.insert("leave".into());
                    }
                    None => {}
                }
                open.push(next);
            }
        }
        found
    }

    #[test]
    fn a_page_without_scenarios_can_be_used() {
        let columns = rows(Page::Start, 0, false);
        let mut focus = Focus::default();
        let first = focus.row(&columns);
        assert!(first.is_some());
        focus.step(&columns, Step::Down);
        assert_ne!(focus.row(&columns), first);
        assert_eq!(focus.step(&columns, Step::Back), Some(Act::Leave));
    }

    #[test]
    fn a_pad_alone_reaches_every_row_of_every_page_and_leaves_it() {
        for once in [false, true] {
            for page in PAGES {
                let columns = rows(page, 3, once);
                let found = reached(&columns);
                for row in columns.iter().flatten() {
                    assert!(found.contains(&format!("{row:?}")), "{page:?}: {row:?}");
                }
                assert!(found.contains("leave"), "{page:?}");
            }
        }
    }

    #[test]
    fn a_page_without_scenarios_still_works() {
        let columns = rows(Page::Start, 0, false);
        let mut focus = Focus::default();
        focus.on(&columns, Row::Start);
        assert_eq!(focus.row(&columns), Some(Row::Start));
        assert_eq!(focus.step(&columns, Step::Left), None);
        assert_eq!(focus.row(&columns), Some(Row::Start), "nothing to go to");
    }

    #[test]
    fn rows_wrap_values_change_and_back_goes_to_the_first_column() {
        let columns = rows(Page::Start, 2, false);
        let mut focus = Focus::default();
        assert_eq!(focus.row(&columns), Some(Row::Scenario(0)));
        focus.step(&columns, Step::Up);
        assert_eq!(focus.row(&columns), Some(Row::Scenario(1)));
        focus.step(&columns, Step::Right);
        assert_eq!(
            focus.step(&columns, Step::Confirm),
            Some(Act::Press(Row::Start))
        );
        focus.step(&columns, Step::Down);
        assert_eq!(
            focus.step(&columns, Step::Left),
            Some(Act::Change(Row::Vehicle, -1))
        );
        assert_eq!(focus.step(&columns, Step::Back), None);
        assert_eq!(focus.row(&columns), Some(Row::Scenario(1)));
        assert_eq!(focus.step(&columns, Step::Back), Some(Act::Leave));
    }
}
