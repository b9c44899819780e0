# Outside values for tests/statistics/test_correspondence.py, test_factors.py and test_clusters.py.
# Run in this folder: Rscript configurations.R   (R 4.2.2, ca 0.71.1, FactoMineR 2.7, psych 2.2.9, cluster 2.1.4, jsonlite)
#   -> configurations_wg93.csv, configurations_poison.csv, configurations_scale.csv, configurations.json
# wg93: attitudes to science, Germany 1993 (ISSP; Greenacre 2007, ch. 18). poison: a school's food poisoning (Husson, Le and
# Pages 2011). scale: the first 300 complete rows of psych's bfi (items A1-A5, C1-C5), with weights made here.
suppressMessages({library(ca); library(FactoMineR); library(psych); library(cluster); library(jsonlite)})
num <- function(x) unname(as.vector(x)); rows <- function(x) unname(as.matrix(x))
out <- list()

# ---- multiple correspondence analysis -----------------------------------------------------------
data(wg93); data(poison)
code <- function(d) as.data.frame(lapply(d, function(v) if (is.factor(v)) as.integer(v) else v))
write.csv(code(wg93), "configurations_wg93.csv", row.names = FALSE, quote = FALSE)
write.csv(code(poison), "configurations_poison.csv", row.names = FALSE, quote = FALSE)
adjusted <- mjca(wg93[, 1:4], lambda = "adjusted"); plain <- mjca(wg93[, 1:4], lambda = "indicator")
out$wg93 <- list(inertia = num(plain$sv^2), adjusted = num(adjusted$sv[1:6]^2), greenacre = num(adjusted$inertia.e)[1:6],
                 total = adjusted$inertia.t)
mca <- function(w) {
  m <- MCA(poison[, c(5:15, 3:4)], quali.sup = 12:13, ncp = 5, row.w = w, graph = FALSE)
  list(eigenvalue = num(m$eig[, 1]), coordinate = rows(m$var$coord), contribution = rows(m$var$contrib) / 100,
       cos2 = rows(m$var$cos2), test = rows(m$var$v.test), eta2 = rows(m$var$eta2),
       sup = rows(m$quali.sup$coord), sup_cos2 = rows(m$quali.sup$cos2), sup_test = rows(m$quali.sup$v.test),
       sup_eta2 = rows(m$quali.sup$eta2), cases = rows(m$ind$coord))
}
w <- rep(c(1, 1.5, 2), length.out = nrow(poison))
out$poison <- mca(NULL)
out$poison_weighted <- c(mca(w), list(w = w))

# ---- clusters -----------------------------------------------------------------------------------
m <- MCA(poison[, 5:15], ncp = 5, graph = FALSE)
h <- HCPC(m, nb.clust = -1, min = 3, max = 8, graph = FALSE, proba = 1)
type <- h$data.clust[rownames(poison), "clust"]
gain <- h$call$t$inert.gain
d <- dist(m$ind$coord)
s <- silhouette(as.integer(type), d)
described <- catdes(cbind(type = type, poison), 1, proba = 1)
out$poison_types <- list(
  gain = num(gain), within = num(h$call$t$within)[1:8], ratio = num(h$call$t$quot), number = h$call$t$nb.clust,
  type = as.integer(type), silhouette = num(s[, 3]),
  by_number = sapply(3:6, function(k) as.integer(HCPC(m, nb.clust = k, graph = FALSE)$data.clust[rownames(poison), "clust"])),
  answers = lapply(described$category, function(x) as.list(x[, "v.test"])),
  numbers = lapply(described$quanti, function(x) as.list(x[, "v.test"])))
coded <- MCA(poison[, 5:15], ncp = 5, row.w = w, graph = FALSE)
ward <- HCPC(coded, nb.clust = 3, consol = FALSE, graph = FALSE)
out$poison_weighted_types <- list(gain = num(ward$call$t$inert.gain),
                                  type = as.integer(ward$data.clust[rownames(poison), "clust"]))
repeated <- rep(1:20, 1 + (1:20) %% 3)            # cases that count more than once
x <- m$ind$coord[repeated, 1:2]; two <- as.integer(x[, 1] > median(m$ind$coord[, 1])) + 1
sr <- silhouette(two, dist(x))
out$repeated <- list(times = as.integer(1 + (1:20) %% 3), type = two[!duplicated(repeated)],
                     x = rows(m$ind$coord[1:20, 1:2]), silhouette = num(sr[!duplicated(repeated), 3]), mean = mean(sr[, 3]))

# ---- components and factors ---------------------------------------------------------------------
scale <- na.omit(bfi[, 1:10])[1:300, ]; scale$w <- rep(c(1, 2, 3, 1.5), length.out = 300)
write.csv(scale, "configurations_scale.csv", row.names = FALSE, quote = FALSE)
# psych turns with stats::varimax and GPArotation::oblimin, which stop early; here they go on to the end.
turned <- function(l, how) {
  l <- unclass(l); phi <- NULL
  if (how == "varimax") l <- unclass(varimax(l, eps = 1e-15)$loadings)
  if (how == "oblimin") { o <- GPArotation::oblimin(l, eps = 1e-10, maxit = 20000); l <- o$loadings; phi <- o$Phi }
  variance <- diag((if (is.null(phi)) diag(ncol(l)) else phi) %*% t(l) %*% l)
  list(loadings = rows(l), phi = if (is.null(phi)) NULL else rows(phi), variance = num(variance),
       h2 = num(rowSums((l %*% (if (is.null(phi)) diag(ncol(l)) else phi)) * l)), complexity = num(rowSums(l^2)^2 / rowSums(l^4)))
}
solve_all <- function(r, n, k) {
  psych_fa <- function(fm) fa(r, k, n.obs = n, rotate = "none", fm = fm, min.err = 1e-10, max.iter = 2000)$loadings
  components <- principal(r, k, rotate = "none")$loadings; pa <- psych_fa("pa"); ml <- psych_fa("ml"); b <- cortest.bartlett(r, n)
  list(n = n, r = rows(r), eigenvalue = eigen(r)$values, kmo = KMO(r)$MSA, kmo_items = num(KMO(r)$MSAi),
       bartlett = list(b$chisq, b$df, b$p.value), components = turned(components, "none"),
       components_varimax = turned(components, "varimax"), pa = turned(pa, "none"), pa_varimax = turned(pa, "varimax"),
       pa_oblimin = turned(pa, "oblimin"), ml = turned(ml, "none"), ml_varimax = turned(ml, "varimax"))
}
suppressMessages(suppressWarnings({
  out$harman <- solve_all(Harman23.cor$cov, 305, 2)   # eight physical measurements of 305 girls (Harman 1976, p. 22)
  out$scale <- solve_all(cor(scale[, 1:10]), 300, 2)
  pa <- fa(cor(scale[, 1:10]), 2, n.obs = 300, rotate = "none", fm = "pa", min.err = 1e-10, max.iter = 2000)
  out$scale_scores <- rows(factor.scores(scale[, 1:10], pa, method = "Thurstone")$scores[1:10, ])
  out$scale_weighted <- list(r = rows(cor.wt(scale[, 1:10], w = scale$w)$r))
  set.seed(1)
  random <- replicate(20000, eigen(cor(matrix(rnorm(300 * 10), 300)), only.values = TRUE)$values)
}))
components <- PCA(scale[, 1:10], ncp = 2, graph = FALSE)
h <- HCPC(components, nb.clust = 3, graph = FALSE)
out$scale_types <- list(coordinates = rows(components$ind$coord), gain = num(h$call$t$inert.gain)[1:8],
                        type = as.integer(h$data.clust[rownames(scale), "clust"]))
out$parallel <- list(n = 300, p = 10, mean = rowMeans(random), high = apply(random, 1, quantile, .95))
write(toJSON(out, digits = 10, auto_unbox = TRUE, null = "null"), "configurations.json")
