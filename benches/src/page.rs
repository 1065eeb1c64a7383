//! The page of results of the comparison with PyTorch.

use crate::comparison::{Line, Part, Settings};
use crate::measurement::median;

/// The page.
pub fn write(settings: &Settings, parts: &[Part]) -> String {
    let first = parts.first().and_then(|part| part.lines.first());
    let peers = first.map_or(("", ""), |l| (l.ours.peer.as_str(), l.plain.peer.as_str()));
    let mut page = format!(
        "# Speed of the networks compared with PyTorch\n\n\
         `just bench-pytorch PYTHON`, {}; {} threads of an {};\n{} and {}. The programs ran alternately, {} times each. Each run\n\
         is a new process that times {} passes after two warm-up passes; all values are medians. PyTorch ran with its usual layout of\n\
         memory and with `channels_last`. A ratio below 1 means that rsom is faster than the faster of both, or needs less memory than\n\
         the smaller; `must be` is the largest accepted ratio of times.\n\n\
         The rate counts the operations of direct convolution (two for a multiply-add). Our convolutions need fewer, so the\n\
         rate can exceed the peak, which these threads reach with multiply-adds in registers alone.\n",
        settings.date,
        settings.threads,
        processor(),
        peers.0,
        peers.1,
        settings.rounds,
        settings.runs,
    );
    for part in parts {
        page += &times(part);
    }
    page += "\n## Where the time goes\n\n\
        `rsom-benches network NET MODE … --profile`, one run of each. The tables list ops that take 1 % of a pass or more. A\n\
        share is the mean time of the op divided by the median time of a pass, so a slow pass can raise the sum above 100 %.\n\
        The rest is outside the ops: loss, Adam, tape.\n";
    for part in parts {
        page += &profile(part);
    }
    page
}

fn times(part: &Part) -> String {
    let name = title(&part.instructions);
    let mut text = format!(
        "\n## {name}\n\n\
         The peak is {:.0} Gflop/s{}.\n\n\
         | work | ours | PyTorch | channels last | ratio | must be | rate, Gflop/s | share of peak | memory, ours | PyTorch | ratio |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
        part.peak,
        restricted(&part.instructions)
    );
    for line in &part.lines {
        let ours = median(&line.ours.seconds);
        let rate = line.work.operations() / ours / 1e9;
        let memory = |side: &[f64]| median(side);
        let theirs = memory(&line.plain.peak_mb).min(memory(&line.channels_last.peak_mb));
        let own = memory(&line.ours.peak_mb);
        text += &format!(
            "| {} | {} | {} | {} | **{:.2}** | {} | {rate:.0} | {:.0} % | {own:.0} MiB | {theirs:.0} MiB | {:.2} |\n",
            line.work.words(),
            duration(ours),
            duration(median(&line.plain.seconds)),
            duration(median(&line.channels_last.seconds)),
            line.ratio(),
            line.limit.map_or("–".to_owned(), |limit| limit.to_string()),
            100.0 * rate / part.peak,
            own / theirs,
        );
    }
    text
}

fn restricted(instructions: &str) -> &'static str {
    if instructions == "avx2" {
        "; both programs were kept to AVX2 (`RSOM_INSTRUCTIONS`; `ATEN_CPU_CAPABILITY`, `ONEDNN_MAX_CPU_ISA`, `MKL_ENABLE_INSTRUCTIONS`)"
    } else {
        ""
    }
}

/// The name of a set of instructions, as people write it.
fn title(instructions: &str) -> &str {
    match instructions {
        "avx2" => "AVX2",
        "avx512" => "AVX-512",
        other => other,
    }
}

/// The table of ops that take 1 % of a pass or more, for each network.
fn profile(part: &Part) -> String {
    let name = title(&part.instructions);
    let mut text = format!("\n### {name}\n\n| work | op, way: share |\n|---|---|\n");
    for line in &part.lines {
        text += &format!("| {} | {} |\n", line.work.words(), shares(line));
    }
    text
}

fn shares(line: &Line) -> String {
    let whole = median(&line.profile.seconds);
    let ops = line.profile.ops.iter();
    let mut ops: Vec<(f64, &str)> = ops
        .map(|(name, seconds)| (100.0 * seconds / whole, name.as_str()))
        .filter(|(share, _)| *share >= 1.0)
        .collect();
    ops.sort_by(|a, b| b.0.total_cmp(&a.0));
    let ops: Vec<String> = ops
        .iter()
        .map(|(share, name)| format!("{name}: {share:.0} %"))
        .collect();
    ops.join("; ")
}

fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.1} ms", seconds * 1e3)
    } else {
        format!("{seconds:.2} s")
    }
}

/// The processor's name (Linux).
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    field("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}
