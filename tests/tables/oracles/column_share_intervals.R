# Outside values for tests/tables/test_asked_for.py: intervals of the column shares of q by grp.
# Run in this folder: Rscript column_share_intervals.R   (R 4.2.2, survey 4.1-1, jsonlite) -> column_share_intervals.json
suppressMessages({library(survey); library(jsonlite)})
options(survey.replicates.mse = FALSE)
d <- read.csv("designs_cases.csv")
des <- list(weighted = svydesign(~1, weights = ~w, data = d),
            designed = svydesign(ids = ~psu, strata = ~st, weights = ~w, data = d, nest = TRUE),
            corrected = svydesign(ids = ~psu, strata = ~st, weights = ~w, fpc = ~N, data = d, nest = TRUE),
            replicated = svrepdesign(weights = ~w, repweights = "jkn_[0-9]+", data = d, type = "JKn", scale = 1,
                                     rscales = rep(7 / 8, 24), combined.weights = TRUE))
out <- lapply(des, function(s) {
  df <- degf(subset(s, !is.na(grp)))
  if (is.null(s$repweights) && length(unique(s$cluster[, 1])) == nrow(d)) df <- nrow(d) - 1
  unlist(lapply(1:3, function(i) lapply(1:2, function(g) {
    ci <- svyciprop(bquote(~I(q == .(i))) |> eval(), subset(s, !is.na(grp) & grp == g), method = "xlogit", df = df)
    c(as.numeric(attr(ci, "ci")), df)
  })))
})
# Unweighted, a simple sample from N = 400: Wilson's interval (prop.test) of x/(1 - n/N) of n/(1 - n/N) cases.
both <- subset(d, !is.na(q) & !is.na(grp)); left <- 1 - nrow(both) / 400
out$simple <- unlist(lapply(1:3, function(i) lapply(1:2, function(g) {
  of <- both$q[both$grp == g]
  c(suppressWarnings(prop.test(sum(of == i) / left, length(of) / left, correct = FALSE))$conf.int, 0)
})))
write_json(out, "column_share_intervals.json", digits = 15)
