# xtabs and chisq.test on ready factors in memory: seconds per cross-tab, each file a column of bytes.
# Rscript crosstabs_peer.R FOLDER BANNERS ROWS CASES
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
cases <- as.integer(arguments[4])
column <- function(name) {
  factor(readBin(file.path(folder, name), "integer", cases, size = 1), levels = 1:5)
}
banners <- lapply(seq_len(as.integer(arguments[2])), function(i) column(paste0("banner", i)))
rows <- lapply(seq_len(as.integer(arguments[3])), function(i) column(paste0("row", i)))
weight <- readBin(file.path(folder, "weight"), "double", cases)
seconds <- system.time(
  for (banner in banners) for (row in rows) suppressWarnings(chisq.test(xtabs(weight ~ row + banner), correct = FALSE))
)[["elapsed"]]
cat(seconds / (length(banners) * length(rows)), "\n")
