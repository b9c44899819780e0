# Outside values for tests/statistics/test_design.py.
# Run in this folder: Rscript design.R   (R 4.2.2, survey 4.1-1, jsonlite)
#   -> design_cases.csv, design_replicates.csv, design_api.csv, design.json
suppressMessages({library(survey); library(jsonlite)})

# Invented: 4 strata, clusters within them (the last stratum has one), 2-6 cases per cluster.
set.seed(11)
clusters <- data.frame(h = rep(1:4, c(4, 5, 3, 1)), k = c(1:4, 1:5, 1:3, 1))
cases <- do.call(rbind, lapply(1:nrow(clusters), function(i) {
  m <- sample(2:6, 1); u <- rnorm(1)
  data.frame(clusters[i, ], y = round(10 + 3 * u + rnorm(m), 2), x = round(20 + u + rnorm(m), 2),
             r = sample(0:1, m, TRUE), c = sample(0:2, m, TRUE), d = sample(0:1, m, TRUE, c(.3, .7)),
             w = round(runif(m, 1, 5), 2), N = c(12, 30, 9, 6)[clusters$h[i]], row.names = NULL)
}))
write.csv(cases, "design_cases.csv", row.names = FALSE, quote = FALSE)

full <- function(stat) list(value = unname(as.vector(coef(stat))), covariance = unname(as.matrix(vcov(stat))))
cells <- function(d) {
  d <- update(d, cell = factor(r * 3 + c, levels = 0:5))
  full(svytotal(~cell, d))
}
estimates <- function(d) list(
  total = full(svytotal(~y + x, d)), mean = full(svymean(~y + x, d)), ratio = full(svyratio(~y, ~x, d)),
  domain_mean = full(svymean(~y + x, subset(d, d == 1))), domain_total = full(svytotal(~y, subset(d, d == 1))),
  domain_ratio = full(svyratio(~y, ~x, subset(d, d == 1))),
  cells = cells(d), df = degf(d))

some <- subset(cases, h < 4)                      # without the lonely stratum
stratified <- svydesign(ids = ~k, strata = ~h, weights = ~w, data = some, nest = TRUE)
corrected <- svydesign(ids = ~k, strata = ~h, weights = ~w, fpc = ~N, data = some, nest = TRUE)
clustered <- svydesign(ids = ~I(h * 10 + k), weights = ~w, data = some)
single <- svydesign(ids = ~1, strata = ~h, weights = ~w, data = some)
plain <- svydesign(ids = ~1, weights = ~w, data = some)
lonely <- sapply(c("remove", "adjust", "average"), function(how) {
  options(survey.lonely.psu = how)
  d <- svydesign(ids = ~k, strata = ~h, weights = ~w, data = cases, nest = TRUE)
  list(list(mean = full(svymean(~y + x, d)), df = degf(d)))
})
options(survey.lonely.psu = "fail")

effects <- function(d, how) unname(as.vector(deff(svymean(~y + x, d, deff = how))))

# Replicate weights: JKn made by survey from the stratified design; bootstrap and BRR from simple recipes.
jkn <- as.svrepdesign(stratified, type = "JKn")
jk1 <- as.svrepdesign(clustered, type = "JK1")
set.seed(5)
boot <- as.svrepdesign(stratified, type = "bootstrap", replicates = 20)
two <- subset(some, k <= 2)                        # two clusters per stratum
brr <- as.svrepdesign(svydesign(ids = ~k, strata = ~h, weights = ~w, data = two, nest = TRUE), type = "BRR")
fay <- as.svrepdesign(svydesign(ids = ~k, strata = ~h, weights = ~w, data = two, nest = TRUE), type = "Fay",
                      fay.rho = .3)
given <- function(mse) svrepdesign(weights = weights(boot, "sampling"), repweights = weights(boot, "analysis"),
                                   data = some, type = "bootstrap", combined.weights = TRUE, mse = mse)
pad <- function(d, keep) {
  w <- matrix(NA, nrow(some), ncol(weights(d, "analysis"))); w[keep, ] <- weights(d, "analysis"); w
}
all <- rep(TRUE, nrow(some))
blocks <- list(jkn = pad(jkn, all), jk1 = pad(jk1, all), boot = pad(boot, all),
               brr = pad(brr, some$k <= 2), fay = pad(fay, some$k <= 2))
replicate <- do.call(cbind, lapply(names(blocks), function(b)
  setNames(as.data.frame(blocks[[b]]), paste0(b, "_", seq_len(ncol(blocks[[b]]))))))
write.csv(replicate, "design_replicates.csv", row.names = FALSE, quote = FALSE, na = "")
weighted <- function(d) c(estimates(d), list(scale = d$scale, rscales = d$rscales))

# Raking and post-stratification.
toR <- data.frame(r = 0:1, Freq = c(70, 110)); toC <- data.frame(c = 0:2, Freq = c(50, 60, 70))
raked <- rake(plain, list(~r, ~c), list(toR, toC), control = list(maxit = 500, epsilon = 1e-12))
post <- postStratify(plain, ~c, toC)
calibrated <- calibrate(stratified, ~factor(r) + factor(c), calfun = "raking", epsilon = 1e-13, maxit = 500,
  population = c(`(Intercept)` = 180, `factor(r)1` = 110, `factor(c)1` = 60, `factor(c)2` = 70))
trimmed <- trimWeights(plain, lower = 1.6, upper = 4, strict = TRUE)

# The two strata of STATISTICS.md, and the api schools (facts about Californian schools, as in package survey).
strata <- data.frame(y = c(2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2), h = rep(1:2, c(5, 3)), N = rep(c(15, 12), c(5, 3)))
strata$w <- strata$N / rep(c(5, 3), c(5, 3))
two_strata <- svydesign(ids = ~1, strata = ~h, weights = ~w, fpc = ~N, data = strata)
two_without <- svydesign(ids = ~1, strata = ~h, weights = ~w, data = strata)
data(api)
one <- with(apistrat, data.frame(sample = "strat", group = as.integer(stype), w = pw, N = fpc, api00, enroll,
                                 wide = as.integer(sch.wide) - 1, type = as.integer(stype) - 1))
other <- with(apiclus1, data.frame(sample = "clus1", group = dnum, w = pw, N = fpc, api00, enroll,
                                   wide = as.integer(sch.wide) - 1, type = as.integer(stype) - 1))
write.csv(rbind(one, other), "design_api.csv", row.names = FALSE, quote = FALSE)
dstrat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
dclus1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)

write_json(list(
  command = "Rscript design.R",
  stratified = estimates(stratified), corrected = estimates(corrected), clustered = estimates(clustered),
  single = estimates(single), plain = estimates(plain), lonely = lonely,
  deff_replace = effects(corrected, "replace"), deff_without = effects(corrected, TRUE),
  jkn = weighted(jkn), jk1 = weighted(jk1), boot = weighted(given(FALSE)), boot_mse = weighted(given(TRUE)), brr = weighted(brr),
  fay = weighted(fay),
  raked = unname(weights(raked)), post = unname(weights(post)), trimmed = unname(weights(trimmed)),
  calibrated = list(weights = unname(weights(calibrated)), mean = full(svymean(~y + x, calibrated)),
                    total = full(svytotal(~y + x, calibrated))),
  two_strata = full(svymean(~y, two_strata)), two_without = full(svymean(~y, two_without)),
  api_strat = list(mean = full(svymean(~api00, dstrat)), total = full(svytotal(~enroll, dstrat))),
  api_clus1 = list(mean = full(svymean(~api00, dclus1)))
), "design.json", digits = I(15), auto_unbox = FALSE, pretty = TRUE)
