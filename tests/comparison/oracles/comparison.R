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
