# Outside values for tests/tables/test_kinds_of_tables.py, from the cases of designs_cases.csv.
# Run in this folder: Rscript tables.R   (R 4.2.2, survey 4.1-1, jsonlite)   -> tables.json
suppressMessages({library(survey); library(jsonlite)})
d <- read.csv("designs_cases.csv")
out <- function(x) unname(as.vector(x))
pair <- function(x, y) {
  k <- !is.na(x) & !is.na(y); x <- x[k]; y <- y[k]
  p <- cor.test(x, y); s <- suppressWarnings(cor.test(x, y, method = "spearman", exact = FALSE))
  t <- suppressWarnings(cor.test(x, y, method = "kendall", exact = FALSE))
  list(n = sum(k), pearson_r = out(p$estimate), pearson_r_p = p$p.value, spearman_rho = out(s$estimate),
       spearman_rho_p = s$p.value, tau_b = out(t$estimate), tau_b_p = t$p.value)
}
all <- complete.cases(d[, c("x", "y", "o")])
# A simple random sample of 120 from 300.
srs <- svydesign(ids = ~1, fpc = ~I(rep(300, nrow(d))), data = d)
m <- svymean(~x, srs)
wilson <- function(k, n) { z <- qnorm(0.975); (k + z^2 / 2 + c(-1, 1) * z * sqrt(k * (n - k) / n + z^2 / 4)) / (n + z^2) }
k <- sum(d$q == 1); e <- 120 / (1 - 120 / 300)
item <- sum(d$m1); net <- sum(d$o >= 2)
collapsed <- table(d$o >= 2, d$q)
G <- 2 * sum(table(d$o, d$q) * log(table(d$o, d$q) / outer(rowSums(table(d$o, d$q)), colSums(table(d$o, d$q))) * 120))
write(toJSON(list(
  pairwise = list(yx = pair(d$y, d$x), ox = pair(d$o, d$x), oy = pair(d$o, d$y)),
  listwise = list(yx = pair(d$y[all], d$x[all])),
  sample = list(se = out(SE(m)), interval = out(confint(m, df = 119)), share = wilson(k / 120 * e, e),
                item = wilson(item / 120 * e, e), net = wilson(net / 120 * e, e), plain = wilson(net, 120)),
  net = list(residual = out(chisq.test(collapsed)$stdres["TRUE", ]), count = out(collapsed["TRUE", ])),
  uncertainty_p = pchisq(G, 4, lower.tail = FALSE)), digits = I(15), auto_unbox = TRUE), "tables.json")
