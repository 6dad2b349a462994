//! The device check: what each device reports, as it comes.

use super::sheet::{Piece, Tone};
use crate::command::Change;
use crate::devices::RawEvent;
use crate::devices::layout::Role;
use crate::station::words::{fill, t};
use std::collections::{BTreeMap, BTreeSet};

/// All devices that can be seen now.
#[derive(Debug, Default)]
pub struct Board {
    pads: BTreeMap<u32, Pad>,
    /// Keys that are down.
    pub keys: BTreeSet<String>,
    /// Why no pads can be read.
    pub no_pads: Option<String>,
}

#[derive(Debug, Default)]
struct Pad {
    name: String,
    steering: f32,
    accelerator: f32,
    brake: f32,
    /// Codes of the buttons that are down.
    buttons: BTreeSet<u32>,
    take_over: bool,
}

impl Board {
    /// Takes in a change at a pad.
    pub fn event(&mut self, event: &RawEvent) {
        if matches!(event.change, Change::Disconnected) {
            self.pads.remove(&event.device);
            return;
        }
        let pad = self.pads.entry(event.device).or_default();
        match &event.change {
            Change::Connected { name, .. } => pad.name.clone_from(name),
            Change::Axis { value, .. } => match event.role {
                Role::Steering => pad.steering = *value,
                Role::Accelerator => pad.accelerator = *value,
                Role::Brake => pad.brake = *value,
                _ => {}
            },
            Change::Button { code, pressed } => {
                if *pressed {
                    pad.buttons.insert(*code);
                } else {
                    pad.buttons.remove(code);
                }
                let whole = f32::from(u8::from(*pressed));
                match event.role {
                    Role::TakeOver => pad.take_over = *pressed,
                    Role::Accelerator => pad.accelerator = whole,
                    Role::Brake => pad.brake = whole,
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// In one line, for the start page.
    pub fn summary(&self) -> String {
        let names: Vec<&str> = self.pads.values().map(|p| p.name.as_str()).collect();
        if names.is_empty() {
            t("devices.keyboard_only").to_owned()
        } else {
            names.join(", ")
        }
    }

    /// The page.
    pub fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if self.pads.is_empty() {
            let words = match &self.no_pads {
                Some(why) => fill("devices.none_readable", &[("why", why)]),
                None => t("devices.none").to_owned(),
            };
            pieces.push(Piece::text(words, 15.0, Tone::Warning));
        }
        for (number, pad) in &self.pads {
            let name = format!("{number}  {}", pad.name);
            pieces.push(Piece::text(name, 18.0, Tone::Plain));
            for (key, value, centred) in [
                ("devices.steering", pad.steering, true),
                ("devices.accelerator", pad.accelerator, false),
                ("devices.brake", pad.brake, false),
            ] {
                pieces.push(Piece::Bar {
                    name: t(key).to_owned(),
                    value,
                    centred,
                });
            }
            let words = if pad.take_over {
                t("devices.take_over_pressed").to_owned()
            } else if pad.buttons.is_empty() {
                t("devices.press").to_owned()
            } else {
                fill("devices.buttons", &[("n", &pad.buttons.len().to_string())])
            };
            pieces.push(Piece::text(words, 14.0, Tone::Faint));
            pieces.push(Piece::Gap(8.0));
        }
        pieces.push(Piece::text(t("devices.keyboard"), 18.0, Tone::Plain));
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        let keys = if keys.is_empty() {
            t("devices.press_key").to_owned()
        } else {
            keys.join("  ")
        };
        pieces.push(Piece::text(keys, 15.0, Tone::Faint));
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Now;

    #[test]
    fn bars_follow_what_a_pad_reports_until_it_goes() {
        let event = |role, change| RawEvent {
            device: 1,
            role,
            change,
            ..RawEvent::key(
                "",
                true,
                Now {
                    session_ns: 0,
                    realtime_ns: 0,
                },
                0,
            )
        };
        let mut board = Board::default();
        assert_eq!(board.summary(), t("devices.keyboard_only"));
        board.event(&event(
            Role::Other,
            Change::Connected {
                name: "Pad One".into(),
                uuid: String::new(),
                rumble: false,
            },
        ));
        board.event(&event(
            Role::Steering,
            Change::Axis {
                code: 0,
                raw: 0,
                value: -0.5,
            },
        ));
        assert_eq!(board.summary(), "Pad One");
        let steering = board.pieces().into_iter().find_map(|p| match p {
            Piece::Bar {
                value,
                centred: true,
                ..
            } => Some(value),
            _ => None,
        });
        assert_eq!(steering, Some(-0.5));
        let press = |pressed| event(Role::TakeOver, Change::Button { code: 5, pressed });
        let says = |board: &Board, key: &str| {
            board
                .pieces()
                .contains(&Piece::text(t(key), 14.0, Tone::Faint))
        };
        board.event(&press(true));
        assert!(says(&board, "devices.take_over_pressed"));
        board.event(&press(false));
        assert!(says(&board, "devices.press"));
        board.event(&event(Role::Other, Change::Disconnected));
        assert_eq!(board.pieces().len(), 3);
    }
}
