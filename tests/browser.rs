//! The page in a real browser: no console error, no request, no violation of its policy, hostile names as text, and the
//! things that people press.
//!
//! Runs where a Chromium is installed; elsewhere it says that it was skipped, unless `SPENDTRACE_REQUIRE_BROWSER=1`. The rules of
//! accessibility are axe-core's: `SPENDTRACE_AXE` names its `axe.min.js`; without it that part is skipped.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::report::{HOSTILE, Plan, reported};
use crate::support::Scratch;

/// A browser driven through its debugging pipe: JSON messages that end with NUL.
struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    session: String,
    next: u64,
    events: Vec<Value>,
    _scratch: Scratch,
}

impl Browser {
    /// Starts one; `None`, with the reason printed, where there is none.
    fn start(width: u32, height: u32) -> Option<Browser> {
        let is_required = std::env::var_os("SPENDTRACE_REQUIRE_BROWSER").is_some_and(|v| v == "1");
        let found = ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find(|name| std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file())));
        let Some(program) = found else {
            assert!(!is_required, "SPENDTRACE_REQUIRE_BROWSER=1 and there is no Chromium; install the package chromium");
            eprintln!("skipped: there is no Chromium here");
            return None;
        };
        let scratch = Scratch::new("browser");
        let (to, from) = (scratch.path().join("to"), scratch.path().join("from"));
        let made = Command::new("mkfifo").args([&to, &from]).status().is_ok_and(|s| s.success());
        assert!(made, "mkfifo makes the browser's pipes");
        // The shell gives the pipes the numbers that the browser expects.
        let line = format!(
            "exec {program} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --no-first-run \
             --remote-debugging-pipe --user-data-dir=\"$0/profile\" --window-size={width},{height} about:blank 3<\"$0/to\" 4>\"$0/from\""
        );
        let child = Command::new("sh")
            .arg("-c")
            .arg(line)
            .arg(scratch.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let to = File::options().write(true).open(to).expect("the browser opens its end");
        let from = BufReader::new(File::open(from).expect("the browser opens its end"));
        let mut browser = Browser { child, to, from, session: String::new(), next: 0, events: Vec::new(), _scratch: scratch };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let session = browser.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = session["sessionId"].as_str().expect("a session").to_string();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        browser.call("Emulation.setDeviceMetricsOverride", json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }));
        Some(browser)
    }

    fn receive(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.from.read_until(0, &mut bytes).expect("the browser answers");
        assert!(!bytes.is_empty(), "the browser went away");
        bytes.pop();
        serde_json::from_slice(&bytes).expect("the browser speaks JSON")
    }

    fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = self.session.clone().into();
        }
        self.to.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let answer = self.receive();
            if answer["id"] == id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn open(&mut self, page: &Path) {
        let page = page.canonicalize().expect("the page exists");
        let from = self.events.len();
        self.call("Page.navigate", json!({ "url": format!("file://{}", page.display()) }));
        while !self.events[from..].iter().any(|e| e["method"] == "Page.loadEventFired") {
            let event = self.receive();
            self.events.push(event);
        }
    }

    /// The value of an expression, promises awaited.
    fn value(&mut self, expression: &str) -> Value {
        let answer = self.call("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true }));
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true; at most five seconds.
    fn wait(&mut self, expression: &str) {
        let waiting = format!(
            "new Promise((done) => {{ let n = 0; const look = () => {{ if ({expression}) done(true); else if (n++ > 100) done(false); else setTimeout(look, 50); }}; look(); }})"
        );
        assert_eq!(self.value(&waiting), true, "never true: {expression}");
    }

    /// Everything that the browser complained about, and every request beyond the page itself.
    fn complaints(&self, page: &Path) -> Vec<String> {
        let own = format!("file://{}", page.canonicalize().expect("the page exists").display());
        self.events
            .iter()
            .filter_map(|e| {
                let params = &e["params"];
                match e["method"].as_str()? {
                    "Runtime.exceptionThrown" => Some(params["exceptionDetails"].to_string()),
                    "Runtime.consoleAPICalled" => Some(params["args"].to_string()),
                    "Log.entryAdded" => Some(params["entry"].to_string()),
                    "Page.javascriptDialogOpening" => Some(format!("dialog: {}", params["message"])),
                    "Network.requestWillBeSent" => {
                        let url = params["request"]["url"].as_str().unwrap_or_default();
                        (url.split('#').next() != Some(&own) && !url.starts_with("data:")).then(|| format!("request: {url}"))
                    }
                    _ => None,
                }
            })
            .collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PAGE: &str = "document.querySelector('.page:not([hidden])')";

#[test]
fn the_page_works_and_asks_for_nothing() {
    let Some(mut browser) = Browser::start(1280, 900) else { return };
    let (_scratch, folder) = reported("browser-page", &Plan { lines: 1_200, language: "sv", is_hostile: true });
    let page: PathBuf = folder.join("report.html");
    browser.open(&page);
    assert_eq!(browser.value("document.documentElement.lang"), "sv");
    assert_eq!(browser.value("document.querySelectorAll('.page:not([hidden])').length"), 1);
    assert!(browser.value("document.title").as_str().expect("a title").starts_with("Inköpsuppföljning"));

    // The whole list of purchases, sorted by amount: smallest first after the second press.
    let table = format!("{PAGE}.querySelector('[data-table=maverick_spend]')");
    browser.value(&format!("{table}.querySelector('[data-do=whole]').click()"));
    browser.wait(&format!("{table}.querySelectorAll('tbody tr').length > 10"));
    let heading = format!("[...{table}.querySelectorAll('thead th')].find((th) => th.textContent.startsWith('Belopp'))");
    browser.value(&format!("{heading}.querySelector('button').click()"));
    browser.wait(&format!("{heading}.getAttribute('aria-sort') === 'descending'"));
    browser.value(&format!("{heading}.querySelector('button').click()"));
    browser.wait(&format!("{heading}.getAttribute('aria-sort') === 'ascending'"));
    let sorted = format!(
        "(() => {{ const c = {heading}.cellIndex; const n = [...{table}.querySelectorAll('tbody tr')].map((r) => Number(r.cells[c].textContent.replace(/\\u00a0/g, '').replace('\\u2212', '-'))); return n.length > 10 && n.every((v, i) => i === 0 || n[i - 1] <= v); }})()"
    );
    assert_eq!(browser.value(&sorted), true);

    // Searching leaves the rows that match.
    browser.value(&format!(
        "(() => {{ const i = {table}.querySelector('input'); i.value = 'Tandvården'; i.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()"
    ));
    browser.wait(&format!("[...{table}.querySelectorAll('tbody tr')].every((r) => r.textContent.includes('Tandvården'))"));
    assert!(browser.value(&format!("{table}.querySelectorAll('tbody tr').length")).as_i64().expect("a count") > 0);

    // A row leads to its invoice rows, and their sum is the row's amount.
    browser.value(&format!("{table}.querySelector('tbody .row-link').click()"));
    browser.wait("document.querySelector('#detail').open && document.querySelector('#detail tbody tr')");
    let sums = format!(
        "(() => {{ const n = (t) => Number(t.replace(/\\u00a0/g, '').replace('\\u2212', '-').replace(',', '.')); const shown = n({table}.querySelector('tbody tr').cells[{heading}.cellIndex].textContent); const rows = [...document.querySelectorAll('#detail tbody tr')].reduce((s, r) => s + n(r.cells[6].textContent), 0); return Math.abs(shown - rows) < 1; }})()"
    );
    assert_eq!(browser.value(&sums), true, "the rows behind a purchase add up to it");
    browser.value("document.querySelector('#detail [data-do=close]').click()");

    // A mark of a chart leads to rows too, and a figure to its SQL.
    browser.value(&format!("{PAGE}.querySelector('svg [data-q]').dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))"));
    browser.wait("document.querySelector('#detail').open");
    browser.value("document.querySelector('#detail').close()");
    browser.value(&format!("{table}.querySelector('[data-do=sql]').click()"));
    browser.wait("document.querySelector('#detail pre') && document.querySelector('#detail pre').textContent.includes('from matched.spend')");
    browser.value("document.querySelector('#detail').close()");

    // The cube: all of it, then one unit; the totals are those of the page.
    browser.value(&format!("{PAGE}.querySelector('.explore').scrollIntoView()"));
    browser.wait(&format!("{PAGE}.querySelectorAll('.explore-out table').length === 6"));
    let addressable = format!("{PAGE}.querySelector('.explore-out > .scroll tbody tr:nth-child(2) td').textContent");
    let whole = browser.value(&addressable);
    let pick = |dimension: &str, option: &str| {
        format!(
            "(() => {{ const s = {PAGE}.querySelector('select[data-d={dimension}]'); s.value = [...s.options].find((o) => o.textContent === '{option}').value; s.dispatchEvent(new Event('change')); }})()"
        )
    };
    browser.value(&pick("u", "Tandvården"));
    browser.wait(&format!("{addressable} !== {whole}"));
    // The unit's figure of the cube is the unit's figure of the table.
    let of_table = format!(
        "[...{PAGE}.querySelectorAll('[data-table=compliance_unit] tbody tr')].find((r) => r.cells[0].textContent === 'Tandvården').cells[1].textContent"
    );
    assert_eq!(browser.value(&addressable), browser.value(&of_table));
    // Who should have been used, for this unit alone.
    let passed = format!("[...{PAGE}.querySelectorAll('.explore-out .wide table tbody tr')]");
    assert_eq!(
        browser.value(&format!("{passed}.length > 0 && {passed}.every((r) => r.cells[2].textContent === 'Tandvården' && r.cells[4].textContent !== '')")),
        true
    );
    // A period: the months of the table are those that were asked for.
    browser.value(&pick("from", "2024-03"));
    browser.value(&pick("to", "2024-04"));
    let months = format!("[...{PAGE}.querySelectorAll('.explore-out table')].find((t) => t.caption.textContent === 'Per månad')");
    browser.wait(&format!("{months}.tBodies[0].rows.length === 2"));
    assert_eq!(browser.value(&format!("[...{months}.tBodies[0].rows].map((r) => r.cells[0].textContent)")), json!(["2024-03", "2024-04"]));
    // A tile leads to its rows, and one press shows everything again.
    browser.value(&format!("{PAGE}.querySelector('.explore-out svg .drill').dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))"));
    browser.wait("document.querySelector('#detail').open && document.querySelector('#detail tbody tr')");
    browser.value("document.querySelector('#detail').close()");
    browser.value(&format!("{PAGE}.querySelector('[data-do=explore-reset]').click()"));
    browser.wait(&format!("{addressable} === {whole}"));

    // Copying gives what a spreadsheet takes: a line for each row, tabs between. A browser without a screen lets nobody read the
    // clipboard, so that what is handed to it is kept.
    browser.value("navigator.clipboard.writeText = (text) => { document.copied = text; return Promise.resolve(); }");
    browser.value(&format!("{PAGE}.querySelector('[data-table=compliance_unit] [data-do=copy]').click()"));
    browser.wait(&format!("{PAGE}.querySelector('[data-table=compliance_unit] [data-do=copy]').textContent === 'Kopierat'"));
    let copied = browser.value("document.copied");
    let copied: Vec<Vec<&str>> = copied.as_str().expect("text").lines().map(|l| l.split('\t').collect()).collect();
    assert_eq!(copied.len(), 9, "a heading and eight units: {copied:?}");
    assert!(copied[0][0] == "Enhet" && copied.iter().all(|row| row.len() == copied[0].len()), "{copied:?}");

    // The other language has its own words and numbers; the theme goes round.
    browser.value(&format!("{PAGE}.querySelector('[data-do=language]').click()"));
    assert_eq!(browser.value("document.documentElement.lang"), "en");
    assert!(browser.value("document.title").as_str().expect("a title").starts_with("Procurement follow-up"));
    for theme in ["light", "dark"] {
        browser.value(&format!("{PAGE}.querySelector('[data-do=theme]').click()"));
        assert_eq!(browser.value("document.documentElement.dataset.theme"), theme);
    }

    // Hostile names are text, character for character.
    browser.value(&format!("(() => {{ const t = {PAGE}.querySelector('[data-table=supplier_pareto] [data-do=whole]'); t.click(); }})()"));
    browser.wait(&format!("{PAGE}.querySelectorAll('[data-table=supplier_pareto] tbody tr').length > 50"));
    let names = browser.value(&format!("[...{PAGE}.querySelectorAll('[data-table=supplier_pareto] tbody th')].map((t) => t.textContent)"));
    let names: Vec<&str> = names.as_array().expect("names").iter().filter_map(Value::as_str).collect();
    for hostile in HOSTILE.iter().filter(|h| !h.contains('\u{202e}')) {
        assert!(names.contains(hostile), "{hostile:?} is not shown as it is");
    }
    assert_eq!(browser.complaints(&page), Vec::<String>::new());
}

#[test]
fn the_page_fits_a_narrow_window() {
    let Some(mut browser) = Browser::start(390, 844) else { return };
    let (_scratch, folder) = reported("browser-narrow", &Plan { lines: 400, language: "en", is_hostile: true });
    browser.open(&folder.join("report.html"));
    let (wide, room) = (browser.value("document.documentElement.scrollWidth"), browser.value("document.documentElement.clientWidth"));
    assert!(wide.as_i64() <= room.as_i64(), "the page is {wide} wide in a window of {room}");
    let cut = "[...document.querySelectorAll('.page:not([hidden]) .card .figure, .page:not([hidden]) h2')].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)";
    assert_eq!(browser.value(cut), json!([]));
}

/// The rules that a public body must follow (EN 301 549 takes WCAG 2.1 AA), those of 2.2, and good practice beyond them.
const RULES: &str = "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] }";

#[test]
fn no_rule_of_accessibility_is_broken() {
    let Some(path) = std::env::var_os("SPENDTRACE_AXE") else {
        eprintln!("skipped: SPENDTRACE_AXE does not name an axe.min.js");
        return;
    };
    let axe = std::fs::read_to_string(&path).expect("SPENDTRACE_AXE names a file that can be read");
    let Some(mut browser) = Browser::start(1280, 900) else { return };
    let (_scratch, folder) = reported("browser-axe", &Plan { lines: 900, language: "sv", is_hostile: true });
    let mut broken = Vec::new();
    let look = |browser: &mut Browser, place: &str, broken: &mut Vec<String>| {
        let found = browser.value(&format!(
            "axe.run(document, {RULES}).then((r) => r.violations.map((v) => v.id + ': ' + v.help + ' ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 120)).join(' | ')))"
        ));
        broken.extend(found.as_array().expect("a list").iter().map(|v| format!("{place}: {}", v.as_str().unwrap_or_default())));
    };
    for (width, height) in [(1280, 900), (390, 844)] {
        browser.call("Emulation.setDeviceMetricsOverride", json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }));
        browser.open(&folder.join("report.html"));
        browser.value(&format!("(() => {{ {axe}; }})()"));
        // Every section is laid out, as it is when a reader has come to it; what can be opened is open, and the selection is drawn.
        browser.value("(() => { const all = new CSSStyleSheet(); all.replaceSync('main > section { content-visibility: visible !important }'); document.adoptedStyleSheets = [all]; })()");
        browser.value("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
        browser.value(&format!("{PAGE}.querySelector('.explore').scrollIntoView()"));
        browser.wait(&format!("{PAGE}.querySelectorAll('.explore-out table').length === 6"));
        for (language, theme) in [("sv", "light"), ("sv", "dark"), ("en", "dark"), ("en", "light")] {
            browser.value(&format!("if (document.documentElement.lang !== '{language}') {PAGE}.querySelector('[data-do=language]').click()"));
            browser.value(&format!("document.documentElement.dataset.theme = '{theme}'"));
            look(&mut browser, &format!("{width} {language} {theme}"), &mut broken);
        }
        browser.value(&format!("{PAGE}.querySelector('[data-table=maverick_spend] .row-link').click()"));
        browser.wait("document.querySelector('#detail').open && document.querySelector('#detail tbody tr')");
        look(&mut browser, &format!("{width} dialog"), &mut broken);
    }
    browser.open(&folder.join("units/1000/deviations.html"));
    browser.value(&format!("(() => {{ {axe}; }})()"));
    look(&mut browser, "a unit's page", &mut broken);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
