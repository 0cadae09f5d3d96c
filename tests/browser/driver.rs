//! A real browser, driven over WebDriver (https://www.w3.org/TR/webdriver2): chromedriver, which
//! starts chromium without a window.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long to wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// The key that names elements in answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser with one page.
pub struct Browser {
    driver: Child,
    agent: ureq::Agent,
    /// Address of the session.
    session: String,
}

/// A picture of the page: width, height, three bytes a pixel.
#[derive(Clone, PartialEq)]
pub struct Shot {
    pub width: usize,
    pub height: usize,
    pub rgb: Vec<[u8; 3]>,
}

impl Shot {
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        self.rgb[y * self.width + x]
    }

    /// Share of the pixels right of `left` for which this holds.
    pub fn share(&self, left: usize, holds: impl Fn([u8; 3]) -> bool) -> f64 {
        let (mut yes, mut all) = (0u32, 0u32);
        for y in 0..self.height {
            for x in left..self.width {
                all += 1;
                yes += u32::from(holds(self.at(x, y)));
            }
        }
        f64::from(yes) / f64::from(all)
    }

    /// Share of the pixels that differ by more than some steps.
    pub fn difference(&self, other: &Shot) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let differ = |(a, b): (&[u8; 3], &[u8; 3])| (0..3).any(|k| a[k].abs_diff(b[k]) > 8);
        let count = self.rgb.iter().zip(&other.rgb).filter(|&p| differ(p)).count();
        count as f64 / self.rgb.len() as f64
    }
}

impl Browser {
    /// Starts a browser; says in one line why there is none.
    pub fn start() -> Result<Browser, String> {
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".into());
        let mut driver = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("{program} does not start ({e}); install chromium and chromium-driver"))?;
        let port = port(&mut driver);
        let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        let mut browser = Browser { driver, agent: config.build().into(), session: String::new() };
        let base = format!("http://127.0.0.1:{}", port.ok_or(format!("{program} does not say its port"))?);
        let args = [
            "--headless=new",
            "--no-sandbox", // containers run as root
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            "--force-color-profile=srgb",
            "--window-size=800,600",
            // WebGL without a graphics card.
            "--use-gl=angle",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": args},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let answer = browser.send("POST", &format!("{base}/session"), Some(wanted))?;
        let id = answer["sessionId"].as_str().ok_or("no session")?.to_string();
        browser.session = format!("{base}/session/{id}");
        Ok(browser)
    }

    fn send(&self, method: &str, url: &str, body: Option<Value>) -> Result<Value, String> {
        let answer = match (method, body) {
            ("GET", _) => self.agent.get(url).call(),
            ("DELETE", _) => self.agent.delete(url).call(),
            (_, body) => self.agent.post(url).send(body.unwrap_or(json!({})).to_string()),
        };
        let mut answer = answer.map_err(|e| format!("{method} {url}: {e}"))?;
        let good = answer.status().is_success();
        let text = answer.body_mut().with_config().limit(1 << 28).read_to_string().map_err(|e| e.to_string())?;
        let value: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        if good { Ok(value["value"].clone()) } else { Err(value["value"]["message"].to_string()) }
    }

    #[track_caller]
    fn post(&self, what: &str, body: Value) -> Value {
        self.send("POST", &format!("{}/{what}", self.session), Some(body)).unwrap_or_else(|e| panic!("{what}: {e}"))
    }

    #[track_caller]
    fn get(&self, what: &str) -> Value {
        self.send("GET", &format!("{}/{what}", self.session), None).unwrap_or_else(|e| panic!("{what}: {e}"))
    }

    /// Opens a file.
    #[track_caller]
    pub fn open(&self, path: &std::path::Path) {
        let escape = |b: u8| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        };
        let url: String = path.to_str().expect("text").bytes().map(escape).collect();
        self.post("url", json!({"url": format!("file://{url}")}));
    }

    /// Runs a script in the page and returns its result.
    #[track_caller]
    pub fn script(&self, code: &str) -> Value {
        self.post("execute/sync", json!({"script": code, "args": []}))
    }

    /// Waits until a script returns true.
    #[track_caller]
    pub fn wait(&self, code: &str) {
        let start = Instant::now();
        while self.script(code) != Value::Bool(true) {
            assert!(start.elapsed() < PATIENCE, "waited in vain for {code}");
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// Text of the element with this id.
    #[track_caller]
    pub fn text(&self, id: &str) -> String {
        let script = format!("return document.getElementById('{id}').textContent");
        self.script(&script).as_str().unwrap_or_default().to_string()
    }

    /// Waits until the page has drawn all that it was asked for, and no frame is due.
    #[track_caller]
    pub fn settle(&self) {
        let script = "const done = arguments[arguments.length - 1]; \
                      const tick = (n) => n ? requestAnimationFrame(() => tick(n - 1)) : done(true); tick(4);";
        self.post("execute/async", json!({"script": script, "args": []}));
    }

    /// What one sees.
    #[track_caller]
    pub fn shot(&self, keep: &str) -> Shot {
        self.settle();
        let bytes = STANDARD.decode(self.get("screenshot").as_str().expect("base64")).expect("base64");
        // For people who want to look.
        let _ = std::fs::write(format!("{}/{keep}.png", env!("CARGO_TARGET_TMPDIR")), &bytes);
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("png");
        let mut buffer = vec![0; reader.output_buffer_size().expect("small")];
        let info = reader.next_frame(&mut buffer).expect("png");
        let bytes_each = info.color_type.samples();
        let rgb = buffer[..info.buffer_size()].chunks_exact(bytes_each).map(|p| [p[0], p[1], p[2]]).collect();
        Shot { width: info.width as usize, height: info.height as usize, rgb }
    }

    /// Moves the pointer through points of the window, with the left button pressed between the
    /// first and the last if wanted.
    #[track_caller]
    pub fn pointer(&self, path: &[[i64; 2]], pressed: bool) {
        let go =
            |p: &[i64; 2]| json!({"type": "pointerMove", "duration": 20, "x": p[0], "y": p[1], "origin": "viewport"});
        let mut actions = vec![go(&path[0])];
        if pressed {
            actions.push(json!({"type": "pointerDown", "button": 0}));
        }
        actions.extend(path[1..].iter().map(go));
        if pressed {
            actions.push(json!({"type": "pointerUp", "button": 0}));
        }
        let mouse =
            json!({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions});
        self.post("actions", json!({"actions": [mouse]}));
    }

    /// Turns the wheel over a point; negative is away from the body.
    #[track_caller]
    pub fn wheel(&self, at: [i64; 2], by: i64) {
        let scroll = json!({"type": "scroll", "x": at[0], "y": at[1], "deltaX": 0, "deltaY": by, "duration": 20, "origin": "viewport"});
        self.post("actions", json!({"actions": [{"type": "wheel", "id": "wheel", "actions": [scroll]}]}));
    }

    /// Types into the element with this id.
    #[track_caller]
    pub fn keys(&self, id: &str, text: &str) {
        let found = self.post("element", json!({"using": "css selector", "value": format!("#{id}")}));
        let element = found[ELEMENT].as_str().expect("an element").to_string();
        self.post(&format!("element/{element}/value"), json!({"text": text}));
    }

    /// Errors on the console since the last call.
    #[track_caller]
    pub fn errors(&self) -> Vec<String> {
        let log = self.post("se/log", json!({"type": "browser"}));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().filter(|e| e["level"] == "SEVERE").map(|e| e["message"].to_string()).collect()
    }

    /// Addresses that the browser asked for since the last call.
    #[track_caller]
    pub fn requests(&self) -> Vec<String> {
        let log = self.post("se/log", json!({"type": "performance"}));
        let entries = log.as_array().cloned().unwrap_or_default();
        let request = |e: &Value| {
            let message: Value = serde_json::from_str(e["message"].as_str()?).ok()?;
            let message = &message["message"];
            let sent = message["method"] == "Network.requestWillBeSent";
            sent.then(|| message["params"]["request"]["url"].as_str().unwrap_or("?").to_string())
        };
        entries.iter().filter_map(request).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.send("DELETE", &self.session, None);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that the driver chose.
fn port(driver: &mut Child) -> Option<u16> {
    let mut lines = BufReader::new(driver.stdout.take()?).lines();
    let told = |line: &str| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok();
    let found = lines.by_ref().map_while(Result::ok).find_map(|line| told(&line));
    // Somebody has to read what else it says.
    std::thread::spawn(move || lines.for_each(drop));
    found
}
