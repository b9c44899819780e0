# Values of R for the families on numeric variables. Run in this folder: Rscript numeric.R
# It writes numeric_cases.csv (once; the data are part of the oracle) and numeric_r.csv: key, value, and the command.
suppressMessages(library(survey))
options(survey.lonely.psu = "fail")
if (!file.exists("numeric_cases.csv")) {
  set.seed(98)
  n <- 60
  g3 <- sample(1:3, n, TRUE, c(.4, .35, .25)); g2 <- sample(1:2, n, TRUE)
  latent <- rnorm(n, .5 * g3)
  lik <- function(z) pmin(pmax(round(3 + z), 1), 5)
  write.csv(data.frame(
    g2, g3, y = lik(latent), x = round(50 + 12 * latent + rnorm(n, 0, 8), 3), x2 = round(40 + 9 * latent + rnorm(n, 0, 9), 2),
    i1 = lik(latent + rnorm(n)), i2 = lik(latent + rnorm(n)), i3 = lik(.5 * latent + rnorm(n)), i4 = lik(latent + rnorm(n, 0, .5)),
    f = sample(1:4, n, TRUE), pw = round(runif(n, .4, 3.2), 3),
    stratum = sample(1:3, n, TRUE), cluster = sample(1:6, n, TRUE)), "numeric_cases.csv", row.names = FALSE)
}
d <- read.csv("numeric_cases.csv")
out <- list()
v <- function(key, expr) {
  command <- gsub("\\s+", " ", paste(deparse(substitute(expr), width.cutoff = 500), collapse = " "))
  value <- as.numeric(expr)
  for (i in seq_along(value)) out[[length(out) + 1]] <<- data.frame(key = if (length(value) > 1) paste0(key, ".", i) else key, value = sprintf("%.17g", value[i]), command = command)
}
e <- d[rep(seq_len(nrow(d)), d$f), ]                       # the frequency weight as cases
des <- svydesign(ids = ~1, weights = ~pw, data = d)

# ---- one variable
G1 <- function(x) { n <- length(x); n / ((n - 1) * (n - 2)) * sum(((x - mean(x)) / sd(x))^3) }
G2 <- function(x) { n <- length(x); n * (n + 1) / ((n - 1) * (n - 2) * (n - 3)) * sum(((x - mean(x)) / sd(x))^4) - 3 * (n - 1)^2 / ((n - 2) * (n - 3)) }
for (name in c("x", "y")) {
  x <- d[[name]]; z <- e[[name]]
  v(paste0("none.", name, ".mean"), mean(x)); v(paste0("none.", name, ".sd"), sd(x)); v(paste0("none.", name, ".variance"), var(x))
  v(paste0("none.", name, ".se"), sd(x) / sqrt(length(x)))
  v(paste0("none.", name, ".mean_low"), t.test(x)$conf.int[1]); v(paste0("none.", name, ".mean_high"), t.test(x)$conf.int[2])
  v(paste0("none.", name, ".skewness"), G1(x)); v(paste0("none.", name, ".kurtosis"), G2(x))
  v(paste0("none.", name, ".sum"), sum(x)); v(paste0("none.", name, ".coefficient_of_variation"), sd(x) / mean(x))
  v(paste0("none.", name, ".minimum"), min(x)); v(paste0("none.", name, ".maximum"), max(x)); v(paste0("none.", name, ".range"), diff(range(x)))
  for (q in list(c("median", .5), c("q1", .25), c("q3", .75), c("p05", .05), c("p10", .1), c("p90", .9), c("p95", .95))) {
    p <- as.numeric(q[2])
    v(paste0("none.", name, ".", q[1]), quantile(x, p, type = 6)); v(paste0("frequency.", name, ".", q[1]), quantile(z, p, type = 6))
    f <- as.formula(paste0("~", name))
    v(paste0("probability.", name, ".", q[1]), coef(svyquantile(f, des, p, qrule = "school", ci = FALSE)))
  }
  v(paste0("none.", name, ".hinge_low"), fivenum(x)[2]); v(paste0("none.", name, ".hinge_high"), fivenum(x)[4])
  v(paste0("frequency.", name, ".mean"), mean(z)); v(paste0("frequency.", name, ".sd"), sd(z)); v(paste0("frequency.", name, ".se"), sd(z) / sqrt(length(z)))
  v(paste0("frequency.", name, ".skewness"), G1(z)); v(paste0("frequency.", name, ".kurtosis"), G2(z))
  v(paste0("frequency.", name, ".mean_low"), t.test(z)$conf.int[1]); v(paste0("frequency.", name, ".hinge_low"), fivenum(z)[2])
  v(paste0("probability.", name, ".mean"), coef(svymean(f, des))); v(paste0("probability.", name, ".se"), SE(svymean(f, des)))
  v(paste0("probability.", name, ".variance"), coef(svyvar(f, des)))
  v(paste0("probability.", name, ".mean_low"), confint(svymean(f, des), df = degf(des))[1]); v(paste0("probability.", name, ".mean_high"), confint(svymean(f, des), df = degf(des))[2])
  v(paste0("probability.", name, ".sum"), coef(svytotal(f, des)))
}
v("probability.x.effective_n", sum(d$pw)^2 / sum(d$pw^2)); v("probability.x.design_effect_weights", nrow(d) * sum(d$pw^2) / sum(d$pw)^2)

# ---- groups
two <- function(prefix, d) {
  t1 <- t.test(x ~ g2, d, var.equal = TRUE); t2 <- t.test(x ~ g2, d)
  v(paste0(prefix, "x.g2.t"), t1$statistic); v(paste0(prefix, "x.g2.t_df"), t1$parameter); v(paste0(prefix, "x.g2.t_p"), t1$p.value)
  v(paste0(prefix, "x.g2.t_low"), t1$conf.int[1]); v(paste0(prefix, "x.g2.t_high"), t1$conf.int[2])
  v(paste0(prefix, "x.g2.welch_t"), t2$statistic); v(paste0(prefix, "x.g2.welch_df"), t2$parameter); v(paste0(prefix, "x.g2.welch_p"), t2$p.value)
  v(paste0(prefix, "x.g2.welch_low"), t2$conf.int[1]); v(paste0(prefix, "x.g2.welch_high"), t2$conf.int[2])
  for (name in c("x", "y")) {
    y <- d$resp <- d[[name]]
    w <- suppressWarnings(wilcox.test(y ~ d$g2, correct = FALSE, exact = FALSE)); n1 <- sum(d$g2 == 1); n2 <- sum(d$g2 == 2)
    v(paste0(prefix, name, ".g2.mann_whitney_u"), min(w$statistic, n1 * n2 - w$statistic)); v(paste0(prefix, name, ".g2.mann_whitney_u_p"), w$p.value)
    a <- anova(lm(resp ~ factor(g3), d))
    v(paste0(prefix, name, ".g3.anova_f"), a$F[1]); v(paste0(prefix, name, ".g3.anova_df1"), a$Df[1]); v(paste0(prefix, name, ".g3.anova_df2"), a$Df[2]); v(paste0(prefix, name, ".g3.anova_p"), a$P[1])
    o <- oneway.test(resp ~ factor(g3), d)
    v(paste0(prefix, name, ".g3.welch_anova_f"), o$statistic); v(paste0(prefix, name, ".g3.welch_anova_df2"), o$parameter[2]); v(paste0(prefix, name, ".g3.welch_anova_p"), o$p.value)
    m <- tapply(y, d$g3, mean); s2 <- tapply(y, d$g3, var); k <- table(d$g3); N <- sum(k); cc <- (1 - k / N) * s2
    v(paste0(prefix, name, ".g3.brown_forsythe_f"), sum(k * (m - mean(y))^2) / sum(cc)); v(paste0(prefix, name, ".g3.brown_forsythe_df2"), sum(cc)^2 / sum(cc^2 / (k - 1)))
    l <- anova(lm(abs(y - ave(y, d$g3)) ~ factor(d$g3))); v(paste0(prefix, name, ".g3.levene_f"), l$F[1]); v(paste0(prefix, name, ".g3.levene_f_p"), l$P[1])
    l <- anova(lm(abs(y - ave(y, d$g3, FUN = median)) ~ factor(d$g3))); v(paste0(prefix, name, ".g3.levene_median_f"), l$F[1]); v(paste0(prefix, name, ".g3.levene_median_f_p"), l$P[1])
    h <- kruskal.test(resp ~ factor(g3), d)
    v(paste0(prefix, name, ".g3.kruskal_h"), h$statistic); v(paste0(prefix, name, ".g3.kruskal_h_df"), h$parameter); v(paste0(prefix, name, ".g3.kruskal_h_p"), h$p.value)
    v(paste0(prefix, name, ".g3.eta_squared"), summary(lm(resp ~ factor(g3), d))$r.squared)
    ss <- a[["Sum Sq"]]; v(paste0(prefix, name, ".g3.omega_squared"), (ss[1] - 2 * a[["Mean Sq"]][2]) / (sum(ss) + a[["Mean Sq"]][2]))
    # pf() with ncp stops at an error of 1e-9; the same sum to the end
    pncf <- function(l) sum(dpois(0:600, l / 2) * pbeta(2 * a$F[1] / (2 * a$F[1] + a$Df[2]), 1 + 0:600, a$Df[2] / 2))
    nc <- function(p) uniroot(function(l) pncf(l) - p, c(0, 300), tol = 1e-13)$root
    if (a$P[1] < .025) { v(paste0(prefix, name, ".g3.eta_squared_low"), nc(.975) / (nc(.975) + sum(a$Df) + 1)); v(paste0(prefix, name, ".g3.eta_squared_high"), nc(.025) / (nc(.025) + sum(a$Df) + 1)) }
  }
  n1 <- sum(d$g2 == 1); n2 <- sum(d$g2 == 2); df <- n1 + n2 - 2; J <- exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
  dd <- t1$statistic * sqrt(1 / n1 + 1 / n2); nt <- function(p) uniroot(function(l) pt(t1$statistic, df, l) - p, c(-20, 20), tol = 1e-14)$root
  v(paste0(prefix, "x.g2.cohens_d"), dd); v(paste0(prefix, "x.g2.hedges_g"), dd * J)
  v(paste0(prefix, "x.g2.cohens_d_low"), nt(.975) * sqrt(1 / n1 + 1 / n2)); v(paste0(prefix, "x.g2.cohens_d_high"), nt(.025) * sqrt(1 / n1 + 1 / n2))
  tk <- TukeyHSD(aov(x ~ factor(g3), d))[[1]]
  v(paste0(prefix, "x.g3.tukey.difference"), tk[, 1]); v(paste0(prefix, "x.g3.tukey.low"), tk[, 2]); v(paste0(prefix, "x.g3.tukey.high"), tk[, 3]); v(paste0(prefix, "x.g3.tukey.p"), tk[, 4])
  m <- tapply(d$x, d$g3, mean); s2 <- tapply(d$x, d$g3, var); k <- c(table(d$g3)); i <- c(1, 1, 2); j <- c(2, 3, 3)
  se <- sqrt(s2[i] / k[i] + s2[j] / k[j]); gdf <- se^4 / ((s2[i] / k[i])^2 / (k[i] - 1) + (s2[j] / k[j])^2 / (k[j] - 1))
  v(paste0(prefix, "x.g3.games_howell.df"), gdf); v(paste0(prefix, "x.g3.games_howell.p"), ptukey(abs(m[i] - m[j]) / se * sqrt(2), 3, gdf, lower.tail = FALSE))
  v(paste0(prefix, "x.g3.games_howell.high"), m[j] - m[i] + qtukey(.95, 3, gdf) / sqrt(2) * se)
  r <- rank(d$y); N <- length(r); ties <- table(r); mr <- tapply(r, d$g3, mean)
  z <- (mr[i] - mr[j]) / sqrt((N * (N + 1) / 12 - sum(ties^3 - ties) / (12 * (N - 1))) * (1 / k[i] + 1 / k[j]))
  v(paste0(prefix, "y.g3.dunn.z"), z); for (how in c("bonferroni", "holm", "BH")) v(paste0(prefix, "y.g3.dunn.", tolower(how)), p.adjust(2 * pnorm(-abs(z)), how))
  pw <- pairwise.t.test(d$x, d$g3, p.adjust.method = "bonferroni")$p.value
  v(paste0(prefix, "x.g3.pooled.bonferroni"), c(pw[1, 1], pw[2, 1], pw[2, 2]))
}
two("none.", d); two("frequency.", e)

# exact Mann-Whitney, by enumeration of all divisions
small <- function(y, k) { r <- rank(y); m <- length(y); all <- combn(m, k, function(i) sum(r[i])); mean(abs(all - k * (m + 1) / 2) >= abs(sum(r[1:k]) - k * (m + 1) / 2) - 1e-9) }
v("exact.ties", small(c(1, 2, 2, 3, 4, 5, 3, 4, 5, 5, 5, 4, 2, 3), 6))
v("exact.no_ties", wilcox.test(c(1.1, 2.2, 3.3, 0.4, 5.5), c(2.5, 6.1, 7.2, 8.4, 4.9, 9.1))$p.value)
v("exact.twenty", wilcox.test(c(1:18, 40, 41), c(19:38), exact = TRUE)$p.value)

# probability weight
s <- svyttest(x ~ I(g2 == 1), des); v("probability.x.g2.design_t", s$statistic); v("probability.x.g2.design_t_df", s$parameter); v("probability.x.g2.design_t_p", s$p.value)
v("probability.x.g2.design_t_low", s$conf.int[1]); v("probability.x.g2.design_t_high", s$conf.int[2])
for (name in c("x", "y")) {
  r <- regTermTest(svyglm(as.formula(paste(name, "~ factor(g3)")), des), ~factor(g3))
  v(paste0("probability.", name, ".g3.design_wald_f"), r$Ftest[1]); v(paste0("probability.", name, ".g3.design_wald_df1"), r$df); v(paste0("probability.", name, ".g3.design_wald_df2"), r$ddf); v(paste0("probability.", name, ".g3.design_wald_p"), r$p)
  by <- svyby(as.formula(paste0("~", name)), ~g3, des, svymean)
  v(paste0("probability.", name, ".g3.mean"), coef(by)); v(paste0("probability.", name, ".g3.se"), SE(by)); v(paste0("probability.", name, ".g3.mean_low"), confint(by, df = degf(des))[, 1])
  v(paste0("probability.", name, ".g3.variance"), coef(svyby(as.formula(paste0("~", name)), ~g3, des, svyvar)))
}
# svyranktest's score of tied cases depends on their order in the file; x has no ties
stopifnot(!any(duplicated(d$x)))
r <- svyranktest(x ~ g3, des); v("probability.x.g3.design_rank_f", r$parameter / r$statistic); v("probability.x.g3.design_rank_df2", r$ddf); v("probability.x.g3.design_rank_p", r$p.value)
r <- svyranktest(x ~ g2, des); v("probability.x.g2.design_rank_f", r$statistic^2); v("probability.x.g2.design_rank_df2", r$parameter); v("probability.x.g2.design_rank_p", r$p.value)

# ---- correlations
cors <- function(prefix, d) {
  for (b in c("x2", "y")) {
    p <- cor.test(d$x, d[[b]]); v(paste0(prefix, "x.", b, ".pearson_r"), p$estimate); v(paste0(prefix, "x.", b, ".pearson_r_p"), p$p.value)
    v(paste0(prefix, "x.", b, ".pearson_r_low"), p$conf.int[1]); v(paste0(prefix, "x.", b, ".pearson_r_high"), p$conf.int[2])
    r <- cor.test(rank(d$x), rank(d[[b]])); v(paste0(prefix, "x.", b, ".spearman_rho"), r$estimate); v(paste0(prefix, "x.", b, ".spearman_rho_p"), r$p.value)
    k <- suppressWarnings(cor.test(d$x, d[[b]], method = "kendall", exact = FALSE)); v(paste0(prefix, "x.", b, ".tau_b"), k$estimate); v(paste0(prefix, "x.", b, ".tau_b_p"), k$p.value)
  }
}
cors("none.", d); cors("frequency.", e)
IF <- function(x, y, w) { sx <- function(x) (x - weighted.mean(x, w)) / sqrt(weighted.mean((x - weighted.mean(x, w))^2, w)); a <- sx(x); b <- sx(y); a * b - weighted.mean(a * b, w) * (a^2 + b^2) / 2 }
des$variables$inf <- IF(d$x, d$x2, d$pw)
cov <- svyvar(~x + x2, des); v("probability.x.x2.pearson_r", cov[1, 2] / sqrt(cov[1, 1] * cov[2, 2]))
v("probability.x.x2.pearson_r_se", SE(svymean(~inf, des)))
con <- svycontrast(svymean(~x + x2 + I(x^2) + I(x2^2) + I(x * x2), des), quote((`I(x * x2)` - x * x2) / sqrt((`I(x^2)` - x^2) * (`I(x2^2)` - x2^2))))
v("probability.x.x2.pearson_r_se_by_contrast", SE(con))
full <- svydesign(ids = ~cluster, strata = ~stratum, weights = ~pw, data = d, nest = TRUE)
con <- svycontrast(svymean(~x + x2 + I(x^2) + I(x2^2) + I(x * x2), full), quote((`I(x * x2)` - x * x2) / sqrt((`I(x^2)` - x^2) * (`I(x2^2)` - x2^2))))
v("design.x.x2.pearson_r_se", SE(con)); v("design.df", degf(full))

# ---- pairs
pairs <- function(prefix, d) {
  t1 <- t.test(d$i1, d$i2, paired = TRUE)
  v(paste0(prefix, "paired_t"), t1$statistic); v(paste0(prefix, "paired_t_df"), t1$parameter); v(paste0(prefix, "paired_t_p"), t1$p.value); v(paste0(prefix, "paired_difference"), t1$estimate); v(paste0(prefix, "paired_low"), t1$conf.int[1]); v(paste0(prefix, "paired_high"), t1$conf.int[2])
  v(paste0(prefix, "cohens_dz"), mean(d$i1 - d$i2) / sd(d$i1 - d$i2))
  w <- suppressWarnings(wilcox.test(d$i1, d$i2, paired = TRUE, exact = FALSE, correct = FALSE)); v(paste0(prefix, "wilcoxon_p"), w$p.value); x <- d$i1 - d$i2; x <- x[x != 0]
  v(paste0(prefix, "wilcoxon_w"), min(w$statistic, length(x) * (length(x) + 1) / 2 - w$statistic)); v(paste0(prefix, "sign_p"), binom.test(sum(x > 0), length(x))$p.value)
}
pairs("none.", d); pairs("frequency.", e)
s <- svyttest(I(i1 - i2) ~ 0, des); v("probability.paired_t", s$statistic)
m <- svymean(~I(i1 - i2), des); v("probability.paired_difference", coef(m)); v("probability.paired_se", SE(m)); v("probability.paired_t_p", 2 * pt(-abs(coef(m) / SE(m)), degf(des))); v("probability.paired_low", confint(m, df = degf(des))[1])
v("exact.wilcoxon.no_ties", wilcox.test(c(1.2, -0.4, 2.3, 0.9, -1.7, 3.1, 0.5, 2.8), exact = TRUE)$p.value)
signs <- as.matrix(expand.grid(rep(list(0:1), 9))); r <- rank(abs(c(1, -1, 2, 2, 3, -2, 1, 4, 1))); obs <- sum(r[c(1, -1, 2, 2, 3, -2, 1, 4, 1) > 0])
v("exact.wilcoxon.ties", mean(abs(signs %*% r - 22.5) >= abs(obs - 22.5) - 1e-9))

# ---- scales
alpha <- function(X) { k <- ncol(X); k / (k - 1) * (1 - sum(apply(X, 2, var)) / var(rowSums(X))) }
scale <- function(prefix, d) {
  X <- d[, c("i1", "i2", "i3", "i4")]; R <- cor(X); k <- 4; rb <- mean(R[upper.tri(R)])
  v(paste0(prefix, "cronbach_alpha"), alpha(X)); v(paste0(prefix, "cronbach_alpha_standardised"), k * rb / (1 + (k - 1) * rb))
  v(paste0(prefix, "alpha_if_deleted"), sapply(1:4, function(i) alpha(X[, -i]))); v(paste0(prefix, "item_total_correlation"), sapply(1:4, function(i) cor(X[, i], rowSums(X[, -i]))))
  v(paste0(prefix, "scale_mean_if_deleted"), sapply(1:4, function(i) mean(rowSums(X[, -i])))); v(paste0(prefix, "scale_variance_if_deleted"), sapply(1:4, function(i) var(rowSums(X[, -i]))))
  v(paste0(prefix, "squared_multiple_correlation"), 1 - 1 / diag(solve(R)))
  r <- cor(X[, 1] + X[, 2], X[, 3] + X[, 4]); v(paste0(prefix, "split_half_r"), r); v(paste0(prefix, "spearman_brown"), 2 * r / (1 + r))
  v(paste0(prefix, "guttman_split_half"), 2 * (1 - (var(X[, 1] + X[, 2]) + var(X[, 3] + X[, 4])) / var(rowSums(X))))
  n <- nrow(X); a <- alpha(X); v(paste0(prefix, "cronbach_alpha_low"), 1 - (1 - a) * qf(.975, n - 1, (n - 1) * 3)); v(paste0(prefix, "cronbach_alpha_high"), 1 - (1 - a) * qf(.025, n - 1, (n - 1) * 3))
}
scale("none.", d); scale("frequency.", e)
C <- matrix(svyvar(~i1 + i2 + i3 + i4, des), 4); v("probability.cronbach_alpha", 4 / 3 * (1 - sum(diag(C)) / sum(C)))

# ---- adjustments, studentized range, noncentral distributions
p <- c(.01, .02, .03, .04, .05, .0004, .6); for (how in c("bonferroni", "holm", "BH")) v(paste0("adjust.", tolower(how)), p.adjust(p, how))
q <- list(c(3.5, 3, 20), c(1, 2, 5), c(4.2, 10, 8), c(6, 5, 200), c(3.314493, 2, 60), c(2, 8, 1000), c(9, 4, 2.5), c(.3, 3, 12))
for (i in seq_along(q)) v(paste0("ptukey.", paste(q[[i]], collapse = ",")), ptukey(q[[i]][1], q[[i]][2], q[[i]][3], lower.tail = FALSE))
v("qtukey.0.95,3,57", qtukey(.95, 3, 57)); v("qtukey.0.99,6,10", qtukey(.99, 6, 10))
write.csv(do.call(rbind, out), "numeric_r.csv", row.names = FALSE)
