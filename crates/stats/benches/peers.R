# Compares the commands of `rsom stats` with R on random samples, and prints a Markdown table of the largest deviations.
#
#   Rscript crates/stats/benches/peers.R target/release/rsom
#
# Debian: r-base-core r-cran-coin r-cran-lme4 r-cran-lmertest r-cran-psych r-cran-effectsize
suppressMessages({ library(coin); library(lme4); library(lmerTest); library(psych); library(effectsize) })
rsom <- normalizePath(commandArgs(TRUE)[1])
work <- tempfile("peers"); dir.create(work); setwd(work)
set.seed(20261130)

run <- function(...) {
  status <- system2(rsom, c(..., "--quiet"), stdout = FALSE)
  if (status != 0) stop("rsom failed: ", paste(..., collapse = " "))
}
results <- function(name) {
  run("io", "table", "csv", "--input", paste0(name, ".parquet"), "--output", paste0(name, ".csv"))
  read.csv(paste0(name, ".csv"), stringsAsFactors = FALSE)
}
rows <- list()
check <- function(what, against, ours, theirs) {
  stopifnot(length(ours) == length(theirs))
  keep <- !is.na(theirs)
  stopifnot(!any(is.na(ours[keep])))
  deviation <- abs(ours[keep] - theirs[keep]) / pmax(abs(theirs[keep]), 1e-3)
  rows[[length(rows) + 1]] <<- sprintf("| %s | %s | %d | %.1e |", what, against, sum(keep), max(deviation))
}
name <- function(i) sprintf("d%03d", i)
values <- function(n, ties) if (ties) round(plogis(2 + 0.8 * rnorm(n)), 2) else plogis(2 + 0.8 * rnorm(n))

# Pairs: 200 samples of 5 to 30, half of them with ties and zeros.
pairs <- lapply(1:200, function(i) {
  n <- sample(5:30, 1)
  list(a = values(n, i %% 2 == 0), b = values(n, i %% 2 == 0) + if (i %% 2 == 0) 0 else rnorm(1, 0, 0.05))
})
long <- do.call(rbind, lapply(seq_along(pairs), function(i) {
  p <- pairs[[i]]; n <- length(p$a)
  data.frame(subject = rep(sprintf("s%02d", 1:n), 2), metric = name(i), arm = rep(c("x", "y"), each = n), value = c(p$a, p$b))
}))
write.csv(format(long, digits = 17), "pairs.csv", row.names = FALSE, quote = FALSE)
metrics <- paste(name(seq_along(pairs)), collapse = ",")
run("stats", "compare", "--input", "pairs.csv", "--metric", metrics, "--factor", "arm", "--baseline", "x", "--replicates", "0", "--output", "t.parquet")
t <- results("t")
differences <- lapply(pairs, function(p) round(p$b - p$a, 10))
coin_p <- sapply(differences, function(d) {
  d <- d[d != 0]
  as.numeric(pvalue(wilcoxsign_test(d ~ rep(0, length(d)), zero.method = "Wilcoxon", distribution = "exact")))
})
check("signed-rank test, exact p", "coin", t$p_value, coin_p)
check("Holm", "p.adjust", t$p_adjusted, p.adjust(t$p_value, "holm"))
untied <- sapply(differences, function(d) !any(duplicated(abs(d))) && all(d != 0))
interval <- sapply(differences[untied], function(d) { w <- suppressWarnings(wilcox.test(d, conf.int = TRUE)); c(w$estimate, w$conf.int) })
check("Hodges–Lehmann of pairs, exact interval", "wilcox.test", c(t$hl[untied], t$ci_low[untied], t$ci_high[untied]), c(interval[1, ], interval[2, ], interval[3, ]))
biserial <- sapply(pairs, function(p) rank_biserial(round(p$b - p$a, 10), mu = 0, ci = NULL, verbose = FALSE)$r_rank_biserial)
check("rank-biserial correlation", "effectsize", t$effect_size, biserial)
of_t <- function(tests, table) {
  check("mean difference and its interval", "t.test", c(table$mean_difference_low, table$mean_difference_high), c(sapply(tests, function(r) r$conf.int[1]), sapply(tests, function(r) r$conf.int[2])))
}
of_t(lapply(pairs, function(p) t.test(p$b, p$a, paired = TRUE)), t)
tost <- function(d) { d <- d; max(t.test(d, mu = -0.05, alternative = "greater")$p.value, t.test(d, mu = 0.05, alternative = "less")$p.value) }
margins <- paste0("d", sprintf("%03d", seq_along(pairs)), "=0.05")
run("stats", "equivalence", "--input", "pairs.csv", "--metric", metrics, "--factor", "arm", "--baseline", "x", as.vector(rbind("--margin", margins)), "--test", "means", "--output", "e.parquet")
e <- results("e")
check("equivalence of means", "t.test, two one-sided", e$p_value, sapply(pairs, function(p) tost(p$b - p$a)))

# Agreement of the same pairs.
run("stats", "agreement", "--input", "pairs.csv", "--metric", metrics, "--factor", "arm", "--baseline", "x", "--output", "a.parquet")
a <- results("a")
icc <- sapply(pairs, function(p) { r <- suppressMessages(suppressWarnings(ICC(cbind(p$b, p$a), lmer = FALSE)$results)); c(r$ICC, r$`lower bound`, r$`upper bound`) })
names6 <- c("icc_1_1", "icc_a_1", "icc_c_1", "icc_1_k", "icc_a_k", "icc_c_k")
pick <- function(measure, column) a[a$measure == measure, column]
check("intraclass correlations, six forms", "psych", unlist(lapply(names6, pick, "value")), as.vector(t(icc[1:6, ])))
low <- as.vector(t(icc[7:12, ])); high <- as.vector(t(icc[13:18, ]))
# For a few negative correlations psych's lower end is above the upper one; rsom gives no interval there.
right <- low <= high
check("their intervals", "psych", c(unlist(lapply(names6, pick, "ci_low"))[right], unlist(lapply(names6, pick, "ci_high"))[right]), c(low[right], high[right]))
check("bias and its interval", "t.test", c(pick("bias", "value"), pick("bias", "ci_low"), pick("bias", "ci_high")),
  c(sapply(pairs, function(p) mean(p$b - p$a)), sapply(pairs, function(p) t.test(p$b - p$a)$conf.int[1]), sapply(pairs, function(p) t.test(p$b - p$a)$conf.int[2])))
check("Spearman's correlation", "cor", pick("spearman", "value"), sapply(pairs, function(p) cor(p$b, p$a, method = "spearman")))

# Groups: 200 pairs of groups of 3 to 15 subjects.
groups <- lapply(1:200, function(i) list(a = values(sample(3:15, 1), i %% 2 == 0), b = values(sample(3:15, 1), i %% 2 == 0)))
long <- do.call(rbind, lapply(seq_along(groups), function(i) {
  g <- groups[[i]]; n <- length(g$a) + length(g$b)
  data.frame(subject = sprintf("s%02d", 1:n), metric = name(i), arm = rep(c("x", "y"), c(length(g$a), length(g$b))), value = c(g$a, g$b))
}))
write.csv(format(long, digits = 17), "groups.csv", row.names = FALSE, quote = FALSE)
run("stats", "groups", "--input", "groups.csv", "--metric", metrics, "--factor", "arm", "--baseline", "x", "--replicates", "0", "--output", "g.parquet")
g <- results("g")
coin_p <- sapply(groups, function(s) {
  v <- c(s$b, s$a); f <- factor(rep(c("y", "x"), c(length(s$b), length(s$a))))
  as.numeric(pvalue(wilcox_test(v ~ f, distribution = "exact")))
})
check("Mann–Whitney test, exact p", "coin", g$p_value, coin_p)
check("U", "wilcox.test", g$statistic, sapply(groups, function(s) suppressWarnings(wilcox.test(s$b, s$a)$statistic)))
of_t(lapply(groups, function(s) t.test(s$b, s$a)), g)
untied <- sapply(groups, function(s) !any(duplicated(c(s$a, s$b))))
shift <- sapply(groups[untied], function(s) { w <- wilcox.test(s$b, s$a, conf.int = TRUE, exact = TRUE); c(w$estimate, w$conf.int) })
check("Hodges–Lehmann of groups, exact interval", "wilcox.test", c(g$hl[untied], g$ci_low[untied], g$ci_high[untied]), c(shift[1, ], shift[2, ], shift[3, ]))
delta <- sapply(groups, function(s) cliffs_delta(s$b, s$a, ci = NULL, verbose = FALSE)$r_rank_biserial)
check("Cliff's delta", "effectsize", g$effect_size, delta)

# Four levels: 100 samples of the same subjects, 100 of different ones.
blocks <- lapply(1:100, function(i) matrix(values(4 * sample(4:15, 1), i %% 2 == 0), ncol = 4))
long <- do.call(rbind, lapply(seq_along(blocks), function(i) {
  b <- blocks[[i]]
  data.frame(subject = rep(sprintf("s%02d", 1:nrow(b)), 4), metric = name(i), arm = rep(c("w", "x", "y", "z"), each = nrow(b)), value = as.vector(b))
}))
write.csv(format(long, digits = 17), "blocks.csv", row.names = FALSE, quote = FALSE)
metrics <- paste(name(seq_along(blocks)), collapse = ",")
run("stats", "omnibus", "--input", "blocks.csv", "--metric", metrics, "--factor", "arm", "--output", "o.parquet")
o <- results("o")
fr <- lapply(blocks, friedman.test)
check("Friedman's χ² and its p", "friedman.test", c(o$statistic, o$p_asymptotic), c(sapply(fr, function(f) f$statistic), sapply(fr, function(f) f$p.value)))
different <- transform(long, subject = paste0(arm, subject))
write.csv(format(different, digits = 17), "different.csv", row.names = FALSE, quote = FALSE)
run("stats", "omnibus", "--input", "different.csv", "--metric", metrics, "--factor", "arm", "--design", "independent", "--output", "k.parquet")
k <- results("k")
kw <- lapply(blocks, function(b) kruskal.test(as.list(as.data.frame(b))))
check("H of Kruskal and Wallis and its p", "kruskal.test", c(k$statistic, k$p_asymptotic), c(sapply(kw, function(f) f$statistic), sapply(kw, function(f) f$p.value)))

# Mixed models: 30 samples of 24 subjects in two groups, two visits, three levels of s.
frames <- lapply(1:30, function(i) {
  d <- expand.grid(subject = sprintf("s%02d", 1:24), visit = c("v1", "v2"), s = c(0, 10, 100))
  d$group <- ifelse(as.integer(d$subject) %% 2 == 0, "control", "patient")
  d$age <- round(rnorm(24, 50, 12))[as.integer(d$subject)]
  d$value <- 1 + 0.02 * d$age - 0.3 * (d$s > 0) + 0.4 * (d$group == "patient") + rnorm(24, 0, 0.5)[as.integer(d$subject)] +
    rnorm(48, 0, 0.3)[as.integer(interaction(d$subject, d$visit))] + rnorm(nrow(d), 0, 0.4)
  d[sample(nrow(d), nrow(d) - i), ]
})
long <- do.call(rbind, lapply(seq_along(frames), function(i) transform(frames[[i]], metric = name(i), scan = paste0(subject, visit))))
write.csv(format(long, digits = 17), "model.csv", row.names = FALSE, quote = FALSE)
ours <- lapply(seq_along(frames), function(i) {
  run("stats", "model", "--input", "model.csv", "--formula", shQuote(sprintf("%s ~ C(s) * group + age + (1|subject/visit)", name(i))),
    "--output", "c.parquet", "--terms", "f.parquet")
  list(c = results("c"), f = results("f"))
})
fits <- lapply(frames, function(d) suppressMessages(lmer(value ~ factor(s) * group + age + (1 | subject / visit), d,
  control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))))
theirs <- lapply(fits, function(f) coef(summary(f)))
place <- c("(Intercept)", "factor(s)10", "factor(s)100", "grouppatient", "age", "factor(s)10:grouppatient", "factor(s)100:grouppatient")
mine <- c("(Intercept)", "C(s)10", "C(s)100", "grouppatient", "age", "C(s)10:grouppatient", "C(s)100:grouppatient")
of <- function(column) unlist(lapply(ours, function(o) o$c[match(mine, o$c$coefficient), column]))
them <- function(column) unlist(lapply(theirs, function(m) m[place, column]))
check("mixed model: coefficients", "lme4", of("estimate"), them("Estimate"))
check("mixed model: standard errors", "lme4", of("standard_error"), them("Std. Error"))
check("mixed model: Satterthwaite's degrees of freedom", "lmerTest", of("df"), them("df"))
check("mixed model: p", "lmerTest", of("p_value"), them("Pr(>|t|)"))
tests <- lapply(fits, anova)
f <- unlist(lapply(ours, function(o) o$f[match(c("C(s)", "group", "age", "C(s):group"), o$f$term), "f"]))
check("mixed model: F of type III", "lmerTest", f, unlist(lapply(tests, function(m) m[c("factor(s)", "group", "age", "factor(s):group"), "F value"])))

cat("| result | R |  values | largest relative deviation |\n|---|---|---|---|\n", paste(unlist(rows), collapse = "\n"), "\n", sep = "")
cat("\n", R.version.string, "; ", paste(sapply(c("coin", "lme4", "lmerTest", "psych", "effectsize"), function(p) paste(p, packageVersion(p))), collapse = ", "), "\n", sep = "")
