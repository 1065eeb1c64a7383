"""Compares the commands of `rsom stats` with scipy, statsmodels and pingouin on random samples, and prints a Markdown table.

    python crates/stats/benches/peers.py target/release/rsom

Needs: pip install scipy statsmodels pingouin pandas
"""

import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import scipy
import scipy.stats as st
import statsmodels
import statsmodels.formula.api as smf
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_paired

warnings.filterwarnings("ignore")
RSOM = Path(sys.argv[1]).resolve()
WORK = Path(tempfile.mkdtemp())
rng = np.random.default_rng(20261130)
rows = []


def run(*words):
    subprocess.run([RSOM, *map(str, words), "--quiet"], check=True, cwd=WORK, stdout=subprocess.DEVNULL)


def results(name):
    run("io", "table", "csv", "--input", f"{name}.parquet", "--output", f"{name}.csv")
    return pd.read_csv(WORK / f"{name}.csv")


def compare(name, design, *words):
    run("stats", design, "--input", f"{name}.csv", *words, "--output", "t.parquet")
    table = results("t")
    (WORK / "t.parquet").unlink()
    (WORK / "t.csv").unlink()
    return table


def check(what, against, ours, theirs):
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    assert ours.shape == theirs.shape and np.isfinite(ours).all() and np.isfinite(theirs).all(), what
    deviation = np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-3)
    rows.append(f"| {what} | {against} | {ours.size} | {deviation.max():.1e} |")


def values(n, ties):
    v = 1 / (1 + np.exp(-(2 + 0.8 * rng.normal(size=n))))
    return np.round(v, 2) if ties else v


def long(samples, arms=("x", "y"), paired=True):
    frames = []
    for i, sample in enumerate(samples):
        start = 0
        for arm, v in zip(arms, sample):
            subject = [f"s{k + (0 if paired else start):02d}" for k in range(len(v))]
            frames.append(pd.DataFrame({"subject": subject, "metric": f"d{i:03d}", "arm": arm, "value": v}))
            start += len(v)
    return pd.concat(frames)


def names(count):
    return ",".join(f"d{i:03d}" for i in range(count))


# Pairs: 200 samples of 5 to 30, half of them with ties and zeros.
sizes = rng.integers(5, 31, 200)
pairs = [(values(n, i % 2 == 0), values(n, i % 2 == 0)) for i, n in enumerate(sizes)]
long(pairs).to_csv(WORK / "pairs.csv", index=False)
factor = ["--factor", "arm", "--baseline", "x"]
exact = compare("pairs", "compare", "--metric", names(200), *factor, "--replicates", 0)
normal = compare("pairs", "compare", "--metric", names(200), *factor, "--replicates", 0, "--method", "normal")
differences = [np.round(y - x, 10) for x, y in pairs]
untied = [len(np.unique(np.abs(d))) == len(d) and (d != 0).all() for d in differences]
check("signed-rank test, exact p (without ties)", "scipy", exact.p_value[untied], [st.wilcoxon(d, method="exact").pvalue for d, u in zip(differences, untied) if u])
check("signed-rank test, normal p", "scipy", normal.p_value, [st.wilcoxon(d, method="approx").pvalue for d in differences])
check("rank-biserial correlation", "pingouin", exact.effect_size, [pingouin.wilcoxon(d, np.zeros(len(d))).RBC.iloc[0] for d in differences])
for ours, theirs in [("holm", "holm"), ("hochberg", "simes-hochberg"), ("benjamini_hochberg", "fdr_bh"), ("benjamini_yekutieli", "fdr_by"), ("bonferroni", "bonferroni")]:
    adjusted = compare("pairs", "compare", "--metric", names(200), *factor, "--replicates", 0, "--adjust", ours)
    check(f"{ours}", "statsmodels", adjusted.p_adjusted, multipletests(adjusted.p_value, method=theirs)[1])
margins = [word for i in range(200) for word in ("--margin", f"d{i:03d}=0.05")]
tost = compare("pairs", "equivalence", "--metric", names(200), *factor, *margins, "--test", "means")
check("equivalence of means", "statsmodels", tost.p_value, [ttost_paired(y, x, -0.05, 0.05)[0] for x, y in pairs])
agreement = compare("pairs", "agreement", "--metric", names(200), *factor)
forms = {"icc_1_1": "ICC(1,1)", "icc_a_1": "ICC(A,1)", "icc_c_1": "ICC(C,1)", "icc_1_k": "ICC(1,k)", "icc_a_k": "ICC(A,k)", "icc_c_k": "ICC(C,k)"}
icc = []
for x, y in pairs:
    n = len(x)
    frame = pd.DataFrame({"unit": list(range(n)) * 2, "rater": ["x"] * n + ["y"] * n, "value": np.concatenate([x, y])})
    icc.append(pingouin.intraclass_corr(frame, "unit", "rater", "value").set_index("Type").ICC)
known = {form: [c for c in (theirs, theirs.replace("(1,1)", "1").replace("(A,1)", "2").replace("(C,1)", "3").replace("(1,k)", "1k").replace("(A,k)", "2k").replace("(C,k)", "3k")) if c in icc[0].index][0] for form, theirs in forms.items()}
check("intraclass correlations, six forms", "pingouin", np.concatenate([agreement.value[agreement.measure == form] for form in forms]), np.concatenate([[i[known[form]] for i in icc] for form in forms]))
check("Spearman's correlation", "scipy", agreement.value[agreement.measure == "spearman"], [st.spearmanr(x, y).statistic for x, y in pairs])

# Groups: 200 pairs of groups of 3 to 15 subjects.
sizes = rng.integers(3, 16, (200, 2))
groups = [(values(m, i % 2 == 0), values(n, i % 2 == 0)) for i, (m, n) in enumerate(sizes)]
long(groups, paired=False).to_csv(WORK / "groups.csv", index=False)
exact = compare("groups", "groups", "--metric", names(200), *factor, "--replicates", 0)
normal = compare("groups", "groups", "--metric", names(200), *factor, "--replicates", 0, "--method", "normal")
untied = [len(np.unique(np.concatenate(g))) == len(np.concatenate(g)) for g in groups]
check("Mann–Whitney test, exact p (without ties)", "scipy", exact.p_value[untied], [st.mannwhitneyu(y, x, method="exact").pvalue for (x, y), u in zip(groups, untied) if u])
check("Mann–Whitney test, normal p", "scipy", normal.p_value, [st.mannwhitneyu(y, x, method="asymptotic", use_continuity=False).pvalue for x, y in groups])
apart = [min(y) > max(x) or min(x) > max(y) for x, y in groups]
overlapping = [not a for a in apart]
munzel = compare("groups", "groups", "--metric", names(200), *factor, "--replicates", 0, "--test", "brunner_munzel", "--method", "normal")
reference = [st.brunnermunzel(x, y) for (x, y), o in zip(groups, overlapping) if o]
check("Brunner–Munzel, t and p", "scipy", [*munzel.statistic[overlapping], *munzel.p_value[overlapping]], [*(r.statistic for r in reference), *(r.pvalue for r in reference)])

# Four levels: 100 samples of the same subjects, 100 of different ones.
blocks = [values(4 * n, i % 2 == 0).reshape(4, -1) for i, n in enumerate(rng.integers(4, 16, 100))]
arms = ("w", "x", "y", "z")
long(blocks, arms).to_csv(WORK / "blocks.csv", index=False)
friedman = compare("blocks", "omnibus", "--metric", names(100), "--factor", "arm")
reference = [st.friedmanchisquare(*b) for b in blocks]
check("Friedman's χ² and its p", "scipy", [*friedman.statistic, *friedman.p_asymptotic], [*(r.statistic for r in reference), *(r.pvalue for r in reference)])
frames = [pd.DataFrame(b.T, columns=list(arms)).reset_index().melt("index") for b in blocks]
kendall = [pingouin.friedman(f, dv="value", within="variable", subject="index").W.iloc[0] for f in frames]
check("Kendall's W", "pingouin", friedman.effect_size, kendall)
long(blocks, arms, paired=False).to_csv(WORK / "different.csv", index=False)
kruskal = compare("different", "omnibus", "--metric", names(100), "--factor", "arm", "--design", "independent")
reference = [st.kruskal(*b) for b in blocks]
check("H of Kruskal and Wallis and its p", "scipy", [*kruskal.statistic, *kruskal.p_asymptotic], [*(r.statistic for r in reference), *(r.pvalue for r in reference)])

# Mixed models with a random intercept: 20 samples of 24 subjects with six values each.
ours, theirs = [], []
for i in range(20):
    grid = pd.MultiIndex.from_product([range(24), [0, 10, 100], ["v1", "v2"]], names=["k", "s", "visit"]).to_frame(index=False)
    grid["subject"] = [f"s{k:02d}" for k in grid.k]
    grid["age"] = np.round(rng.normal(50, 12, 24))[grid.k]
    grid["value"] = 1 + 0.02 * grid.age - 0.3 * (grid.s > 0) + rng.normal(0, 0.5, 24)[grid.k] + rng.normal(0, 0.4, len(grid))
    grid = grid.sample(len(grid) - i, random_state=i)
    grid["metric"] = "v"
    grid["scan"] = grid.subject + grid.visit
    grid.to_csv(WORK / "model.csv", index=False)
    ours.append(compare("model", "model", "--formula", "v ~ C(s) + age + (1|subject)").set_index("coefficient"))
    theirs.append(smf.mixedlm("value ~ C(s) + age", grid, groups=grid.subject).fit(reml=True, method="bfgs", gtol=1e-9))
mine, place = ["(Intercept)", "C(s)10", "C(s)100", "age"], ["Intercept", "C(s)[T.10]", "C(s)[T.100]", "age"]
check("mixed model: coefficients", "statsmodels", np.concatenate([o.estimate[mine] for o in ours]), np.concatenate([m.params[place] for m in theirs]))
check("mixed model: standard errors", "statsmodels", np.concatenate([o.standard_error[mine] for o in ours]), np.concatenate([m.bse[place] for m in theirs]))

print("| result | Python | values | largest deviation |\n|---|---|---|---|")
print("\n".join(rows))
print(f"\nscipy {scipy.__version__}, statsmodels {statsmodels.__version__}, pingouin {pingouin.__version__}")
