//! Lines at the bottom of a terminal that change, below lines that stay.

use std::io::IsTerminal;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::log;

/// Changes of the lines on the screen in a second.
const PER_SECOND: u8 = 4;

/// An area at the bottom of the terminal. While it exists, messages of [`crate::log`] appear above it.
#[derive(Debug)]
pub struct Live {
    lines: ProgressBar,
}

impl Live {
    /// An area on stderr. `None` if stderr is no terminal.
    #[must_use]
    pub fn on_terminal() -> Option<Self> {
        std::io::stderr().is_terminal().then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(PER_SECOND);
            let area = MultiProgress::with_draw_target(target);
            let lines = area.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{msg}") {
                lines.set_style(style);
            }
            log::print_above(Some(area));
            Self { lines }
        })
    }

    /// The columns of a line.
    #[must_use]
    pub fn columns(&self) -> usize {
        // The last column stays free: some terminals wrap at it.
        usize::from(console::Term::stderr().size().1).saturating_sub(1)
    }

    /// Shows these lines instead of the earlier ones. Cuts them at the width of the terminal.
    pub fn show(&mut self, texts: &[String]) {
        let (height, columns) = (console::Term::stderr().size().0, self.columns());
        let cut = |text: &String| console::truncate_str(text, columns, "…").into_owned();
        let texts = texts.iter().take(usize::from(height).saturating_sub(1));
        let texts: Vec<String> = texts.map(cut).collect();
        self.lines.set_message(texts.join("\n"));
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.lines.finish_and_clear();
        log::print_above(None);
    }
}
