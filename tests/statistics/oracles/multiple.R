# Outside values for tests/statistics/test_multiple.py.
# Run in this folder: Rscript multiple.R   (R 4.2.2, survey 4.1-1, jsonlite) -> multiple_cases.csv, multiple.json
suppressMessages({library(survey); library(jsonlite)})

# 150 invented cases: group g, set y (4 items), set z (3 items), whole weight f, survey weight w.
set.seed(7)
n <- 150
g <- sample(1:3, n, TRUE, c(.5, .3, .2))
u <- rnorm(n)
y <- sapply(c(.2, -.6, .1, -1.1), function(a) as.integer(a + .7 * u + .3 * (g == 2) + rnorm(n) > 0))
z <- sapply(c(.0, -.4, -.9), function(a) as.integer(a + .6 * u + rnorm(n) > 0))
cases <- data.frame(g, y = y, z = z, f = sample(1:3, n, TRUE), w = round(exp(rnorm(n, 0, .5)), 3))
names(cases) <- c("g", paste0("y", 1:4), paste0("z", 1:3), "f", "w")
write.csv(cases, "multiple_cases.csv", row.names = FALSE, quote = FALSE)

# Multiple marginal independence: the matrices of Bilder, Loughin and Nettleton (2000, appendix A) in full, over all
# 2^c answer patterns (as R package MRCV's MI.test(type = "rs2") does).
mmi <- function(g, y) {
  n <- length(g); r <- length(unique(g)); c <- ncol(y)
  x2 <- apply(y, 2, function(v) suppressWarnings(chisq.test(table(g, v), correct = FALSE)$statistic))
  all <- as.matrix(expand.grid(rep(list(0:1), c))[, c:1])
  key <- function(m) apply(m, 1, paste, collapse = "")
  G <- kronecker(diag(r), t(all))
  ni <- as.vector(table(g)); a <- ni / n
  V <- matrix(0, r * 2^c, r * 2^c); pi <- NULL
  for (i in 1:r) {
    tau <- as.vector(table(factor(key(y[g == i, , drop = FALSE]), key(all)))) / ni[i]
    at <- (i - 1) * 2^c + 1:2^c
    V[at, at] <- (diag(tau) - tcrossprod(tau)) / a[i]
    pi <- c(pi, t(all) %*% tau)
  }
  p <- colMeans(y)
  H <- diag(r * c) - kronecker(matrix(1, r, r) %*% diag(a), diag(c))
  D <- kronecker(diag(1 / a), diag(p * (1 - p), c))
  l <- Re(eigen(solve(D) %*% H %*% G %*% V %*% t(G) %*% t(H))$values)
  rs <- (r - 1) * c * sum(x2) / sum(l^2); df <- ((r - 1) * c)^2 / sum(l^2)
  list(x2_item = unname(x2), chi2 = sum(x2), rs_chi2 = rs, rs_df = df, rs_p = pchisq(rs, df, lower = FALSE))
}

# Simultaneous pairwise marginal independence (Bilder and Loughin 2004, appendix; MI.test with two sets).
spmi <- function(a, b) {
  n <- nrow(a); i <- ncol(a); k <- ncol(b)
  x2 <- outer(1:i, 1:k, Vectorize(function(s, t)
    suppressWarnings(chisq.test(table(a[, s], b[, t]), correct = FALSE)$statistic)))
  A <- as.matrix(expand.grid(rep(list(0:1), i))[, i:1]); B <- as.matrix(expand.grid(rep(list(0:1), k))[, k:1])
  key <- function(m) apply(m, 1, paste, collapse = "")
  tau <- as.vector(t(table(factor(key(a), key(A)), factor(key(b), key(B))))) / n
  G <- t(A); H <- t(B)
  pr <- colMeans(a); pc <- colMeans(b)
  Gij <- G %*% kronecker(diag(2^i), t(rep(1, 2^k))); Hji <- H %*% kronecker(t(rep(1, 2^i)), diag(2^k))
  F <- kronecker(G, H) - kronecker(pr, Hji) - kronecker(Gij, pc)
  S <- F %*% (diag(tau) - tcrossprod(tau)) %*% t(F)
  D <- diag(as.vector(kronecker(pr, pc) * kronecker(1 - pr, 1 - pc)))
  l <- Re(eigen(solve(D) %*% S)$values)
  rs <- i * k * sum(x2) / sum(l^2); df <- (i * k)^2 / sum(l^2)
  list(chi2 = sum(x2), rs_chi2 = rs, rs_df = df, rs_p = pchisq(rs, df, lower = FALSE))
}

# Survey weights: covariance of the shares by group from package survey, then the same matrices.
mmi_weighted <- function(cases, items) {
  d <- svydesign(ids = ~1, weights = ~w, data = cases)
  s <- svyby(make.formula(items), ~g, d, svymean, covmat = TRUE)
  r <- nrow(s); c <- length(items); n <- nrow(cases)
  p <- as.matrix(as.data.frame(s)[, items])                       # r x c
  a <- as.vector(tapply(cases$w, cases$g, sum)) / sum(cases$w)
  bar <- as.vector(a %*% p)
  C <- matrix(0, r * c, r * c)                                     # to the order group by item
  v <- vcov(s); at <- function(i, j) (i - 1) * c + j; from <- function(i, j) (j - 1) * r + i
  for (i in 1:r) for (j in 1:c) for (k in 1:r) for (l in 1:c) C[at(i, j), at(k, l)] <- v[from(i, j), from(k, l)]
  H <- diag(r * c) - kronecker(matrix(1, r, r) %*% diag(a), diag(c))
  D <- kronecker(diag(1 / a), diag(bar * (1 - bar)))
  l <- Re(eigen(solve(D) %*% H %*% (n * C) %*% t(H))$values)
  x2 <- n * sum(a * sweep(sweep(p, 2, bar)^2, 2, bar * (1 - bar), "/"))
  rs <- x2 * sum(l) / sum(l^2); df <- sum(l)^2 / sum(l^2)
  list(chi2 = x2, rs_chi2 = rs, rs_df = df, rs_p = pchisq(rs, df, lower = FALSE),
       share = p, se = matrix(SE(s)[, 1:c, drop = FALSE] |> unlist(), r, c))
}

spmi_weighted <- function(cases, a, b) {
  n <- nrow(cases); W <- sum(cases$w)
  grid <- expand.grid(k = seq_along(b), i = seq_along(a))
  pi <- sapply(a, function(v) sum(cases$w * cases[[v]]) / W); pk <- sapply(b, function(v) sum(cases$w * cases[[v]]) / W)
  e <- apply(grid, 1, function(q) (cases[[a[q["i"]]]] - pi[q["i"]]) * (cases[[b[q["k"]]]] - pk[q["k"]]))
  colnames(e) <- paste0("e", 1:ncol(e))
  d <- svydesign(ids = ~1, weights = ~w, data = cbind(cases, e))
  m <- svymean(make.formula(colnames(e)), d)
  D <- diag((pi * (1 - pi))[grid$i] * (pk * (1 - pk))[grid$k])
  l <- Re(eigen(solve(D) %*% (n * vcov(m)))$values)
  x2 <- n * sum(coef(m)^2 / diag(D))
  rs <- x2 * sum(l) / sum(l^2); df <- sum(l)^2 / sum(l^2)
  list(chi2 = x2, rs_chi2 = rs, rs_df = df, rs_p = pchisq(rs, df, lower = FALSE))
}

# z of two columns that share cases, case by case: 'a', 'b' who is in the column, 'row' who shows the row.
overlap_z <- function(a, b, row) {
  na <- sum(a); nb <- sum(b); p <- (sum(row & a) + sum(row & b)) / (na + nb)
  shared <- sum((row - p)[a & b]^2)
  (mean(row[b]) - mean(row[a])) / sqrt(p * (1 - p) * (1 / na + 1 / nb) - 2 * shared / (na * nb))
}
overlap_z_weighted <- function(a, b, row, w) {
  pa <- weighted.mean(row[a], w[a]); pb <- weighted.mean(row[b], w[b])
  e <- b * (row - pb) / sum(w[b]) - a * (row - pa) / sum(w[a])
  d <- svydesign(ids = ~1, weights = ~w, data = data.frame(e, w))
  (pb - pa) / as.vector(SE(svytotal(~e, d)))
}
pairs <- list(c(1, 2), c(1, 3), c(1, 4), c(2, 3), c(2, 4), c(3, 4))
zs <- function(f, rows) t(sapply(rows, function(r) sapply(pairs, function(q) f(y[, q[1]] == 1, y[, q[2]] == 1, r))))
in_group <- lapply(1:3, function(k) as.integer(g == k)); in_z <- lapply(1:3, function(k) z[, k])
weighted <- function(a, b, r) overlap_z_weighted(a, b, r, cases$w)

# Interval of the weighted share of y1 and y4 by group; degrees of freedom of the whole sample.
logit <- function(item) t(sapply(1:3, function(k) {
  d <- svydesign(ids = ~1, weights = ~w, data = cases)
  as.vector(confint(svyciprop(make.formula(item), subset(d, g == k), method = "xlogit", df = n - 1)))
}))

again <- cases[rep(1:n, cases$f), ]
write_json(list(
  command = "Rscript multiple.R",
  mmi = mmi(g, y), mmi_frequency = mmi(again$g, as.matrix(again[, 2:5])), mmi_one_item = mmi(g, y[, 2, drop = FALSE]),
  mmi_weighted = mmi_weighted(cases, paste0("y", 1:4)),
  spmi = spmi(z, y), spmi_frequency = spmi(as.matrix(again[, 6:8]), as.matrix(again[, 2:5])),
  spmi_weighted = spmi_weighted(cases, paste0("z", 1:3), paste0("y", 1:4)),
  logit_y1 = logit("y1"), logit_y4 = logit("y4"),
  z_items = zs(overlap_z, in_group), z_items_weighted = zs(weighted, in_group),
  z_pair = zs(overlap_z, in_z), z_pair_weighted = zs(weighted, in_z)
), "multiple.json", digits = I(15), auto_unbox = TRUE, pretty = TRUE)
