//! The options with which a plan was asked for, as a command line states them.

use crate::plan::tasks::Plan;
use crate::run::shell_line::quoted;

impl Plan {
    /// The options of the command line that choose values: `--profile smoke --set 'net=[unet]'`. Empty if there are none.
    #[must_use]
    pub fn options(&self) -> String {
        let profile = self.request.profile.iter().map(|name| ("--profile", name));
        let set = self.request.set.iter().map(|word| ("--set", word));
        let options = profile.chain(set);
        let options = options.map(|(flag, word)| format!("{flag} {}", quoted(word)));
        options.collect::<Vec<_>>().join(" ")
    }
}
