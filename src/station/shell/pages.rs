//! What stands on each page.

use super::Shell;
use super::board::Board;
use super::history::{History, Moment};
use super::library::Entry;
use super::menu::{Page, Row, rows};
use super::offer::State;
use super::result;
use super::sheet::{Column, Ground, Piece, Sheet, Tone};
use crate::session::choice::Who;
use crate::station::feed::Picture;
use crate::station::text;
use crate::station::words::{fill, t};

/// Scenarios that the list shows at once.
const LISTED: usize = 20;

/// Monitors there are, for the settings page.
pub type Monitors = [String];

impl Shell {
    /// The rows of the page that is open.
    pub fn rows(&self) -> Vec<Vec<Row>> {
        rows(self.page, self.library.len(), self.once)
    }

    fn row(&self, row: Row, monitors: &Monitors) -> Piece {
        let focused = self.focus.row(&self.rows()) == Some(row);
        let value = self.value(row, monitors);
        let key = match row {
            Row::Scenario(_) => "",
            Row::Vehicle => "menu.vehicle",
            Row::Link => "menu.link",
            Row::Operator => "menu.operator",
            Row::Seed => "menu.seed",
            Row::Start => "menu.start",
            Row::Devices => "menu.devices",
            Row::Settings => "menu.settings",
            Row::Quit => "menu.quit",
            Row::Language => "menu.language",
            Row::TextScale => "menu.text_scale",
            Row::Volume => "menu.volume",
            Row::SoundTest => "menu.sound_test",
            Row::View => "menu.view",
            Row::Quality => "menu.quality",
            Row::FullScreen => "menu.full_screen",
            Row::Monitor => "menu.monitor",
            Row::Back => "menu.back",
            Row::Resume => "menu.resume",
            Row::Restart if self.page == Page::Ended => "menu.again",
            Row::Restart => "menu.restart",
            Row::RestartNextSeed => "menu.next_seed",
            Row::NextScenario => "menu.next_scenario",
            Row::ToStart => "menu.to_start",
            Row::Report => "menu.report",
        };
        let label = match row {
            Row::Scenario(i) => self.library.get(i).map_or(String::new(), Entry::title),
            _ => t(key).to_owned(),
        };
        Piece::Row {
            row,
            label,
            value,
            focused,
        }
    }

    fn value(&self, row: Row, monitors: &Monitors) -> Option<String> {
        let on = |yes: bool| t(if yes { "menu.on" } else { "menu.off" }).to_owned();
        let own = || t("menu.as_in_scenario").to_owned();
        let value = match row {
            Row::Vehicle => self.choice.vehicle.clone().unwrap_or_else(own),
            Row::Link => self.choice.link.clone().unwrap_or_else(own),
            Row::Operator => match &self.choice.operator {
                Who::Human => t("menu.human").to_owned(),
                Who::Model => t("menu.model").to_owned(),
                Who::Nobody => t("menu.nobody").to_owned(),
                Who::Script(file) => file.display().to_string(),
            },
            Row::Seed => self.choice.seed.to_string(),
            Row::Language => t("language").to_owned(),
            Row::TextScale => format!("{:.0} %", self.settings.text_scale * 100.0),
            Row::Volume => format!("{:.0} %", self.settings.volume * 100.0),
            Row::View => self.settings.view.word().to_owned(),
            Row::Quality => self.settings.quality.word().to_owned(),
            Row::FullScreen => on(self.settings.full_screen),
            Row::Monitor => {
                let number = usize::from(self.settings.monitor);
                let name = monitors.get(number.saturating_sub(1));
                let name = name.map_or_else(|| t("menu.no_monitor").to_owned(), Clone::clone);
                format!("{number}: {name}")
            }
            Row::Report => match self.report.as_ref().map(|r| &r.state)? {
                State::Coming => t("menu.report_coming").to_owned(),
                State::There(path) => path.display().to_string(),
                State::Failed(why) => why.clone(),
            },
            _ => return None,
        };
        Some(value)
    }

    fn page_rows(&self, column: usize, monitors: &Monitors) -> Vec<Piece> {
        let rows = self.rows();
        let rows = rows.get(column).into_iter().flatten();
        rows.map(|row| self.row(*row, monitors)).collect()
    }

    /// The page as it is now.
    pub fn sheet(
        &self,
        picture: &Picture,
        history: &History,
        board: &Board,
        monitors: &Monitors,
    ) -> Sheet {
        match self.page {
            Page::None => Sheet::default(),
            Page::Start => self.start_page(board, monitors),
            Page::Devices => self.narrow("menu.devices", board.pieces(), monitors),
            Page::Settings => self.narrow("menu.settings", Vec::new(), monitors),
            Page::Paused => Sheet {
                title: t("menu.paused").to_owned(),
                subtitle: String::new(),
                columns: vec![Column {
                    width: 100.0,
                    pieces: self.page_rows(0, monitors),
                }],
                foot: t("menu.help_paused").to_owned(),
                ground: Ground::Dimmed,
            },
            Page::Ended => self.ended(picture, history, monitors),
        }
    }

    fn narrow(&self, title: &str, mut pieces: Vec<Piece>, monitors: &Monitors) -> Sheet {
        if !pieces.is_empty() {
            pieces.push(Piece::Gap(16.0));
        }
        pieces.extend(self.page_rows(0, monitors));
        if let Some(path) = self
            .settings_path
            .as_ref()
            .filter(|_| self.page == Page::Settings)
        {
            let kept = fill("menu.kept_in", &[("file", &path.display().to_string())]);
            pieces.push(Piece::Gap(12.0));
            pieces.push(Piece::text(kept, 13.0, Tone::Faint));
        }
        if let Some(error) = &self.error {
            pieces.push(Piece::text(error.clone(), 14.0, Tone::Warning));
        }
        Sheet {
            title: t(title).to_owned(),
            subtitle: String::new(),
            columns: vec![Column {
                width: 62.0,
                pieces,
            }],
            foot: self.foot(),
            ground: Ground::Solid,
        }
    }

    fn foot(&self) -> String {
        t("menu.help").to_owned()
    }

    fn start_page(&self, board: &Board, monitors: &Monitors) -> Sheet {
        // The list moves along so that the chosen one is always on it.
        let chosen = self.chosen;
        let first = chosen
            .saturating_sub(LISTED / 2)
            .min(self.library.len().saturating_sub(LISTED));
        let mut list = Vec::new();
        for i in (first..self.library.len()).take(LISTED) {
            let mut row = self.row(Row::Scenario(i), monitors);
            // What is chosen stays marked while the focus is in the other column.
            if let Piece::Row { focused, .. } = &mut row {
                *focused |= i == chosen && self.focus.column == 0;
            }
            if i == chosen && self.focus.column == 1 {
                let Piece::Row { label, .. } = &mut row else {
                    continue;
                };
                *label = format!("> {label}");
            }
            list.push(row);
        }
        if let Some(why) = &self.no_library {
            list.push(Piece::text(why.clone(), 14.0, Tone::Warning));
        }
        if self.library.len() > LISTED {
            let (n, all) = ((chosen + 1).to_string(), self.library.len().to_string());
            let place = fill("menu.of", &[("n", &n), ("all", &all)]);
            list.push(Piece::text(place, 12.0, Tone::Faint));
        }
        let mut about = vec![Piece::Plan { height: 210.0 }];
        match self.library.get(chosen).map(|entry| &entry.content) {
            Some(Ok(content)) => {
                about.push(Piece::text(content.title.clone(), 18.0, Tone::Plain));
                about.push(Piece::text(content.purpose.clone(), 13.0, Tone::Faint));
                let weather: Vec<&str> = content.weather.iter().map(|key| t(key)).collect();
                let mut facts = fill(
                    "menu.facts",
                    &[
                        ("s", &format!("{:.0}", content.duration)),
                        ("weather", &weather.join(", ")),
                    ],
                );
                if let Some(budget) = content.time_budget {
                    let budget = format!("{budget:.0}");
                    facts.push_str(&fill("menu.budget", &[("s", &budget)]));
                }
                about.push(Piece::text(facts, 13.0, Tone::Plain));
            }
            Some(Err(why)) => about.push(Piece::text(why.clone(), 14.0, Tone::Warning)),
            None => {}
        }
        about.push(Piece::Gap(6.0));
        about.extend(self.page_rows(1, monitors));
        if let Some(error) = &self.error {
            about.push(Piece::text(error.clone(), 14.0, Tone::Warning));
        } else if self.starting() {
            about.push(Piece::text(t("menu.starting"), 14.0, Tone::Plain));
        }
        Sheet {
            title: "takeover".to_owned(),
            subtitle: fill("menu.at_hand", &[("devices", &board.summary())]),
            columns: vec![
                Column {
                    width: 46.0,
                    pieces: list,
                },
                Column {
                    width: 54.0,
                    pieces: about,
                },
            ],
            foot: self.foot(),
            ground: Ground::Solid,
        }
    }

    fn ended(&self, picture: &Picture, history: &History, monitors: &Monitors) -> Sheet {
        let mut left = match &picture.summary {
            Some(report) => result::pieces(report),
            None if picture.summary_closed => Vec::new(),
            None => vec![Piece::text(t("end.recording"), 15.0, Tone::Faint)],
        };
        left.push(Piece::Gap(6.0));
        left.extend(self.page_rows(0, monitors));
        if let Some(error) = &self.error {
            left.push(Piece::text(error.clone(), 14.0, Tone::Warning));
        }
        let mut right = vec![Piece::Hole];
        let caption = match history.about() {
            Some(Moment::Collision) => "result.replay_collision",
            Some(_) => "result.replay_takeover",
            None => "result.replay_end",
        };
        right.push(Piece::Plan { height: 210.0 });
        right.push(Piece::text(t(caption), 13.0, Tone::Faint));
        right.push(Piece::text(t("result.way"), 13.0, Tone::Faint));
        let title = self
            .running
            .as_ref()
            .map_or(String::new(), |run| run.title.clone());
        Sheet {
            title: text::outcome(picture.ended),
            subtitle: title,
            columns: vec![
                Column {
                    width: 52.0,
                    pieces: left,
                },
                Column {
                    width: 48.0,
                    pieces: right,
                },
            ],
            foot: self.foot(),
            ground: Ground::Solid,
        }
    }
}
