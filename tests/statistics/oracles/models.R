# Outside values for tests/statistics/test_models.py.
# Run in this folder: Rscript models.R   (R 4.2.2; survey, MASS, nnet, numDeriv, jsonlite)
#   -> models_cases.csv, models.json
suppressMessages({library(survey); library(MASS); library(nnet); library(numDeriv); library(jsonlite)})

# 160 invented cases in 4 strata of clusters; whole weight f, survey weight w.
set.seed(23)
n <- 160
h <- rep(1:4, each = 40); k <- rep(1:20, each = 8); u <- rnorm(20)[k]
x <- round(rnorm(n, 50, 10), 1); g <- sample(1:3, n, TRUE, c(.5, .3, .2)); d <- rbinom(n, 1, .4)
eta <- .05 * (x - 50) + .5 * (g == 2) - .4 * (g == 3) + .6 * d + .4 * u
cases <- data.frame(h, k, y = round(10 + 2 * eta + rnorm(n), 2), b = as.integer(eta + rlogis(n) > .3),
                    o = cut(eta + rlogis(n), c(-Inf, -1, .4, 1.6, Inf), labels = FALSE),
                    m = apply(cbind(rlogis(n), eta + rlogis(n), -.5 * eta + rlogis(n)), 1, which.max),
                    c = rpois(n, exp(.3 * eta)), x, g2 = as.integer(g == 2), g3 = as.integer(g == 3), d,
                    f = sample(1:3, n, TRUE), w = round(exp(rnorm(n, 0, .5)), 3))
write.csv(cases, "models_cases.csv", row.names = FALSE, quote = FALSE)
again <- cases[rep(1:n, cases$f), ]
rhs <- ~ x + g2 + g3 + d
formula_of <- function(y) update(rhs, as.formula(paste(y, "~ .")))
tight <- glm.control(epsilon = 1e-15, maxit = 100)

table_of <- function(b, v, df = Inf) {
  s <- sqrt(diag(v)); t <- b / s; q <- if (is.finite(df)) qt(.975, df) else qnorm(.975)
  list(coefficient = unname(b), se = unname(s), p = unname(2 * if (is.finite(df)) pt(-abs(t), df) else pnorm(-abs(t))),
       low = unname(b - q * s), high = unname(b + q * s))
}
# Average marginal effects by brute force: x by a central difference, dummies switched within their factor.
ame <- function(predictor, b, v, data, w) {
  X <- as.matrix(data[, c("x", "g2", "g3", "d")])
  w <- w / sum(w)
  one <- function(b) {
    at <- function(j, value) {
      Z <- X
      if (j %in% c("g2", "g3")) Z[, c("g2", "g3")] <- 0
      Z[, j] <- value
      w %*% predictor(b, Z)
    }
    e <- 1e-4
    slope <- { A <- X; B <- X; A[, 1] <- A[, 1] + e; B[, 1] <- B[, 1] - e; w %*% (predictor(b, A) - predictor(b, B)) / (2 * e) }
    rbind(slope, at("g2", 1) - at("g2", 0), at("g3", 1) - at("g3", 0), at("d", 1) - at("d", 0))   # 4 x e
  }
  effect <- one(b); J <- jacobian(function(b) as.vector(one(b)), b)
  list(effect = t(effect), effect_se = t(matrix(sqrt(diag(J %*% v %*% t(J))), nrow(effect))))
}
p_logit <- function(b, X) cbind(plogis(cbind(1, X) %*% b))
p_count <- function(b, X) cbind(exp(cbind(1, X) %*% b))
p_order <- function(b, X) {   # b: slopes first, then thresholds (polr's order)
  F <- plogis(outer(-as.vector(X %*% b[1:4]), b[-(1:4)], "+")); t(apply(cbind(0, F, 1), 1, diff))
}
p_multi <- function(b, X) { E <- exp(cbind(0, cbind(1, X) %*% matrix(b, 5))); E / rowSums(E) }

vif <- function(data, w = rep(1, nrow(data)))
  unname(diag(solve(cov.wt(data[, c("x", "g2", "g3", "d")], w, cor = TRUE)$cor)))

fit_lm <- function(data) {
  m <- lm(formula_of("y"), data); s <- summary(m)
  c(table_of(coef(m), vcov(m), m$df.residual),
    list(r_squared = s$r.squared, adjusted = s$adj.r.squared, f = unname(s$fstatistic[1]),
         f_p = unname(pf(s$fstatistic[1], 4, m$df.residual, lower = FALSE)), sigma = s$sigma,
         log_likelihood = as.numeric(logLik(m)), aic = AIC(m), bic = BIC(m), cook = max(cooks.distance(m)),
         standardized = unname(coef(m)[-1] * sapply(data[, c("x", "g2", "g3", "d")], sd) / sd(data$y)),
         vif = vif(data)))
}
fit_glm <- function(y, family, data, predictor) {
  m <- glm(formula_of(y), family, data, control = tight)
  m <- glm(formula_of(y), family, data, control = tight, start = coef(m))   # its errors are those of the step before
  m0 <- glm(as.formula(paste(y, "~ 1")), family, data)
  N <- nrow(data); l <- as.numeric(logLik(m)); l0 <- as.numeric(logLik(m0)); cs <- 1 - exp(2 * (l0 - l) / N)
  c(table_of(coef(m), vcov(m)), ame(predictor, coef(m), vcov(m), data, rep(1, N)),
    list(log_likelihood = l, aic = AIC(m), bic = BIC(m), lr = 2 * (l - l0), lr_p = pchisq(2 * (l - l0), 4, lower = FALSE),
         mcfadden = 1 - l / l0, cox_snell = cs, nagelkerke = cs / (1 - exp(2 * l0 / N)), cook = max(cooks.distance(m))))
}
# polr stops early (reltol 1e-8): Newton steps on its likelihood from there, numerically, to full precision.
polish <- function(negative, b) {
  for (i in 1:6) b <- b - solve(hessian(negative, b), grad(negative, b))
  list(b = b, v = solve(hessian(negative, b)), l = -negative(b))
}
order_likelihood <- function(data, w) {
  X <- as.matrix(data[, c("x", "g2", "g3", "d")]); y <- data$o
  Z <- sweep(X, 2, c(50, 0, 0, 0))                                   # numeric derivatives need x near zero
  list(negative = function(b) -sum(w * log(p_order(b, Z)[cbind(seq_along(y), y)])),
       back = rbind(diag(7)[1:4, ], cbind(matrix(c(50, 0, 0, 0), 3, 4, TRUE), diag(3))))
}
fit_order <- function(data) {
  o <- order_likelihood(data, rep(1, nrow(data)))
  m <- polr(update(rhs, factor(o) ~ .), transform(data, x = x - 50), Hess = TRUE)
  p <- polish(o$negative, c(coef(m), m$zeta)); N <- nrow(data)
  stopifnot(max(abs(p$b - c(coef(m), m$zeta))) < 1e-3, max(abs(sqrt(diag(p$v)) / sqrt(diag(vcov(m))) - 1)) < 1e-3)
  b <- as.vector(o$back %*% p$b); v <- o$back %*% p$v %*% t(o$back)
  l0 <- sum(table(data$o) * log(table(data$o) / N))
  c(table_of(b, v), ame(p_order, b, v, data, rep(1, N)),
    list(log_likelihood = p$l, aic = 2 * 7 - 2 * p$l, bic = 7 * log(N) - 2 * p$l, lr = 2 * (p$l - l0)))
}
multi_likelihood <- function(data, w) {
  Z <- sweep(as.matrix(data[, c("x", "g2", "g3", "d")]), 2, c(50, 0, 0, 0)); y <- data$m
  one <- diag(5); one[1, 2] <- -50
  list(negative = function(b) -sum(w * log(p_multi(b, Z)[cbind(seq_along(y), y)])), back = kronecker(diag(2), one))
}
fit_multi <- function(data) {
  o <- multi_likelihood(data, rep(1, nrow(data)))
  m <- multinom(update(rhs, factor(m) ~ .), transform(data, x = x - 50), trace = FALSE, Hess = TRUE)
  p <- polish(o$negative, as.vector(t(coef(m)))); N <- nrow(data)
  stopifnot(max(abs(p$b - as.vector(t(coef(m))))) < 1e-3)
  b <- as.vector(o$back %*% p$b); v <- o$back %*% p$v %*% t(o$back)
  l0 <- sum(table(data$m) * log(table(data$m) / N))
  c(table_of(b, v), ame(p_multi, b, v, data, rep(1, N)),
    list(log_likelihood = p$l, aic = 20 - 2 * p$l, bic = 10 * log(N) - 2 * p$l, lr = 2 * (p$l - l0)))
}

# Survey weights and designs.
designs <- list(weighted = svydesign(~1, weights = ~w, data = cases),
                stratified = svydesign(~1, strata = ~h, weights = ~w, data = cases),
                clustered = svydesign(~k, strata = ~h, weights = ~w, data = cases),
                unweighted = svydesign(~k, data = cases, weights = ~1))
survey_glm <- function(y, family, design, predictor = NULL) {
  m <- svyglm(formula_of(y), design, family = family, control = tight)
  t <- regTermTest(m, rhs)
  c(table_of(coef(m), vcov(m), m$df.residual), list(df = m$df.residual, f = as.numeric(t$Ftest), f_p = as.numeric(t$p)),
    if (!is.null(predictor)) ame(predictor, coef(m), vcov(m), cases, weights(design, "sampling")))
}
# Ordinal and multinomial under a design: sandwich of numeric derivatives, the scores' total from package survey.
survey_other <- function(make, design, start, per_case) {
  w <- weights(design, "sampling"); o <- make(cases, w); p <- polish(o$negative, start)
  S <- t(sapply(1:n, function(i) -grad(make(cases[i, ], 1)$negative, p$b)))
  colnames(S) <- paste0("s", 1:ncol(S))
  d <- design; d$variables <- cbind(cases, S)
  v <- p$v %*% vcov(svytotal(make.formula(colnames(S)), d)) %*% p$v
  table_of(as.vector(o$back %*% p$b), o$back %*% v %*% t(o$back), degf(design) + 1 - length(p$b))
}
o1 <- polr(update(rhs, factor(o) ~ .), transform(cases, x = x - 50), weights = w)
m1 <- multinom(update(rhs, factor(m) ~ .), transform(cases, x = x - 50), weights = w, trace = FALSE)

# A domain: 20 cases without x; survey keeps their clusters in the design.
holes <- cases; holes$x[seq(3, n, 8)] <- NA
domain <- svydesign(~k, strata = ~h, weights = ~w, data = holes)

# Firth by optim-free Newton on the penalised likelihood with numeric derivatives.
firth <- function(X, y, w = rep(1, length(y))) {
  penalised <- function(b) { p <- plogis(as.vector(X %*% b))
    sum(w * dbinom(y, 1, p, log = TRUE)) + .5 * determinant(t(X) %*% (X * w * p * (1 - p)))$modulus[1] }
  climb <- function(b, free) {
    f <- function(z) { b[free] <- z; -penalised(b) }
    z <- optim(b[free], f, method = "BFGS", control = list(reltol = 1e-14, maxit = 500))$par
    for (i in 1:5) z <- z - solve(hessian(f, z), grad(f, z))
    b[free] <- z; b
  }
  q <- ncol(X); b <- climb(rep(0, q), 1:q)
  for (i in 1:100) {   # the last digits by the modified score of Firth (1993)
    p <- plogis(as.vector(X %*% b)); I <- t(X) %*% (X * w * p * (1 - p)); hat <- p * (1 - p) * rowSums((X %*% solve(I)) * X)
    b <- b + as.vector(solve(I, t(X) %*% (w * (y - p + hat * (.5 - p)))))
  }
  best <- penalised(b); p <- plogis(as.vector(X %*% b))
  v <- solve(t(X) %*% (X * w * p * (1 - p))); s <- sqrt(diag(v))
  drop <- function(j, at) { c0 <- b; c0[j] <- at; 2 * (best - penalised(climb(c0, setdiff(1:q, j)))) }
  limit <- function(j, side) uniroot(function(at) drop(j, at) - qchisq(.95, 1), b[j] + side * s[j] * c(.5, 6),
                                     tol = 1e-11, extendInt = if (side > 0) "upX" else "downX")$root
  null <- climb(c(qlogis(weighted.mean(y, w)), rep(0, q - 1)), 1)
  list(coefficient = b, se = s, chi2 = sapply(1:q, drop, at = 0), low = sapply(1:q, limit, -1),
       high = sapply(1:q, limit, 1), log_likelihood = best, lr = 2 * (best - penalised(null)), covariance = v)
}
split <- data.frame(y = rep(c(1, 1, 1, 0, 0), c(8, 6, 9, 7, 10)), a = rep(c(1, 0, 0, 0, 0), c(8, 6, 9, 7, 10)),
                    z = c(rep(c(1.5, 2.5), 4), rep(1:3, 2), rep(c(2, 3, 5), 3), 1:7, rep(c(1, 1.5), 5)))
Xs <- cbind(1, split$a, split$z)
separation <- firth(Xs, split$y)
separation$cells <- with(aggregate(n ~ y + a + z, transform(split, n = 1), sum), cbind(y, a, z, n))
separation$ame <- local({
  one <- function(b) c(mean(plogis(b[1] + b[2] + b[3] * split$z) - plogis(b[1] + b[3] * split$z)),
                       mean(b[3] * { p <- plogis(as.vector(Xs %*% b)); p * (1 - p) }))
  J <- jacobian(one, separation$coefficient)
  list(effect = one(separation$coefficient), se = sqrt(diag(J %*% separation$covariance %*% t(J))))
})
# sex2 (Foxman and others 1997) as counts of cases with a pattern, from package logistf: age oc vic vicl vis dia.
sex2 <- read.csv("models_sex2.csv", comment.char = "#")
sex2_firth <- firth(cbind(1, as.matrix(sex2[, c("age", "oc", "vic", "vicl", "vis", "dia")])), sex2$case, sex2$count)

l <- lm(Employed ~ ., longley)
write_json(list(
  command = "Rscript models.R",
  linear = fit_lm(cases), linear_frequency = fit_lm(again),
  logistic = fit_glm("b", binomial, cases, p_logit), logistic_frequency = fit_glm("b", binomial, again, p_logit),
  poisson = fit_glm("c", poisson, cases, p_count),
  ordinal = fit_order(cases), ordinal_frequency = fit_order(again),
  multinomial = fit_multi(cases), multinomial_frequency = fit_multi(again),
  svy_linear = lapply(designs, function(d) survey_glm("y", gaussian, d)),
  svy_logistic = lapply(designs, function(d) survey_glm("b", quasibinomial, d, p_logit)),
  svy_poisson = lapply(designs, function(d) survey_glm("c", quasipoisson, d, p_count)),
  svy_ordinal = lapply(designs[c("weighted", "clustered")], function(d)
    survey_other(order_likelihood, d, c(coef(o1), o1$zeta))),
  svy_multinomial = lapply(designs[c("weighted", "clustered")], function(d)
    survey_other(multi_likelihood, d, as.vector(t(coef(m1))))),
  svy_domain = local({ m <- svyglm(formula_of("y"), domain); table_of(coef(m), vcov(m), m$df.residual) }),
  condition = local({ X <- model.matrix(rhs, cases); kappa(sweep(X, 2, sqrt(colSums(X^2)), "/"), exact = TRUE) }),
  separation = separation, sex2 = sex2_firth,
  longley = list(vif = unname(diag(solve(cor(longley[, -7])))), se = unname(sqrt(diag(vcov(l)))), cook = max(cooks.distance(l)))
), "models.json", digits = I(15), auto_unbox = TRUE, pretty = TRUE)
