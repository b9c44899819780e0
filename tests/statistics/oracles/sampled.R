# Outside values for tests/statistics/test_sampled.py: tests on the api schools of package survey, as in its examples.
# Run in this folder: Rscript sampled.R   (R 4.2.2, survey 4.1-1, jsonlite)   -> sampled.json
suppressMessages({library(survey); library(jsonlite)})
d <- read.csv("design_api.csv")
out <- function(x) unname(as.vector(x))
tests <- function(s) {
  t <- svyttest(enroll ~ wide, s); m <- svyglm(api00 ~ factor(type), s); f <- regTermTest(m, ~factor(type))
  l <- svyglm(api00 ~ enroll + wide, s)
  g <- svyglm(wide ~ enroll + api00, s, family = quasibinomial(), control = list(epsilon = 1e-30, maxit = 100))
  x <- svychisq(~wide + type, s)
  list(t = out(c(t$statistic, t$parameter, t$p.value)), wald = out(c(f$Ftest, f$df, f$ddf, f$p)),
       linear = list(coef = out(coef(l)), se = out(SE(l)), df = l$df.residual),
       logistic = list(coef = out(coef(g)), se = out(SE(g)), df = g$df.residual),
       chisq = out(c(x$statistic, x$parameter, x$p.value)))
}
write(toJSON(list(strat = tests(svydesign(ids = ~1, strata = ~group, weights = ~w, data = subset(d, sample == "strat"))),
                  clus1 = tests(svydesign(ids = ~group, weights = ~w, data = subset(d, sample == "clus1")))),
             digits = I(15), auto_unbox = TRUE), "sampled.json")
