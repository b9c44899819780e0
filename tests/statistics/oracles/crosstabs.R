# Outside values for the tests of cross-tab statistics.
# Run in this folder: Rscript crosstabs.R   (R 4.2.2, survey 4.1-1, vcd, jsonlite)  -> crosstabs_r.json
suppressMessages({library(survey); library(vcd); library(jsonlite)})
m <- function(r, ...) matrix(c(...), r, byrow = TRUE)
plain <- function(t) matrix(as.numeric(t), nrow(t))
num <- function(x) unname(as.vector(x))
out <- list()

# ---- cells, chi-square, Fisher ------------------------------------------------------------------
tables <- list(
  pain = m(2, 26, 26, 23, 18, 9, 6, 7, 9, 14, 23),
  votes = m(2, 762, 327, 468, 484, 239, 477),
  small = m(3, 3, 1, 5, 4, 4, 4, 7, 8, 1),
  sparse = m(2, 1000, 20, 30, 1, 2, 3),
  two_rows = m(2, 5, 6, 7, 8, 1, 9, 2, 4),
  fractional = m(3, 12.25, 3, 7.5, 4, 9.75, 2, 0, 6, 11.5),
  square = m(2, 23, 15, 19, 31),
  five = m(5, 2, 1, 0, 3, 1, 0, 4, 1, 1, 2, 1, 1, 5, 0, 0, 2, 0, 1, 3, 1, 0, 1, 1, 0, 4))
out$cells <- lapply(tables, function(x) {
  t <- suppressWarnings(chisq.test(x, correct = FALSE))
  list(counts = x, expected = num(base::t(t$expected)), pearson_residual = num(base::t(t$residuals)),
       adjusted_residual = num(base::t(t$stdres)), chi2 = num(t$statistic), chi2_df = num(t$parameter),
       chi2_p = t$p.value)
})
out$fisher <- lapply(tables[c("small", "sparse", "two_rows", "square", "five")], function(x)
  list(counts = x, p = fisher.test(x, workspace = 2e7)$p.value))
y <- chisq.test(tables$square, correct = TRUE)
out$yates <- list(counts = tables$square, chi2_yates = num(y$statistic), chi2_yates_p = y$p.value)
# Every table with the given margins, by brute force.
enumerate <- function(x) {
  r <- rowSums(x); s <- colSums(x); e <- outer(r, s) / sum(x)
  observed <- sum((x - e)^2 / e)
  k <- (nrow(x) - 1) * (ncol(x) - 1)
  limits <- lapply(1:k, function(i) 0:min(r[(i - 1) %% (nrow(x) - 1) + 1], s[(i - 1) %/% (nrow(x) - 1) + 1]))
  g <- as.matrix(expand.grid(limits)); p <- 0
  const <- sum(lgamma(r + 1)) + sum(lgamma(s + 1)) - lgamma(sum(x) + 1)
  for (i in seq_len(nrow(g))) {
    z <- matrix(g[i, ], nrow(x) - 1); z <- rbind(z, s[-ncol(x)] - colSums(z)); z <- cbind(z, r - rowSums(z))
    if (all(z >= 0) && sum((z - e)^2 / e) >= observed - 1e-9) p <- p + exp(const - sum(lgamma(z + 1)))
  }
  p
}
out$permutation <- lapply(tables[c("small", "two_rows", "square")], function(x) list(counts = x, p = enumerate(x)))

# ---- p of correlations and of Goodman and Kruskal's tau (Light and Margolin) ----------------------
x <- tables$pain; long <- data.frame(r = rep(row(x), x), c = rep(col(x), x))
n <- nrow(long); tau <- (sum(x^2 / rowSums(x)) / n - sum((colSums(x) / n)^2)) / (1 - sum((colSums(x) / n)^2))
out$correlations <- list(
  counts = x, pearson_r = cor(long$r, long$c), pearson_r_p = cor.test(long$r, long$c)$p.value,
  spearman_rho = cor(long$r, long$c, method = "spearman"),
  spearman_rho_p = cor.test(rank(long$r), rank(long$c))$p.value,
  tau_b = cor(long$r, long$c, method = "kendall"),
  eta_columns = sqrt(summary(lm(c ~ factor(r), long))$r.squared),
  eta_rows = sqrt(summary(lm(r ~ factor(c), long))$r.squared),
  gk_tau_columns = tau, gk_tau_columns_p = pchisq((n - 1) * (ncol(x) - 1) * tau, 4, lower.tail = FALSE))

# ---- interval of Cramer's V ---------------------------------------------------------------------
out$v_interval <- lapply(list(c(19.21, 200, 2, 3), c(30.07, 2757, 2, 3), c(12.3, 150, 4, 5), c(3.1, 98, 3, 3)), function(a) {
  df <- (a[3] - 1) * (a[4] - 1)
  limit <- function(p) if (pchisq(a[1], df) <= p) 0 else
    uniroot(function(l) pchisq(a[1], df, l) - p, c(0, 500), tol = 1e-13)$root
  list(chi2 = a[1], n = a[2], shape = a[3:4],
       limits = sqrt(c(limit(.975), limit(.025)) / (a[2] * (min(a[3:4]) - 1))))
})

# ---- shares -------------------------------------------------------------------------------------
kn <- list(c(0, 20), c(1, 29), c(18, 20), c(4, 200), c(22, 83), c(83, 83), c(40, 80))
out$shares <- lapply(kn, function(a) list(
  k = a[1], n = a[2], wilson = num(prop.test(a[1], a[2], correct = FALSE)$conf.int),
  wilson_90 = num(suppressWarnings(prop.test(a[1], a[2], conf.level = .9, correct = FALSE))$conf.int),
  clopper_pearson = num(binom.test(a[1], a[2])$conf.int),
  agresti_coull = {z <- qnorm(.975); nn <- a[2] + z^2; p <- (a[1] + z^2 / 2) / nn
                   c(max(0, p - z * sqrt(p * (1 - p) / nn)), min(1, p + z * sqrt(p * (1 - p) / nn)))}))
pairs3 <- m(3, 12, 7, 15, 3, 20, 8, 9, 5, 11, 9, 2, 21)
totals <- colSums(pairs3)
z <- p <- list()
for (i in 1:3) {
  pi <- c(); zi <- c()
  for (a in 1:3) for (b in (a + 1):4) {
    t <- suppressWarnings(prop.test(pairs3[i, c(a, b)], totals[c(a, b)], correct = FALSE))
    pi <- c(pi, t$p.value)
    zi <- c(zi, sqrt(num(t$statistic)) * sign(pairs3[i, b] / totals[b] - pairs3[i, a] / totals[a]))
  }
  z[[i]] <- zi; p[[i]] <- pi
}
out$columns <- list(counts = pairs3, z = z, p = p, bonferroni = lapply(p, p.adjust, "bonferroni"),
                    holm = lapply(p, p.adjust, "holm"), bh = lapply(p, p.adjust, "BH"))

# ---- two by two, agreement, strata ----------------------------------------------------------------
# fisher.test finds the conditional odds ratio with a coarse root; the same equations to 1e-15:
conditional <- function(x) {
  r <- rowSums(x); s <- colSums(x); k <- max(0, s[1] - r[2]):min(r[1], s[1])
  d <- function(t) {l <- dhyper(k, r[1], r[2], s[1], log = TRUE) + t * k; e <- exp(l - max(l)); e / sum(e)}
  root <- function(f) exp(uniroot(f, c(-30, 30), tol = 1e-15)$root)
  c(root(function(t) sum(d(t) * k) - x[1, 1]), root(function(t) sum(d(t)[k >= x[1, 1]]) - .025),
    root(function(t) .025 - sum(d(t)[k <= x[1, 1]])))
}
twos <- list(m(2, 2, 7, 8, 2), m(2, 23, 15, 19, 31), m(2, 100, 2, 1000, 5))
out$odds <- lapply(twos, function(x) {
  s <- sqrt(sum(1 / x)); o <- x[1, 1] * x[2, 2] / (x[1, 2] * x[2, 1])
  rr <- function(j) {p <- x[, j] / rowSums(x); s <- sqrt(sum(1 / x[, j] - 1 / rowSums(x))); p[1] / p[2] * exp(c(0, -1, 1) * qnorm(.975) * s)}
  f <- fisher.test(x)
  list(counts = x, odds_ratio = num(exp(c(log(o), confint(loddsratio(x), level = .95)))),
       risk_ratio_column1 = rr(1), risk_ratio_column2 = rr(2), conditional = conditional(x),
       fisher = c(f$estimate, f$conf.int), less = fisher.test(x, alternative = "less")$p.value,
       greater = fisher.test(x, alternative = "greater")$p.value)
})
pair <- m(2, 23, 15, 19, 31)
out$mcnemar <- list(counts = pair, mcnemar_p = binom.test(15, 34)$p.value,
  mcnemar_chi2 = num(mcnemar.test(pair, correct = FALSE)$statistic), mcnemar_chi2_p = mcnemar.test(pair, correct = FALSE)$p.value,
  mcnemar_corrected = num(mcnemar.test(pair)$statistic), mcnemar_corrected_p = mcnemar.test(pair)$p.value)
raters <- m(4, 21, 3, 1, 0, 4, 17, 6, 2, 1, 5, 14, 3, 1, 2, 4, 9)
b <- mcnemar.test(raters)
out$bowker <- list(counts = raters, bowker_chi2 = num(b$statistic), bowker_chi2_df = num(b$parameter), bowker_chi2_p = b$p.value)
fractional <- m(4, 21, 3, 1, 0, 4, 17.5, 6, 2, 1, 5, 14, 3.25, 0, 2, 4, 9)
k <- list(Kappa(pair), Kappa(raters), Kappa(fractional))
out$kappa <- list(list(counts = pair, kappa = num(k[[1]]$Unweighted)),
                  list(counts = raters, kappa = num(k[[2]]$Unweighted), kappa_linear = num(k[[2]]$Weighted),
                       kappa_quadratic = num(Kappa(raters, weights = "Fleiss-Cohen")$Weighted)),
                  list(counts = fractional, kappa = num(k[[3]]$Unweighted), kappa_linear = num(k[[3]]$Weighted),
                       kappa_quadratic = num(Kappa(fractional, weights = "Fleiss-Cohen")$Weighted)))
layer <- function(a) {
  t <- mantelhaen.test(a, correct = FALSE)
  list(strata = lapply(seq_len(dim(a)[3]), function(i) unname(a[, , i])), cmh = num(t$statistic),
       cmh_df = num(t$parameter), cmh_p = t$p.value)
}
migraine <- array(c(16, 5, 11, 20, 12, 7, 16, 19), c(2, 2, 2))
admissions <- unname(unclass(UCBAdmissions))
homogeneity <- function(a) {
  o <- num(mantelhaen.test(a)$estimate); bd <- 0; away <- 0; spread <- 0
  for (i in seq_len(dim(a)[3])) {
    x <- a[, , i]; r <- rowSums(x); s <- colSums(x)
    A <- uniroot(function(A) A * (r[2] - s[1] + A) - o * (r[1] - A) * (s[1] - A),
                 c(max(0, s[1] - r[2]), min(r[1], s[1])), tol = 1e-14)$root
    v <- 1 / (1 / A + 1 / (r[1] - A) + 1 / (s[1] - A) + 1 / (r[2] - s[1] + A))
    bd <- bd + (x[1, 1] - A)^2 / v; away <- away + x[1, 1] - A; spread <- spread + v
  }
  c(bd, bd - away^2 / spread)
}
out$strata <- lapply(list(migraine, admissions), function(a) c(layer(a), {
  t <- mantelhaen.test(a)
  h <- homogeneity(a); df <- dim(a)[3] - 1
  list(cmh_corrected = num(t$statistic), cmh_corrected_p = t$p.value, mh_odds_ratio = num(c(t$estimate, t$conf.int)),
       breslow_day = h[1], tarone = h[2], breslow_day_p = pchisq(h[1], df, lower.tail = FALSE),
       tarone_p = pchisq(h[2], df, lower.tail = FALSE))
}))
out$strata_general <- layer(array(c(3, 1, 5, 4, 4, 4, 7, 8, 1, 2, 6, 1, 3, 3, 5, 1, 2, 9), c(3, 3, 2)))

# ---- weights and designs --------------------------------------------------------------------------
set.seed(5)
n <- 150
d <- data.frame(r = sample(1:3, n, TRUE, c(.5, .3, .2)), w = round(runif(n, .3, 4), 2), k = rep(1:30, each = 5), one = 1)
d$c <- pmin(4, pmax(1, d$r + sample(-1:2, n, TRUE)))
out$weighted_cases <- list(row = d$r - 1, col = d$c - 1, weight = d$w)
f <- function(t) list(statistic = num(t$statistic), parameter = num(t$parameter), p = num(t$p.value))
by_design <- function(s) {
  s <- update(s, cell = factor((r - 1) * 4 + c, levels = 1:12))
  total <- svytotal(~cell, s)
  shares <- svymean(~cell, s); co <- coef(shares)
  cells <- which(co > 0)
  s <- update(s, x1 = as.numeric(r == 1), x2 = as.numeric(r == 2), x3 = as.numeric(r == 3))
  byc <- svyby(~x1 + x2 + x3, ~c, s, svymean, covmat = TRUE)
  pairs <- list()
  for (i in 1:3) for (a in 1:3) for (b in (a + 1):4) {
    w <- setNames(c(-1, 1), paste0(c(a, b), ":x", i))
    e <- svycontrast(byc, w)
    pairs <- c(pairs, list(c(i - 1, a - 1, b - 1, num(coef(e) / SE(e)))))
  }
  s <- update(s, a = as.numeric(r == 1 & c < 3), b = as.numeric(r == 1 & c > 2), g = as.numeric(r > 1 & c < 3),
              h = as.numeric(r > 1 & c > 2))
  two <- svytotal(~a + b + g + h, s)
  lor <- svycontrast(two, quote(log(a * h / (b * g))))
  lrr <- svycontrast(two, quote(log(a / (a + b)) - log(g / (g + h))))
  rd <- svycontrast(two, quote(a / (a + b) - g / (g + h)))
  # Gamma, lambda and the rest of a 2 x 2 table have closed forms that svycontrast can differentiate.
  gamma <- svycontrast(two, quote((a * h - b * g) / (a * h + b * g)))
  tau <- svycontrast(two, quote((a * h - b * g) / sqrt((a + b) * (g + h) * (a + g) * (b + h))))
  somers <- svycontrast(two, quote((a * h - b * g) / ((a + b) * (g + h))))
  kap <- svycontrast(two, quote(2 * (a * h - b * g) / ((a + b) * (b + h) + (a + g) * (g + h))))
  away <- svycontrast(two, quote(a / (a + b + g + h) - (a + b) * (a + g) / (a + b + g + h)^2))
  share <- lapply(c(beta = "beta", xlogit = "xlogit"), function(h) num(confint(svyciprop(~I(c == 2), s, method = h, df = degf(s)))))
  mean2 <- svymean(~I(c == 2), s, deff = "replace")
  list(df = degf(s), covariance = unname(as.matrix(vcov(total))),
       f = f(svychisq(~r + c, s)), chisq = f(svychisq(~r + c, s, statistic = "Chisq")),
       shares = num(co), shares_se = num(SE(shares)), deff = num(deff(svymean(~cell, s, deff = "replace"))),
       pairs = pairs, two_counts = num(coef(two)), two_covariance = unname(as.matrix(vcov(two))),
       odds = num(c(exp(coef(lor)), SE(lor))), risk = num(c(exp(coef(lrr)), SE(lrr))), difference = num(c(coef(rd), SE(rd))),
       gamma = num(c(coef(gamma), SE(gamma))), tau_b = num(c(coef(tau), SE(tau))),
       somers_d_columns = num(c(coef(somers), SE(somers))), kappa = num(c(coef(kap), SE(kap))),
       adjusted = num(coef(away) / SE(away)),
       share = list(p = num(coef(mean2)[2]), se = num(SE(mean2)[2]), beta = share$beta, xlogit = share$xlogit))
}
out$one_stage <- by_design(svydesign(ids = ~1, weights = ~w, data = d))
out$clusters <- by_design(svydesign(ids = ~k, weights = ~w, data = d))
out$unweighted <- by_design(svydesign(ids = ~1, weights = ~one, data = d))
data(api)
dclus1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
dclus1 <- update(dclus1, cell = interaction(stype, sch.wide, lex.order = TRUE))
tot <- svytotal(~cell, dclus1)
out$api <- list(n = plain(table(apiclus1$stype, apiclus1$sch.wide)), w = matrix(num(coef(tot)), 3, byrow = TRUE),
                covariance = unname(as.matrix(vcov(tot))), df = degf(dclus1), f = f(svychisq(~sch.wide + stype, dclus1)))
apis <- lapply(list(c("sch.wide", "stype"), c("comp.imp", "stype"), c("awards", "sch.wide"), c("both", "stype"), c("awards", "comp.imp")), function(v) {
  s <- svydesign(ids = ~1, weights = ~pw, data = apistrat)
  formula <- as.formula(paste("~", v[1], "+", v[2]))
  list(n = plain(table(apistrat[[v[1]]], apistrat[[v[2]]])),
       w = plain(xtabs(as.formula(paste("pw ~", v[1], "+", v[2])), apistrat)),
       w2 = plain(xtabs(as.formula(paste("I(pw^2) ~", v[1], "+", v[2])), apistrat)), f = f(svychisq(formula, s)))
})
out$api_one_stage <- apis
# ---- standard errors that no program here prints: the delta method with numerical derivatives ------
measures <- list(
  gk_tau_columns = function(p) {r <- rowSums(p); s <- colSums(p); (sum(p^2 / r) - sum(s^2)) / (1 - sum(s^2))},
  gk_tau_rows = function(p) measures$gk_tau_columns(t(p)),
  uncertainty_symmetric = function(p) {h <- function(x) -sum(ifelse(x > 0, x * log(x), 0)); r <- rowSums(p); s <- colSums(p)
                                       2 * (h(r) + h(s) - h(p)) / (h(r) + h(s))},
  pearson_r = function(p) {x <- row(p); y <- col(p); x <- x - sum(p * x); y <- y - sum(p * y)
                           sum(p * x * y) / sqrt(sum(p * x^2) * sum(p * y^2))},
  lambda_rows = function(p) (sum(apply(p, 2, max)) - max(rowSums(p))) / (1 - max(rowSums(p))),
  lambda_columns = function(p) measures$lambda_rows(t(p)),
  gamma = function(p) {d <- pairs_of(p); (d[1] - d[2]) / (d[1] + d[2])},
  somers_d_symmetric = function(p) {d <- pairs_of(p); 2 * (d[1] - d[2]) / (2 - sum(rowSums(p)^2) - sum(colSums(p)^2))})
pairs_of <- function(p) {
  concordant <- discordant <- 0
  for (i in seq_len(nrow(p))) for (j in seq_len(ncol(p))) {
    concordant <- concordant + p[i, j] * sum(p[row(p) > i & col(p) > j]) * 2
    discordant <- discordant + p[i, j] * sum(p[row(p) > i & col(p) < j]) * 2
  }
  c(concordant, discordant)
}
slope <- function(f, p) {  # along each cell, the others shrinking so that the shares still add up to one
  g <- function(v) f(matrix(v / sum(v), nrow(p)))
  numDeriv::grad(g, as.vector(p), method.args = list(r = 6))
}
out$delta <- lapply(tables[c("pain", "fractional", "small")], function(x) {
  p <- x / sum(x); smooth <- measures[names(measures) != "lambda_columns"]  # equal largest cells: no derivative
  values <- lapply(smooth, function(f) f(p))
  if (any(x == 0)) return(list(counts = x, value = values))
  list(counts = x, value = values,
       ase = lapply(smooth, function(f) {g <- slope(f, p); sqrt((sum(p * g^2) - sum(p * g)^2) / sum(x))}))
})
x <- tables$pain; n <- sum(x); p <- x / n; tau <- measures$gk_tau_rows(p)
out$delta$pain$gk_tau_rows_p <- pchisq((n - 1) * (nrow(x) - 1) * tau, 4, lower.tail = FALSE)
d$c2 <- (d$c + d$k) %% 3 + 1; s <- update(svydesign(ids = ~k, weights = ~w, data = d), cell = factor((r - 1) * 3 + c2, levels = 1:9))
stopifnot(all(table(d$r, d$c2) > 0))
shares <- svymean(~cell, s); p <- matrix(coef(shares), 3, byrow = TRUE)
order_ <- as.vector(matrix(1:9, 3, byrow = TRUE))  # column-major position of each row-major cell
v <- vcov(shares)[order_, order_]
one_stage <- vcov(svymean(~cell, update(svydesign(ids = ~1, weights = ~w, data = d), cell = factor((r - 1) * 3 + c2, levels = 1:9))))[order_, order_]
out$delta_design <- list(
  col = d$c2 - 1, covariance = unname(as.matrix(vcov(svytotal(~cell, s)))), df = degf(s), value = lapply(measures, function(f) f(p)),
  clusters = lapply(measures, function(f) {g <- slope(f, p); sqrt(as.numeric(t(g) %*% v %*% g))}),
  one_stage = lapply(measures, function(f) {g <- slope(f, p); sqrt(as.numeric(t(g) %*% one_stage %*% g))}))
# p of weighted kappa from its error under no agreement (Fleiss, Cohen and Everitt 1969, formula 9).
out$kappa_p <- lapply(1:2, function(power) {
  p <- raters / sum(raters); r <- rowSums(p); s <- colSums(p); w <- 1 - (abs(row(p) - col(p)) / 3)^power
  e <- sum(outer(r, s) * w); o <- sum(p * w); wr <- as.vector(w %*% s); ws <- as.vector(t(w) %*% r)
  ase0 <- sqrt((sum(outer(r, s) * (w - outer(wr, ws, "+"))^2) - e^2) / sum(raters)) / (1 - e)
  2 * pnorm(-abs((o - e) / (1 - e) / ase0))
})
write_json(out, "crosstabs_r.json", digits = I(17), auto_unbox = TRUE)
