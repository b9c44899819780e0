# Outside values for tests/tables/test_finite_population.py: tests with the finite population correction and without.
# Run in this folder: Rscript finite_population.R   (R 4.2.2, survey 4.1-1)   -> finite_population.csv
suppressMessages(library(survey))
data(api)
tests <- function(s) {
  t <- svyttest(api00 ~ sch.wide, s); x <- svychisq(~sch.wide + stype, s)
  c(t$statistic, t$parameter, t$p.value, x$statistic, x$parameter, x$p.value)
}
with <- tests(svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc))
without <- tests(svydesign(id = ~dnum, weights = ~pw, data = apiclus1))
names <- c("t", "t_df", "t_p", "f", "f_df1", "f_df2", "f_p")
write.csv(data.frame(number = names, with = sprintf("%.15g", with), without = sprintf("%.15g", without)),
          "finite_population.csv", row.names = FALSE, quote = FALSE)
