# Reference values for the comparison of waves. Base R only.
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
