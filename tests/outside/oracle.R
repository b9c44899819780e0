# What R says about a system file: Rscript oracle.R FILE WEIGHT OUT, WEIGHT a variable or "none".
# Rows: statistic, row_var, row_code, col_var, col_code, layer_var, layer_code, value. The variables are those that
# test_against_r_and_pspp.py writes; user-missing values are NA by haven's reading of the file.
suppressMessages({library(haven); library(survey); library(vcd)})
words <- commandArgs(TRUE)
cases <- as.data.frame(lapply(read_sav(words[1]), function(v) as.vector(unclass(v))))
weighted <- words[2] != "none"
if (weighted) {
  cases$w <- cases[[words[2]]]
  cases <- cases[!is.na(cases$w) & cases$w > 0, ]
} else cases$w <- 1
whole <- svydesign(ids = ~1, weights = ~w, data = cases)
rows <- list()
put <- function(statistic, value, row, row_code = "", col = "", col_code = "", layer = "", layer_code = "")
  rows[[length(rows) + 1]] <<- data.frame(statistic, row, row_code, col, col_code, layer, layer_code, value = as.numeric(value))
code <- function(v) if (is.character(v)) v else format(v, digits = 15, trim = TRUE, drop0trailing = TRUE)

frequencies <- function(name) {
  v <- cases[[name]]
  valid <- !is.na(v)
  for (k in unique(v[valid])) {
    here <- valid & v == k
    put("n", sum(here), name, code(k))
    put("count", sum(cases$w[here]), name, code(k))
    put("share", sum(cases$w[here]) / sum(cases$w), name, code(k))
    put("valid_share", sum(cases$w[here]) / sum(cases$w[valid]), name, code(k))
  }
  put("missing_n", sum(!valid), name)
}

summaries <- function(name) {
  v <- cases[[name]]
  valid <- !is.na(v)
  put("n", sum(valid), name)
  put("mean", weighted.mean(v[valid], cases$w[valid]), name)
  put("minimum", min(v[valid]), name)
  put("maximum", max(v[valid]), name)
  if (weighted) {
    formula <- reformulate(name)
    put("se", SE(svymean(formula, whole, na.rm = TRUE)), name)
    # svyvar itself would take n from all cases, also those without a value
    put("variance", svyvar(formula, subset(whole, valid))[1], name)
    put("median", svyquantile(formula, whole, 0.5, qrule = "school", ci = FALSE, na.rm = TRUE)[[1]][1], name)
    return(invisible())
  }
  put("sd", sd(v[valid]), name)
  ids <- c(p05 = 0.05, q1 = 0.25, median = 0.5, q3 = 0.75, p95 = 0.95)
  for (id in names(ids)) put(id, quantile(v[valid], ids[[id]], type = 6), name)  # SPSS's HAVERAGE
}

crosstab <- function(a, b, layer = "", code_of_layer = "") {
  here <- if (layer == "") rep(TRUE, nrow(cases)) else !is.na(cases[[layer]]) & code(cases[[layer]]) == code_of_layer
  say <- function(id, value, i = "", j = "") put(id, value, a, i, b, j, layer, code_of_layer)
  valid <- cases[here & !is.na(cases[[a]]) & !is.na(cases[[b]]), ]
  counts <- tapply(valid$w, list(code(valid[[a]]), code(valid[[b]])), sum, default = 0)
  if (min(dim(counts)) < 2) return(invisible())
  for (i in rownames(counts)) for (j in colnames(counts)) {
    say("count", counts[i, j], i, j)
    say("row_share", counts[i, j] / sum(counts[i, ]), i, j)
    say("column_share", counts[i, j] / sum(counts[, j]), i, j)
  }
  if (weighted) {
    design <- if (layer == "") whole else subset(whole, here)
    design$variables$first <- factor(design$variables[[a]])
    design$variables$second <- factor(design$variables[[b]])
    say("cramers_v", assocstats(counts)$cramer)
    found <- tryCatch(svychisq(~first + second, design, statistic = "F"), error = function(e) NULL)
    if (is.null(found)) return(invisible())  # singular: too few cases
    say("rao_scott_f", found$statistic)
    say("rao_scott_f_df1", found$parameter[1])
    say("rao_scott_f_df2", found$parameter[2])
    say("rao_scott_f_p", found$p.value)
    return(invisible())
  }
  test <- suppressWarnings(chisq.test(counts, correct = FALSE))
  for (i in rownames(counts)) for (j in colnames(counts)) {
    say("expected", test$expected[i, j], i, j)
    say("pearson_residual", test$residuals[i, j], i, j)
    say("adjusted_residual", test$stdres[i, j], i, j)
  }
  found <- assocstats(counts)
  say("chi2", test$statistic)
  say("chi2_df", test$parameter)
  say("chi2_p", test$p.value)
  say("likelihood_ratio", found$chisq_tests["Likelihood Ratio", "X^2"])
  say("contingency_coefficient", found$contingency)
  say("cramers_v", found$cramer)
  if (all(dim(counts) == 2)) {
    say("fisher_p", fisher.test(counts)$p.value)
    yates <- suppressWarnings(chisq.test(counts, correct = TRUE))
    # R corrects by no more than the deviation there is; so does SPSS
    say("chi2_yates", yates$statistic)
    if (all(counts > 0)) say("odds_ratio", counts[1, 1] * counts[2, 2] / counts[1, 2] / counts[2, 1])
  }
  if (a == "first" && b == "second" && identical(rownames(counts), colnames(counts)) && nrow(counts) == 5) {
    agreement <- Kappa(counts)$Unweighted
    say("kappa", agreement["value"])
    say("kappa_ase", agreement["ASE"])
  }
}

groups <- function(y, g) {
  say <- function(id, value, j = "") put(id, value, y, "", g, j)
  valid <- !is.na(cases[[y]]) & !is.na(cases[[g]])
  value <- cases[valid, y]
  group <- factor(code(cases[valid, g]))
  weight <- cases$w[valid]
  for (k in levels(group)) say("mean", weighted.mean(value[group == k], weight[group == k]), k)
  if (weighted || min(table(group)) < 2) return(invisible())
  for (k in levels(group)) say("sd", sd(value[group == k]), k)
  classic <- oneway.test(value ~ group, var.equal = TRUE)
  say("anova_f", classic$statistic)
  say("anova_p", classic$p.value)
  centred <- abs(value - ave(value, group))
  say("levene_f", oneway.test(centred ~ group, var.equal = TRUE)$statistic)
  ranks <- kruskal.test(value, group)
  say("kruskal_h", ranks$statistic)
  say("kruskal_h_p", ranks$p.value)
  if (nlevels(group) != 2) return(invisible())
  student <- t.test(value ~ group, var.equal = TRUE)
  welch <- t.test(value ~ group)
  say("t", student$statistic)
  say("t_p", student$p.value)
  say("welch_t", welch$statistic)
  say("welch_df", welch$parameter)
  say("welch_p", welch$p.value)
  two <- suppressWarnings(wilcox.test(value ~ group, exact = FALSE, correct = FALSE))
  say("mann_whitney_u", min(two$statistic, prod(table(group)) - two$statistic))
  say("mann_whitney_u_p", two$p.value)
}

correlation <- function(a, b) {
  if (weighted) return(invisible())
  for (one in c("pearson", "spearman", "kendall")) {
    found <- suppressWarnings(cor.test(cases[[a]], cases[[b]], method = one, exact = FALSE))
    id <- c(pearson = "pearson_r", spearman = "spearman_rho", kendall = "tau_b")[[one]]
    put(id, found$estimate, a, "", b)
    put(paste0(id, "_p"), found$p.value, a, "", b)
  }
}

for (name in c("nominal", "first", "second", "half", "text", "left", "right")) frequencies(name)
for (name in c("x", "y")) summaries(name)
for (a in c("nominal", "first", "text", "left")) for (b in c("right", "second", "half")) {
  crosstab(a, b)
  for (k in code(sort(unique(cases$layer)))) crosstab(a, b, "layer", k)
}
for (g in c("right", "second", "text")) for (y in c("x", "y")) groups(y, g)
correlation("x", "y")
write.csv(do.call(rbind, rows), words[3], row.names = FALSE)
