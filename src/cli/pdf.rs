//! The report on paper: a browser that is installed prints the page. The page's own print style makes the pages.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// Programs that can print, in the order in which they are tried.
const PROGRAMS: [&str; 6] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"];

/// Where they lie when they are not on the path.
const PLACES: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/// A page of a large region takes some seconds; a browser that hangs must not hang us.
const PATIENCE: Duration = Duration::from_secs(120);

/// Prints `page` to `pdf`, tagged, and gives its size. The file appears whole or not at all.
///
/// # Errors
/// [`Error::Config`] when no browser is found; [`Error::Store`] when it does not print.
pub fn print(page: &Path, pdf: &Path) -> Result<u64> {
    let program = find().ok_or_else(|| {
        Error::Config(format!(
            "report.pdf needs Chromium, Chrome or Edge to print {}; install one of them, or open the page and print it to PDF yourself",
            page.display()
        ))
    })?;
    let page = page.canonicalize().map_err(|e| Error::io("find", page, &e))?;
    let folder = pdf.parent().unwrap_or(Path::new("."));
    let profile = folder.join(".print-profile");
    let unfinished = folder.join(".report.pdf.tmp");
    std::fs::create_dir_all(&profile).map_err(|e| Error::io("create the folder", &profile, &e))?;
    let printed = run(&program, &page, &profile, &unfinished);
    // The browser's own files are of no use to anyone afterwards.
    let _ = std::fs::remove_dir_all(&profile);
    let size = match printed.and_then(|()| std::fs::metadata(&unfinished).map_err(|e| Error::io("find", &unfinished, &e))) {
        Ok(file) if file.len() > 0 => file.len(),
        Ok(_) => return Err(Error::Store(format!("{} printed an empty file", program.display()))),
        Err(error) => {
            let _ = std::fs::remove_file(&unfinished);
            return Err(error);
        }
    };
    std::fs::rename(&unfinished, pdf).map_err(|e| Error::io("write", pdf, &e))?;
    Ok(size)
}

fn run(program: &Path, page: &Path, profile: &Path, pdf: &Path) -> Result<()> {
    let with_path = |flag: &str, path: &Path| {
        let mut word = OsString::from(flag);
        word.push(path);
        word
    };
    let mut command = Command::new(program);
    command
        .args(["--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-quic"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--no-pdf-header-footer", "--generate-pdf-document-outline", "--export-tagged-pdf"])
        .arg(with_path("--user-data-dir=", profile))
        .arg(with_path("--print-to-pdf=", pdf));
    // The browser's sandbox refuses to start for root, and in most containers.
    if is_root() {
        command.arg("--no-sandbox");
    }
    let mut child = command
        .arg(with_path("file://", page))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| Error::io("start", program, &e))?;
    let start = Instant::now();
    loop {
        match child.try_wait().map_err(|e| Error::io("wait for", program, &e))? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(Error::Store(format!("{} did not print: {status}", program.display()))),
            None if start.elapsed() > PATIENCE => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Error::Store(format!("{} did not print within {} seconds", program.display(), PATIENCE.as_secs())));
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn find() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let folders: Vec<PathBuf> = on_path.collect();
    let named = PROGRAMS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    named.chain(PLACES.iter().map(PathBuf::from)).find(|p| p.is_file())
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of our own process folder, where there is one: no unsafe call for the user id.
    std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
