//! The command line `rsom-metrics`.
