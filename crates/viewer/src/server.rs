//! Serves slices on the loopback address: read-only, under a random name, and no files but those that were named.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rsom_stage::{StageError, interrupt};
use serde::Serialize;
use tiny_http::{Header, Method, Request, Response};

use crate::files::{self, ViewFile};
use crate::slice::{self, Plane};
use crate::{Description, SCRIPT, STYLE, View};

/// A scan with its masks.
pub(crate) struct Entry {
    pub name: String,
    pub files: Vec<ViewFile>,
}

/// A server of slices.
pub(crate) struct Server {
    http: tiny_http::Server,
    /// The random part of all addresses.
    token: String,
    entries: Vec<Entry>,
    /// The scans that were looked at last.
    open: Mutex<Vec<(usize, Arc<Opened>)>>,
    readings: AtomicUsize,
}

/// A scan in memory.
struct Opened {
    /// Counts the readings of files: a file may have changed since the last one.
    reading: usize,
    view: Option<View>,
    left_out: Vec<String>,
}

/// What the page needs to know of a scan.
#[derive(Serialize)]
struct Shown {
    reading: usize,
    #[serde(flatten)]
    description: Option<Description>,
    left_out: Vec<String>,
}

/// An answer: status, type, content.
type Answer = (u16, &'static str, Vec<u8>);

/// Scans that stay in memory.
const OPEN: usize = 2;
const THREADS: usize = 4;
/// Time in which Ctrl-C is noticed.
const WAIT: Duration = Duration::from_millis(200);

const PAGE: &str = include_str!("templates/view.html");
const PAGE_SCRIPT: &str = include_str!("templates/view.js");
const PAGE_STYLE: &str = include_str!("templates/view.css");

impl Server {
    /// Listens on a port of the loopback address; 0 is a free one.
    ///
    /// # Errors
    /// Exit code 2: the port is taken, or not allowed. Exit code 1: the system has no random numbers.
    pub fn start(port: u16, entries: Vec<Entry>) -> Result<Self, StageError> {
        let http = tiny_http::Server::http(("127.0.0.1", port)).map_err(|e| {
            StageError::usage(format_args!("port {port}: {e}; name another --port"))
        })?;
        let mut random = [0u8; 16];
        getrandom::fill(&mut random).map_err(StageError::failure)?;
        let token = random.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self {
            http,
            token,
            entries,
            open: Mutex::default(),
            readings: AtomicUsize::new(0),
        })
    }

    /// The address of the page.
    pub fn address(&self) -> String {
        format!("http://{}/{}/", self.http.server_addr(), self.token)
    }

    /// Answers until Ctrl-C.
    pub fn serve(&self) {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    while !interrupt::requested() {
                        if let Ok(Some(request)) = self.http.recv_timeout(WAIT) {
                            self.answer(request);
                        }
                    }
                });
            }
        });
    }

    fn answer(&self, request: Request) {
        let (status, kind, content) = match self.content(&request) {
            Ok(answer) => answer,
            Err((status, words)) => (
                status,
                "text/plain; charset=utf-8",
                words.as_bytes().to_vec(),
            ),
        };
        let fields = [
            ("Content-Type", kind),
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ];
        let mut response = Response::from_data(content).with_status_code(status);
        for (name, value) in fields {
            if let Ok(header) = Header::from_bytes(name, value) {
                response = response.with_header(header);
            }
        }
        // A browser that left needs no answer.
        let _ = request.respond(response);
    }

    fn content(&self, request: &Request) -> Result<Answer, (u16, &'static str)> {
        if !matches!(request.method(), Method::Get | Method::Head) {
            return Err((405, "only reading is possible"));
        }
        // A page of another site must not reach us under a name of its own.
        let host = request
            .headers()
            .iter()
            .find(|header| header.field.equiv("Host"));
        let host = host.map_or("", |header| header.value.as_str());
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        if !matches!(name, "127.0.0.1" | "localhost") {
            return Err((403, "the address must begin with 127.0.0.1 or localhost"));
        }
        let missing = (404, "there is nothing here");
        let path = request.url().strip_prefix('/').ok_or(missing)?;
        let (token, rest) = path.split_once('/').ok_or(missing)?;
        if token != self.token {
            return Err(missing);
        }
        let parts: Vec<&str> = rest.split('/').collect();
        match parts[..] {
            [""] => Ok((200, "text/html; charset=utf-8", page().into_bytes())),
            ["scans"] => {
                let names: Vec<&str> = self
                    .entries
                    .iter()
                    .map(|entry| entry.name.as_str())
                    .collect();
                json(&names)
            }
            [scan, "view"] => {
                let opened = self.opened(scan).ok_or(missing)?;
                json(&Shown {
                    reading: opened.reading,
                    description: opened.view.as_ref().map(View::description),
                    left_out: opened.left_out.clone(),
                })
            }
            [scan, reading, image, plane, index] => {
                let opened = self.opened(scan).ok_or(missing)?;
                let reading: usize = reading.parse().map_err(|_| missing)?;
                if reading != opened.reading {
                    return Err((409, "the scan was read again; choose it once more"));
                }
                let bytes = (|| {
                    let view = opened.view.as_ref()?;
                    let (image, index) = (image.parse().ok()?, index.parse().ok()?);
                    slice::bytes(view, image, Plane::named(plane)?, index)
                })();
                Ok((200, "application/octet-stream", bytes.ok_or(missing)?))
            }
            _ => Err(missing),
        }
    }

    /// A scan by its number, read if it is not in memory.
    fn opened(&self, number: &str) -> Option<Arc<Opened>> {
        let number: usize = number.parse().ok()?;
        let entry = self.entries.get(number)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, opened)) = open.iter().find(|(known, _)| *known == number) {
            return Some(Arc::clone(opened));
        }
        let files::Loaded { view, left_out } = files::load(&entry.files);
        let reading = self.readings.fetch_add(1, Ordering::Relaxed);
        let opened = Arc::new(Opened {
            reading,
            view,
            left_out,
        });
        open.truncate(OPEN - 1);
        open.insert(0, (number, Arc::clone(&opened)));
        Some(opened)
    }
}

fn json(value: &impl Serialize) -> Result<Answer, (u16, &'static str)> {
    let bytes = serde_json::to_vec(value).map_err(|_| (500, "the answer cannot be written"))?;
    Ok((200, "application/json", bytes))
}

/// The page: everything in one answer.
fn page() -> String {
    let style = [PAGE_STYLE, STYLE].concat();
    let script = [SCRIPT, PAGE_SCRIPT].concat();
    PAGE.replace("{{ style }}", &style)
        .replace("{{ script }}", &script)
}
