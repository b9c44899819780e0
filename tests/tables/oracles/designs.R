# Outside values for tests/tables/test_designs_everywhere.py: every test of a table under a design.
# Run in this folder: Rscript designs.R   (R 4.2.2, survey 4.1-1, jsonlite, MASS)
#   -> designs_cases.csv, designs.json
suppressMessages({library(survey); library(jsonlite)})
options(digits = 15, survey.replicates.mse = FALSE)

# Invented: 3 strata of 8 clusters of 5 cases; st: stratum, psu: cluster (numbered anew in each stratum), N: clusters in
# the population; q, o, grp, b: answers; m1-m3, k1-k2: items of two multiple response sets; y, x, z: numbers.
set.seed(42)
n <- 120
d <- data.frame(st = rep(1:3, each = 40), psu = rep(rep(1:8, each = 5), 3), N = rep(c(30, 20, 50), each = 40))
u <- rnorm(24)[(d$st - 1) * 8 + d$psu]
d$w <- round(runif(n, 0.5, 3), 2)
d$q <- sample(1:3, n, TRUE); d$grp <- sample(1:2, n, TRUE); d$b <- sample(1:2, n, TRUE)
d$x <- round(20 + u + rnorm(n, 0, 2), 2)
d$y <- round(10 + u + 0.4 * d$x + 0.8 * d$grp + rnorm(n), 2)
d$z <- rpois(n, exp(0.4 + 0.2 * d$grp + 0.2 * u))
d$o <- findInterval(0.5 * d$x + rnorm(n, 0, 2), c(9, 10.5)) + 1
d$e <- as.integer(d$y + rnorm(n, 0, 2) > 19)
for (i in 1:3) d[[paste0("m", i)]] <- as.integer(u + rnorm(n) + 0.3 * i * (d$grp == 2) > 0.2)
for (i in 1:2) d[[paste0("k", i)]] <- as.integer(0.5 * u + rnorm(n) + 0.4 * d$m1 > 0.1)
d$y[c(7, 60, 99)] <- NA                      # missing answers
d$grp[c(3, 77)] <- NA
d$v <- d$y + seq_len(n) / 1e5                # without ties: svyranktest takes tied cases in the order of the file
d$g1 <- as.integer(d$grp == 1)
pairs <- (d$psu + 1) %/% 2                    # clusters two by two, for BRR
des <- svydesign(ids = ~psu, strata = ~st, weights = ~w, data = d, nest = TRUE)
fpc <- svydesign(ids = ~psu, strata = ~st, weights = ~w, fpc = ~N, data = d, nest = TRUE)
two <- svydesign(ids = ~psu, strata = ~I(st * 10 + pairs), weights = ~w, data = d, nest = TRUE)
set.seed(3)
made <- list(jkn = as.svrepdesign(des, type = "JKn"),
             jka = as.svrepdesign(svydesign(ids = ~I(st * 10 + psu), weights = ~w, data = d), type = "JK1"),
             brr = as.svrepdesign(two, type = "BRR"), fay = as.svrepdesign(two, type = "Fay", fay.rho = 0.3),
             boot = as.svrepdesign(des, type = "bootstrap", replicates = 20))
columns <- lapply(made, function(r) round(as.matrix(weights(r, "analysis")), 6))
for (name in names(columns)) colnames(columns[[name]]) <- paste0(name, "_", seq_len(ncol(columns[[name]])))
write.csv(cbind(d, do.call(cbind, unname(columns))), "designs_cases.csv", row.names = FALSE, quote = FALSE, na = "")
given <- function(name, ...) svrepdesign(weights = ~w, repweights = columns[[name]], data = d, combined.weights = TRUE, ...)
rscales <- 7 / 8
replicated <- list(jkn = given("jkn", type = "JKn", scale = 1, rscales = rep(rscales, 24)),
                   jk1 = given("jka", type = "JK1", scale = 23 / 24), brr = given("brr", type = "BRR"),
                   fay = given("fay", type = "Fay", rho = 0.3), bootstrap = given("boot", type = "bootstrap"),
                   mse = given("jkn", type = "JKn", scale = 1, rscales = rep(rscales, 24), mse = TRUE))
out <- function(x) unname(as.vector(x))

correlation <- function(s) {
  s <- subset(s, !is.na(y))
  if (inherits(s, "svyrep.design")) {
    r <- withReplicates(s, function(w, data) cov.wt(data[, c("x", "y")], w, cor = TRUE)$cor[1, 2])
    list(r = out(coef(r)), se = out(SE(r)))
  } else {
    m <- svymean(~x + y + I(x * x) + I(y * y) + I(x * y), s)
    names(m) <- c("a", "b", "aa", "bb", "ab"); attr(m, "var") <- `dimnames<-`(attr(m, "var"), list(names(m), names(m)))
    r <- svycontrast(m, quote((ab - a * b) / sqrt((aa - a * a) * (bb - b * b))))
    list(r = out(coef(r)), se = out(SE(r)))
  }
}
# The sum of Pearson statistics item by item, and its second-order correction with the design's covariance of the shares.
multiple <- function(s) {
  s <- subset(s, !is.na(grp))
  by <- svyby(~m1 + m2 + m3, ~grp, s, svymean, covmat = TRUE)
  p <- as.matrix(by[, 2:4]); V <- as.matrix(vcov(by)); size <- nrow(s)
  # vcov is ordered item by item, groups within
  a <- out(coef(svymean(~factor(grp), s))); pbar <- colSums(a * p)
  chi2 <- size * sum(a * t(t(p - rep(1, 2) %o% pbar)^2 / (pbar * (1 - pbar))))
  H <- kronecker(diag(3), diag(2) - rep(1, 2) %o% a)
  scale <- as.vector(sqrt(outer(a, 1 / (pbar * (1 - pbar)))))
  M <- size * scale * t(scale * t(H %*% V %*% t(H)))
  one <- sum(diag(M)); two <- sum(M * M); df <- one^2 / two
  z <- sapply(1:3, function(i) (p[2, i] - p[1, i]) / sqrt(V[2*i-1, 2*i-1] + V[2*i, 2*i] - 2 * V[2*i-1, 2*i]))
  list(chi2 = chi2, rs = chi2 * one / two, df = df, p = pf(chi2 / one, df, df * degf(s), lower.tail = FALSE),
       se = out(SE(by)), z = out(z))
}
coefficients <- function(m) {
  V <- vcov(m); k <- length(coef(m))
  list(coef = out(coef(m)), se = out(sqrt(diag(as.matrix(V)))), p = out(2 * pt(-abs(coef(m) / sqrt(diag(V))), m$df.residual)),
       df = m$df.residual)
}
tests <- function(s, ranks = TRUE) {
  # svyttest is this regression; it fails on replicate weights
  first <- svyglm(y ~ g1, s); df <- first$df.residual
  b <- out(coef(first)[2]); se <- out(SE(first)[2]); half <- qt(0.975, df) * se
  if (!inherits(s, "svyrep.design")) stopifnot(all.equal(out(svyttest(y ~ g1, s)$statistic), b / se))
  anova <- regTermTest(svyglm(y ~ factor(q), s), ~factor(q))
  x <- svychisq(~q + grp, s)
  layered <- svychisq(~q + grp, subset(s, b == 1))
  linear <- svyglm(y ~ x + factor(q), s)
  found <- list(
    t = c(b / se, df, 2 * pt(-abs(b / se), df), b - half, b + half),
    wald = c(anova$Ftest, anova$df, anova$ddf, anova$p),
    chisq = c(x$statistic, x$parameter, x$p.value), layered = c(layered$statistic, layered$parameter, layered$p.value),
    linear = coefficients(linear), f = { f <- regTermTest(linear, ~x + factor(q)); c(f$Ftest, f$df, f$ddf, f$p) },
    logistic = coefficients(svyglm(I(e == 1) ~ x + factor(q), s, family = quasibinomial(), control = list(epsilon = 1e-30, maxit = 100))),
    poisson = coefficients(svyglm(z ~ x + factor(grp), s, family = quasipoisson(), control = list(epsilon = 1e-30, maxit = 100))),
    multiple = multiple(s), correlation = correlation(s))
  if (ranks) { r <- svyranktest(v ~ factor(q), s); found$rank <- c(out(r$parameter) / out(r$statistic), out(r$statistic), r$ddf, r$p.value) }
  lapply(found, function(v) if (is.list(v)) lapply(v, out) else out(v))
}
means <- function(s) {
  by <- svyby(~y, ~q, s, svymean, na.rm = TRUE); m <- svymean(~y, s, na.rm = TRUE)
  share <- svymean(~factor(q), s); item <- svymean(~m1 + m2 + m3, s)
  list(by = out(SE(by)), mean = out(coef(m)), se = out(SE(m)), share = out(share), share_se = out(SE(share)),
       item_se = out(SE(item)), df = degf(subset(s, !is.na(y))),
       interval = out(confint(svyciprop(~I(q == 1), s, method = "logit"))))
}
ordinal <- function(s) {
  m <- svyolr(factor(o) ~ x + factor(grp), subset(s, !is.na(grp)), control = list(reltol = 1e-16))
  k <- c("1|2", "2|3", "x", "factor(grp)2")
  list(coef = out(c(m$zeta, m$coefficients)[k]), se = out(sqrt(diag(vcov(m)))[k]))
}
single <- function(s) {
  s <- subset(s, !is.na(grp)); m <- svyglm(m1 ~ factor(grp), s); f <- out(coef(m)[2] / SE(m)[2])^2
  list(F = f, p = pf(f, 1, degf(s), lower.tail = FALSE))
}
# Raked to known totals: calibrate() with raking; standard errors from the residuals on the margins.
plain <- svydesign(ids = ~psu, strata = ~st, weights = ~w, data = d, nest = TRUE)
raked <- calibrate(plain, ~factor(q) + factor(b), calfun = "raking", epsilon = 1e-13, maxit = 500,
                   population = c(`(Intercept)` = 300, `factor(q)2` = 90, `factor(q)3` = 110, `factor(b)2` = 180))
ipf <- rake(plain, list(~q, ~b), list(data.frame(q = 1:3, Freq = c(100, 90, 110)), data.frame(b = 1:2, Freq = c(120, 180))),
            control = list(maxit = 500, epsilon = 1e-12))
post <- postStratify(plain, ~q, data.frame(q = 1:3, Freq = c(100, 90, 110)))
with_weights <- function(s, w) { m <- svymean(~y, s, na.rm = TRUE); x <- svymean(~x, s); t <- svychisq(~q + grp, s)
  list(weights = out(weights(s)), x = out(coef(x)), x_se = out(SE(x)), total = sum(weights(s)), chisq = out(c(t$statistic, t$p.value))) }

values <- list(design = c(tests(des), means(des), list(ordinal = ordinal(des), single = single(des))),
               corrected = means(fpc),
               replicates = lapply(replicated, function(s) c(tests(s, FALSE), means(s))),
               raked = with_weights(raked), ipf = list(weights = out(weights(ipf))), post = with_weights(post))
write(toJSON(values, digits = I(15), auto_unbox = TRUE, null = "null"), "designs.json")
