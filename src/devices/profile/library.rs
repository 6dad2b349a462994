//! All profiles: those that come with the program, the user's own, and one given for this run.

use super::{Kind, Profile};
use crate::ron_file::FileError;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The profiles that come with the program: name and file text.
const BUILT_IN: &[(&str, &str)] = &[
    (
        "keyboard",
        include_str!("../../../assets/devices/keyboard.ron"),
    ),
    ("xbox", include_str!("../../../assets/devices/xbox.ron")),
    (
        "playstation",
        include_str!("../../../assets/devices/playstation.ron"),
    ),
    (
        "switch_pro",
        include_str!("../../../assets/devices/switch_pro.ron"),
    ),
    (
        "logitech_g29",
        include_str!("../../../assets/devices/logitech_g29.ron"),
    ),
];

/// The user's own profiles, under the configuration folder.
pub const USERS_FOLDER: &str = "takeover/devices";

/// Where a profile comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Given for this run: `--profile`.
    Given(PathBuf),
    /// The user's own.
    Own(PathBuf),
    BuiltIn(&'static str),
    /// There is none; one was made up from what the device has.
    MadeUp,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Given(path) => write!(f, "{} (--profile)", path.display()),
            Self::Own(path) => write!(f, "{}", path.display()),
            Self::BuiltIn(name) => write!(f, "{name} (built in)"),
            Self::MadeUp => f.write_str("none: meanings guessed from its codes"),
        }
    }
}

/// A profile, and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Profiled {
    pub profile: Arc<Profile>,
    pub origin: Origin,
}

/// Profiles in the order in which they are asked.
#[derive(Clone, Debug)]
pub struct Library {
    profiles: Vec<Profiled>,
}

impl Default for Library {
    fn default() -> Self {
        Self::built_in()
    }
}

impl Library {
    /// What comes with the program.
    pub fn built_in() -> Self {
        let profiles = BUILT_IN
            .iter()
            .filter_map(|(name, text)| {
                // The files are compiled in, and a test parses every one of them.
                let profile = Arc::new(Profile::parse(text).ok()?);
                Some(Profiled {
                    profile,
                    origin: Origin::BuiltIn(name),
                })
            })
            .collect();
        Self { profiles }
    }

    /// What comes with the program, after the user's own in `$XDG_CONFIG_HOME/takeover/devices`
    /// (`~/.config/...`) and the given one. A file of the user's that cannot be used is told and
    /// left out: a device must not stop a run.
    ///
    /// # Errors
    /// If the given file cannot be used.
    pub fn load(given: Option<&Path>) -> Result<(Self, Vec<FileError>), FileError> {
        Self::load_from(given, users_folder().as_deref())
    }

    /// [`Library::load`] with the user's folder named.
    ///
    /// # Errors
    /// If the given file cannot be used.
    pub fn load_from(
        given: Option<&Path>,
        own: Option<&Path>,
    ) -> Result<(Self, Vec<FileError>), FileError> {
        let mut profiles = Vec::new();
        let mut left_out = Vec::new();
        if let Some(path) = given {
            let profile = Arc::new(Profile::load(path)?);
            let origin = Origin::Given(path.to_path_buf());
            profiles.push(Profiled { profile, origin });
        }
        for path in own.map(ron_files).unwrap_or_default() {
            match Profile::load(&path) {
                Ok(profile) => profiles.push(Profiled {
                    profile: Arc::new(profile),
                    origin: Origin::Own(path),
                }),
                Err(error) => left_out.push(error),
            }
        }
        profiles.append(&mut Self::built_in().profiles);
        Ok((Self { profiles }, left_out))
    }

    /// The profile for the device with this name and gilrs's UUID; the first one that fits.
    pub fn find(&self, name: &str, uuid: &str) -> Option<&Profiled> {
        let (vendor, product) = ids(uuid);
        self.profiles
            .iter()
            .filter(|p| p.profile.kind != Kind::Keyboard)
            .find(|p| p.profile.fits(name, vendor, product))
    }

    /// The profile for a device, or one made up from the packed codes that it has.
    pub fn of(&self, name: &str, uuid: &str, codes: &[u32]) -> Profiled {
        self.find(name, uuid).cloned().unwrap_or_else(|| Profiled {
            profile: Arc::new(Profile::made_up(codes)),
            origin: Origin::MadeUp,
        })
    }

    /// The keyboard's.
    pub fn keyboard(&self) -> Option<&Profiled> {
        self.profiles
            .iter()
            .find(|p| p.profile.kind == Kind::Keyboard)
    }

    pub fn profiles(&self) -> &[Profiled] {
        &self.profiles
    }
}

impl Profile {
    pub(super) fn fits(&self, name: &str, vendor: Option<u16>, product: Option<u16>) -> bool {
        self.matches.iter().any(|m| {
            m.name.as_deref().is_none_or(|wanted| wanted == name)
                && m.vendor.is_none_or(|wanted| Some(wanted) == vendor)
                && m.product.is_none_or(|wanted| Some(wanted) == product)
        })
    }
}

/// Vendor and product in a UUID of SDL's kind: bytes 4, 5 and 8, 9, the low byte first.
pub(super) fn ids(uuid: &str) -> (Option<u16>, Option<u16>) {
    let word = |at: usize| {
        let bytes = uuid.get(at..at + 4)?;
        let swapped = format!("{}{}", bytes.get(2..4)?, bytes.get(0..2)?);
        u16::from_str_radix(&swapped, 16).ok()
    };
    (word(8), word(16))
}

/// `$XDG_CONFIG_HOME/takeover/devices`, or the same in `~/.config`.
fn users_folder() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    let config = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(config.join(USERS_FOLDER))
}

impl Library {
    /// Where the user's own profiles are, if there is a home.
    pub fn users_folder() -> Option<PathBuf> {
        users_folder()
    }
}

/// The `.ron` files of a folder, in order; none if there is no such folder.
fn ron_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "ron"))
        .collect();
    files.sort();
    files
}
