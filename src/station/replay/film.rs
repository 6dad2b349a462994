//! Pictures of a replay on the disk: one, or one after the other at exact times, however slow the
//! machine draws them.

use super::player::Player;
use bevy::app::AppExit;
use bevy::prelude::*;
use bevy::render::view::screenshot::{Screenshot, ScreenshotCaptured};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// What becomes of the pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// One picture (PNG).
    Picture(PathBuf),
    /// All in one animated PNG.
    Animated(PathBuf),
    /// Numbered pictures (PNG) in a folder of their own.
    Folder(PathBuf),
    /// What `ffmpeg` makes of the file's name: MP4, WebM.
    Ffmpeg(PathBuf),
}

impl Output {
    /// By the name of the file: what a video of this name is.
    ///
    /// # Errors
    /// If it has an ending that is none of ours.
    pub fn video(path: &Path) -> Result<Self, String> {
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        Ok(match ending.as_deref() {
            Some("mp4" | "webm" | "mkv" | "mov") => Self::Ffmpeg(path.into()),
            Some("png" | "apng") => Self::Animated(path.into()),
            None => Self::Folder(path.into()),
            Some(_) => {
                return Err(format!(
                    "{}: expected a name that ends with .mp4, .webm, .mkv or .mov (through ffmpeg), .png or .apng (animated), or a folder",
                    path.display()
                ));
            }
        })
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::Picture(path)
            | Self::Animated(path)
            | Self::Folder(path)
            | Self::Ffmpeg(path) => path,
        }
    }
}

/// What is to be filmed.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// s on the axis of the replay: the first picture.
    pub from: f64,
    /// s of the run from picture to picture.
    pub step: f64,
    pub pictures: u64,
    /// Pictures a second of the film.
    pub fps: u32,
    pub output: Output,
}

/// Whether it went well; set once the window is closed.
pub type Outcome = Arc<Mutex<Option<Result<u64, String>>>>;

/// The film that is being made.
#[derive(Resource)]
pub struct Film {
    script: Script,
    /// The next picture to take.
    next: u64,
    /// Pictures of the window that were drawn before the first is taken: letters and images come in.
    before: u32,
    /// Taken and not come yet, since how many pictures of the window.
    waiting: u32,
    /// Come before their turn.
    early: BTreeMap<u64, Shot>,
    writer: Option<Writer>,
    written: u64,
    outcome: Outcome,
}

const SETTLE: u32 = 12;
/// Taken and not written; more would only fill the memory.
const IN_FLIGHT: u64 = 4;
/// Pictures of the window that may pass until a taken one comes: a window that is not to be seen
/// gives none.
const PATIENCE: u32 = 600;

struct Shot {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl Film {
    /// # Errors
    /// One line, if the file is there already or cannot be written, or ffmpeg cannot be found.
    pub fn new(script: Script, outcome: Outcome) -> Result<Self, String> {
        let writer = Writer::new(&script)?;
        Ok(Self {
            script,
            next: 0,
            before: 0,
            waiting: 0,
            early: BTreeMap::new(),
            writer: Some(writer),
            written: 0,
            outcome,
        })
    }

    /// The time of the next picture, s on the axis.
    pub fn at(&self) -> f64 {
        self.script.from + self.script.step * self.next as f64
    }

    fn end(&mut self, result: Result<u64, String>) {
        if let Ok(mut outcome) = self.outcome.lock()
            && outcome.is_none()
        {
            *outcome = Some(result);
        }
    }

    fn came(&mut self, number: u64, shot: Shot) {
        self.waiting = 0;
        self.early.insert(number, shot);
        while let Some(shot) = self.early.remove(&self.written) {
            let Some(writer) = &mut self.writer else {
                return;
            };
            if let Err(why) = writer.write(&shot, self.written) {
                self.writer = None;
                self.end(Err(why));
                return;
            }
            self.written += 1;
        }
    }
}

/// Takes the picture that is in the window now.
pub fn take(
    mut commands: Commands,
    player: Res<Player>,
    film: Option<ResMut<Film>>,
    mut exit: MessageWriter<AppExit>,
) {
    let Some(mut film) = film else { return };
    film.waiting += 1;
    if film.waiting > PATIENCE {
        let why = "the window gives no pictures: is it hidden or minimised?".to_string();
        film.end(Err(why));
        exit.write(AppExit::Success);
        return;
    }
    if film.written >= film.script.pictures
        && let Some(writer) = film.writer.take()
    {
        let ended = writer.finish().map(|()| film.written);
        film.end(ended);
    }
    if film.writer.is_none() {
        exit.write(AppExit::Success);
        return;
    }
    if !player.settled {
        return;
    }
    film.before += 1;
    let busy = film.next - film.written >= IN_FLIGHT;
    if film.before < SETTLE || film.next >= film.script.pictures || busy {
        return;
    }
    let number = film.next;
    film.next += 1;
    commands.spawn(Screenshot::primary_window()).observe(
        move |captured: On<ScreenshotCaptured>, mut film: ResMut<Film>| {
            let rgb = captured
                .image
                .clone()
                .try_into_dynamic()
                .map(|image| image.to_rgb8());
            match rgb {
                Ok(image) => film.came(
                    number,
                    Shot {
                        width: image.width(),
                        height: image.height(),
                        rgb: image.into_raw(),
                    },
                ),
                Err(why) => {
                    film.writer = None;
                    film.end(Err(format!(
                        "a picture of the window cannot be used: {why}"
                    )));
                }
            }
        },
    );
}

/// Writes pictures down, one after the other.
struct Writer {
    path: PathBuf,
    fps: u32,
    pictures: u64,
    sink: Sink,
    /// Of the first picture: all others are as large.
    size: Option<(u32, u32)>,
}

enum Sink {
    /// Opened when the first picture tells its size.
    Png(Option<File>),
    Animated(Box<png::Writer<BufWriter<File>>>),
    Folder,
    Ffmpeg(Option<Child>),
    Ended,
}

/// A new file; one that is there is left alone.
fn create(path: &Path) -> Result<File, String> {
    let opened = File::options().write(true).create_new(true).open(path);
    opened.map_err(|why| match why.kind() {
        std::io::ErrorKind::AlreadyExists => {
            format!(
                "{}: it is there already, and is never overwritten; name another",
                path.display()
            )
        }
        _ => format!("{}: cannot be written: {why}", path.display()),
    })
}

impl Writer {
    fn new(script: &Script) -> Result<Self, String> {
        let path = script.output.path().to_path_buf();
        let sink = match &script.output {
            Output::Picture(path) | Output::Animated(path) => Sink::Png(Some(create(path)?)),
            Output::Folder(path) => {
                std::fs::create_dir(path).map_err(|why| match why.kind() {
                    std::io::ErrorKind::AlreadyExists => format!(
                        "{}: it is there already, and is never overwritten; name another folder",
                        path.display()
                    ),
                    _ => format!("{}: cannot make the folder: {why}", path.display()),
                })?;
                Sink::Folder
            }
            Output::Ffmpeg(path) => {
                let found = Command::new("ffmpeg")
                    .arg("-version")
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status();
                if !found.is_ok_and(|status| status.success()) {
                    return Err(format!(
                        "{}: this needs ffmpeg, which is not on the PATH; install it, or name an animated picture (.png) or a folder instead",
                        path.display()
                    ));
                }
                // Takes the name, so that nothing else does: ffmpeg is told to write over it.
                create(path)?;
                Sink::Ffmpeg(None)
            }
        };
        Ok(Self {
            path,
            fps: script.fps,
            pictures: script.pictures,
            sink,
            size: None,
        })
    }

    fn fails(&self, why: impl std::fmt::Display) -> String {
        format!("{}: cannot be written: {why}", self.path.display())
    }

    fn write(&mut self, shot: &Shot, number: u64) -> Result<(), String> {
        let size = *self.size.get_or_insert((shot.width, shot.height));
        if size != (shot.width, shot.height) {
            return Err(format!(
                "{}: the window changed its size from {} x {} to {} x {} while it was filmed; leave it alone",
                self.path.display(),
                size.0,
                size.1,
                shot.width,
                shot.height
            ));
        }
        let path = self.path.clone();
        let fails =
            |why: &dyn std::fmt::Display| format!("{}: cannot be written: {why}", path.display());
        if let Sink::Png(file) = &mut self.sink {
            let file = file.take().ok_or_else(|| fails(&"it is closed"))?;
            let encoder = encoder(
                file,
                shot,
                (self.pictures > 1).then_some((self.pictures, self.fps)),
            );
            let writer = encoder.and_then(png::Encoder::write_header);
            self.sink = Sink::Animated(Box::new(writer.map_err(|e| fails(&e))?));
        }
        match &mut self.sink {
            Sink::Animated(writer) => writer.write_image_data(&shot.rgb).map_err(|e| fails(&e)),
            Sink::Folder => {
                let file = create(&self.path.join(format!("{number:06}.png")))?;
                let encoder = encoder(file, shot, None).map_err(|e| fails(&e))?;
                let mut writer = encoder.write_header().map_err(|e| fails(&e))?;
                writer.write_image_data(&shot.rgb).map_err(|e| fails(&e))
            }
            Sink::Ffmpeg(child) => {
                if child.is_none() {
                    *child = Some(ffmpeg(&self.path, shot, self.fps).map_err(|e| fails(&e))?);
                }
                let input = child.as_mut().and_then(|c| c.stdin.as_mut());
                let written = input.map(|input| input.write_all(&shot.rgb));
                match written {
                    Some(Ok(())) => Ok(()),
                    // It ended early and has said why.
                    _ => Err(fails(&said_by(child_of(&mut self.sink)))),
                }
            }
            Sink::Png(_) | Sink::Ended => Err(fails(&"it is closed")),
        }
    }

    fn finish(mut self) -> Result<(), String> {
        match std::mem::replace(&mut self.sink, Sink::Ended) {
            Sink::Animated(writer) => writer.finish().map_err(|e| self.fails(e)),
            Sink::Ffmpeg(Some(mut child)) => {
                drop(child.stdin.take());
                let mut said = String::new();
                if let Some(mut errors) = child.stderr.take() {
                    let _ = errors.read_to_string(&mut said);
                }
                let ended = child.wait().map_err(|e| self.fails(e))?;
                if ended.success() {
                    Ok(())
                } else {
                    Err(self.fails(format!("ffmpeg: {}", last_line(&said))))
                }
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Writer {
    /// What was not finished does not linger: a program by our side, an empty file that we made.
    fn drop(&mut self) {
        if let Sink::Ffmpeg(Some(child)) = &mut self.sink {
            let _ = child.kill();
            let _ = child.wait();
        }
        let empty = std::fs::metadata(&self.path).is_ok_and(|m| m.is_file() && m.len() == 0);
        if empty {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn child_of(sink: &mut Sink) -> Option<Child> {
    match sink {
        Sink::Ffmpeg(child) => child.take(),
        _ => None,
    }
}

fn said_by(child: Option<Child>) -> String {
    let Some(mut child) = child else {
        return "ffmpeg ended".into();
    };
    drop(child.stdin.take());
    let mut said = String::new();
    if let Some(mut errors) = child.stderr.take() {
        let _ = errors.read_to_string(&mut said);
    }
    let _ = child.wait();
    format!("ffmpeg: {}", last_line(&said))
}

fn last_line(text: &str) -> &str {
    let lines = text.lines().rev().map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty());
    lines.next().unwrap_or("it ended without a word")
}

fn encoder(
    file: File,
    shot: &Shot,
    film: Option<(u64, u32)>,
) -> Result<png::Encoder<'static, BufWriter<File>>, png::EncodingError> {
    let mut encoder = png::Encoder::new(BufWriter::new(file), shot.width, shot.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    if let Some((pictures, fps)) = film {
        encoder.set_animated(u32::try_from(pictures).unwrap_or(u32::MAX), 0)?;
        encoder.set_frame_delay(1, u16::try_from(fps).unwrap_or(u16::MAX))?;
    }
    Ok(encoder)
}

/// Raw pictures in, a film out; sizes are made even, which most players insist on.
fn ffmpeg(path: &Path, shot: &Shot, fps: u32) -> std::io::Result<Child> {
    let size = format!("{}x{}", shot.width, shot.height);
    let fps = fps.to_string();
    // A name may look like an option.
    let mut file = std::ffi::OsString::from("file:");
    file.push(path);
    let mut command = Command::new("ffmpeg");
    command
        .args(["-loglevel", "error", "-y"])
        .args([
            "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", &size, "-r", &fps, "-i", "-",
        ])
        .args([
            "-vf",
            "pad=ceil(iw/2)*2:ceil(ih/2)*2",
            "-pix_fmt",
            "yuv420p",
        ])
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.spawn()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shot(level: u8) -> Shot {
        Shot {
            width: 4,
            height: 2,
            rgb: vec![level; 4 * 2 * 3],
        }
    }

    fn script(output: Output, pictures: u64) -> Script {
        Script {
            from: 1.0,
            step: 0.1,
            pictures,
            fps: 25,
            output,
        }
    }

    #[test]
    fn the_name_tells_what_a_video_is() {
        let of = |name: &str| Output::video(Path::new(name));
        assert_eq!(of("a.mp4"), Ok(Output::Ffmpeg("a.mp4".into())));
        assert_eq!(of("a.PNG"), Ok(Output::Animated("a.PNG".into())));
        assert_eq!(of("frames"), Ok(Output::Folder("frames".into())));
        assert!(of("a.gif").is_err_and(|e| e.contains("a.gif") && e.contains(".webm")));
    }

    #[test]
    fn pictures_are_written_in_their_order_whenever_they_come() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("film.png");
        let script = script(Output::Animated(path.clone()), 3);
        let outcome = Outcome::default();
        let mut film = Film::new(script.clone(), outcome.clone()).expect("writable");
        for number in [2, 0, 1] {
            film.came(number, shot(number as u8 * 50));
        }
        assert_eq!(film.written, 3);
        film.writer.take().expect("open").finish().expect("written");
        let mut reader =
            png::Decoder::new(std::io::BufReader::new(File::open(&path).expect("there")))
                .read_info()
                .expect("a PNG");
        let frames = reader.info().animation_control().map(|a| a.num_frames);
        assert_eq!(frames, Some(3));
        for number in 0..3 {
            let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
            reader.next_frame(&mut bytes).expect("a picture");
            assert_eq!(bytes[0], number * 50);
        }
        let again = Film::new(script, outcome).err().expect("refused");
        assert!(again.contains("never overwritten"), "{again}");
    }

    #[test]
    fn numbered_pictures_have_a_folder_of_their_own_and_one_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("frames");
        let script = script(Output::Folder(path.clone()), 2);
        let mut writer = Writer::new(&script).expect("a folder");
        writer.write(&shot(1), 0).expect("written");
        let other = Shot {
            width: 2,
            height: 4,
            ..shot(1)
        };
        let why = writer.write(&other, 1).expect_err("another size");
        assert!(why.contains("4 x 2 to 2 x 4"), "{why}");
        assert!(path.join("000000.png").exists());
        assert!(Writer::new(&script).is_err(), "never overwritten");
    }

    #[test]
    fn a_film_that_never_began_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("one.png");
        drop(Writer::new(&script(Output::Picture(path.clone()), 1)).expect("writable"));
        assert!(!path.exists());
    }
}
