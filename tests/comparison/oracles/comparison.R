# Reference values for the comparison of waves. Base R, and survey 4.1-1 for the contrast.
#   Rscript tests/comparison/oracles/comparison.R > tests/comparison/oracles/comparison_r.csv
out <- function(name, value) cat(sprintf("%s,%.17g\n", name, value))
cat("name,value\n")

# Stuart and Maxwell's test: d' S^-1 d with one category left out.
stuart_maxwell <- function(x) {
  d <- (rowSums(x) - colSums(x))[-nrow(x)]
  s <- -(x + t(x))
  diag(s) <- rowSums(x) + colSums(x) - 2 * diag(x)
  s <- s[-nrow(x), -nrow(x), drop = FALSE]
  value <- as.numeric(t(d) %*% solve(s) %*% d)
  c(value, nrow(s), pchisq(value, nrow(s), lower.tail = FALSE))
}
# Stuart's table of unaided distance vision, right eye by left eye (women, Royal Ordnance factories 1943-46).
vision <- matrix(c(1520, 266, 124, 66, 234, 1512, 432, 78, 117, 362, 1772, 205, 36, 82, 179, 492), 4, byrow = TRUE)
sm <- stuart_maxwell(vision)
out("vision_stuart_maxwell", sm[1]); out("vision_df", sm[2]); out("vision_p", sm[3])
bowker <- mcnemar.test(vision)
out("vision_bowker", unname(bowker$statistic)); out("vision_bowker_p", bowker$p.value)
two <- matrix(c(23, 15, 19, 31), 2, byrow = TRUE)
out("two_stuart_maxwell", stuart_maxwell(two)[1])
out("two_mcnemar", unname(mcnemar.test(two, correct = FALSE)$statistic))
out("two_mcnemar_p", mcnemar.test(two, correct = FALSE)$p.value)
# The table that the two small waves of the tests give over their linked units: McNemar's exact p.
out("small_mcnemar_exact", binom.test(1, 4)$p.value)

# Two independent waves.
out("prop_p", prop.test(c(56, 48), c(70, 80), correct = FALSE)$p.value)
before <- c(1, 2, 2, 3, 5, 4, 4, 3); after <- c(3, 4, 5, 5, 2, 4)
t <- t.test(after, before)
out("welch_difference", mean(after) - mean(before))
out("welch_low", t$conf.int[1]); out("welch_high", t$conf.int[2]); out("welch_p", t$p.value)

# Exact interval of K of N from k of n by inverting both hypergeometric tails, at 1 - tail * 2.
exact <- function(k, n, N, tail) {
  K <- 0:N
  ok <- phyper(k, K, N - K, n) > tail & phyper(k - 1, K, N - K, n, lower.tail = FALSE) > tail
  range(K[ok])
}
a <- exact(22, 83, 98, 0.0125); b <- exact(21, 52, 66, 0.0125)
out("exact_low", b[1] / 66 - a[2] / 98); out("exact_high", b[2] / 66 - a[1] / 98)

# Paired differences of linked units.
x <- c(12, 9, 21, 14, 30); y <- c(15, 9, 20, 19, 33)
p <- t.test(y, x, paired = TRUE)
out("paired_difference", unname(p$estimate)); out("paired_p", p$p.value)

# Trends over four waves. The counts are those of R's own example of prop.trend.test.
trend <- prop.trend.test(c(83, 90, 129, 70), c(86, 93, 136, 82), score = c(2009, 2012, 2014, 2019))
out("trend_chi2", unname(trend$statistic)); out("trend_p", trend$p.value)
out("trend_slope", unname(coef(lm(c(83, 90, 129, 70) / c(86, 93, 136, 82) ~ c(2009, 2012, 2014, 2019)))[2]))
# The linear contrast of three independent samples: survey's sample of Californian schools, its strata as waves.
suppressMessages(library(survey)); data(api)
schools <- svydesign(ids = ~1, strata = ~stype, weights = ~pw, data = apistrat)
means <- svyby(~api00, ~stype, schools, svymean, covmat = TRUE)
times <- c(2009, 2012, 2019); middle <- times - mean(times)
for (i in 1:3) { out(paste0("wave_mean_", i), unname(coef(means)[i])); out(paste0("wave_se_", i), unname(SE(means)[i])) }
line <- svycontrast(means, middle); value <- as.numeric(coef(line)) / as.numeric(SE(line))
out("contrast_p", 2 * pt(-abs(value), degf(schools)))
# Wilson's interval of 150 of 300.
out("wilson_low", prop.test(150, 300, correct = FALSE)$conf.int[1])

# Partially overlapping samples. z8 of Derrick and others (2015) on their example, T_new1 and T_new2 of Derrick and
# others (2017) on that of their companion paper, both as their formulas have them; the papers print p = 0.053 and 0.026.
a <- c(1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, rep(NA, 6))
b <- c(1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, rep(NA, 9), 1, 1, 1, 1, 1, 1)
overlap_z <- function(a, b) {
  both <- !is.na(a) & !is.na(b); n1 <- sum(!is.na(a)); n2 <- sum(!is.na(b))
  p <- (sum(a, na.rm = TRUE) + sum(b, na.rm = TRUE)) / (n1 + n2)
  v <- p * (1 - p) * (1 / n1 + 1 / n2 - 2 * cor(a[both], b[both]) * sum(both) / (n1 * n2))
  2 * pnorm(-abs(mean(b, na.rm = TRUE) - mean(a, na.rm = TRUE)) / sqrt(v))
}
out("overlap_z8_p", overlap_z(a, b))
overlap_t <- function(a, b) {
  both <- !is.na(a) & !is.na(b); n1 <- sum(!is.na(a)); n2 <- sum(!is.na(b)); nc <- sum(both)
  s1 <- var(a, na.rm = TRUE) / n1; s2 <- var(b, na.rm = TRUE) / n2
  se <- sqrt(s1 + s2 - 2 * cor(a[both], b[both]) * nc * sd(a, na.rm = TRUE) * sd(b, na.rm = TRUE) / (n1 * n2))
  g <- (s1 + s2)^2 / (s1^2 / (n1 - 1) + s2^2 / (n2 - 1))
  df <- (nc - 1) + (g - nc + 1) / (n1 + n2) * (n1 + n2 - 2 * nc)
  d <- mean(b, na.rm = TRUE) - mean(a, na.rm = TRUE)
  c(d - qt(.975, df) * se, d + qt(.975, df) * se, 2 * pt(-abs(d / se), df), df)
}
x <- c(20, 21, 16, 18, 14, 12, 14, 17, rep(NA, 8), 14, 15, 18, 20, 11, 19, 14, 15)
y <- c(rep(NA, 8), 10, 16, 18, 16, 15, 14, 13, 10, 15, 10, 15, 17, 13, 19, 12, 13)
t2 <- overlap_t(x, y)
out("overlap_t_low", t2[1]); out("overlap_t_high", t2[2]); out("overlap_t_p", t2[3]); out("overlap_t_df", t2[4])
px <- x[17:24]; py <- y[17:24]
pt <- t.test(py, px, paired = TRUE)
out("overlap_paired_low", pt$conf.int[1]); out("overlap_paired_p", pt$p.value)
# With weights: the waves stacked, the unit as the cluster (survey 4.1-1 or later).
suppressMessages(library(survey))
d <- data.frame(y = c(x[!is.na(x)], y[!is.na(y)]), wave = rep(0:1, c(sum(!is.na(x)), sum(!is.na(y)))),
                unit = c(which(!is.na(x)), which(!is.na(y))))
d$w <- 1 + (seq_len(nrow(d)) %% 3) / 2
design <- svydesign(ids = ~unit, weights = ~w, data = d)
by <- svyby(~y, ~wave, design, svymean, covmat = TRUE)
contrast <- svycontrast(by, c(-1, 1))
se <- as.numeric(SE(contrast)); diff <- as.numeric(coef(contrast))
out("overlap_weighted_change", diff); out("overlap_weighted_se", se)
out("overlap_weighted_p", 2 * pt(-abs(diff / se), degf(design)))
