//! Writing a profile, for calibration. What is written can be read again: a test holds it to that.

use super::Kind;
use crate::devices::codes;
use crate::devices::layout::Role;

/// What calibration has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub name: String,
    pub kind: Kind,
    pub vendor: u16,
    pub product: u16,
    pub axes: Vec<DraftAxis>,
    pub buttons: Vec<(u32, Role)>,
    /// From lock to lock, degrees, for a wheel.
    pub lock_angle_deg: Option<f32>,
}

/// One axis as found.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftAxis {
    pub code: u32,
    pub role: Role,
    pub min: i32,
    pub centre: i32,
    pub max: i32,
    pub inverted: bool,
    pub dead_zone: f32,
}

impl Draft {
    /// The file's text. `how` is told in a comment.
    pub fn text(&self, how: &str) -> String {
        let mut out = String::new();
        for line in how.lines() {
            out += &format!("// {line}\n");
        }
        let quoted = |s: &str| format!("{s:?}");
        out += "(\n";
        out += &format!("    name: {},\n", quoted(&self.name));
        out += &format!("    kind: {:?},\n", self.kind);
        let ids = if self.vendor == 0 && self.product == 0 {
            String::new()
        } else {
            format!(
                ", vendor: {:#06x}, product: {:#06x}",
                self.vendor, self.product
            )
        };
        out += &format!("    matches: [(name: {}{ids})],\n", quoted(&self.name));
        if let Some(lock) = self.lock_angle_deg {
            out += &format!("    lock_angle_deg: {lock:?},\n");
        }
        out += "    axes: [\n";
        for axis in &self.axes {
            let centre = if matches!(axis.role, Role::Accelerator | Role::Brake) {
                String::new()
            } else {
                format!(", centre: {}", axis.centre)
            };
            let inverted = if axis.inverted {
                ", inverted: true"
            } else {
                ""
            };
            out += &format!(
                "        (code: {:?}, role: {:?}, range: (min: {}{centre}, max: {}){inverted}, dead_zone: {:.3}),\n",
                codes::name(axis.code),
                axis.role,
                axis.min,
                axis.max,
                axis.dead_zone,
            );
        }
        out += "    ],\n    buttons: [\n";
        for (code, role) in &self.buttons {
            out += &format!(
                "        (code: {:?}, role: {role:?}),\n",
                codes::name(*code)
            );
        }
        out += "    ],\n)\n";
        out
    }
}
