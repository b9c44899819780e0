# Rscript networks.R: makes networks.json and the lists of ties beside it. igraph 1.3.5, sna 2.7-1, network 1.18.1 (Debian 12).
# davis.csv: Davis, Gardner and Gardner (1941), women and the events they came to, as networkx has it.
# flo.csv: marriages of Florentine families (Padgett), network::flo. coleman.csv: named friends, fall, sna::coleman.
suppressMessages({ library(sna); library(network) })
ig <- asNamespace("igraph")
ties <- function(m, file, directed) {
  at <- which(if (directed) m > 0 else m > 0 & upper.tri(m), arr.ind = TRUE)
  at <- at[order(at[, 1], at[, 2]), , drop = FALSE]
  names <- if (is.null(rownames(m))) paste0("n", seq_len(nrow(m))) else rownames(m)
  write.csv(data.frame(from = names[at[, 1]], to = names[at[, 2]]), file, row.names = FALSE, quote = FALSE)
}
one_mode <- function(m, directed) {
  mode <- if (directed) "digraph" else "graph"
  g <- ig$graph_from_adjacency_matrix(m, mode = if (directed) "directed" else "undirected")
  u <- ig$as.undirected(g)
  found <- list(
    density = gden(m, mode = mode), betweenness = unname(ig$betweenness(g, normalized = TRUE)),
    coreness = unname(ig$coreness(u)), transitivity = ig$transitivity(u), pieces = ig$components(u)$no,
    diameter = ig$diameter(u), distance = ig$mean_distance(u), constraint = unname(ig$constraint(u))
  )
  if (directed) {
    found$reciprocity <- grecip(m, measure = "edgewise")
    found$centralisation_in <- ig$centr_degree(g, mode = "in", loops = FALSE)$centralization
    found$centralisation_out <- ig$centr_degree(g, mode = "out", loops = FALSE)$centralization
    found$indegree <- unname(degree(m, cmode = "indegree"))
  } else {
    found$centralisation_degree <- centralization(m, degree, mode = "graph")
    found$centralisation_betweenness <- centralization(m, betweenness, mode = "graph")
  }
  found
}
json <- function(x) {
  if (is.list(x)) paste0("{", paste0('"', names(x), '": ', sapply(x, json), collapse = ", "), "}")
  else if (length(x) == 1) format(unname(x), digits = 15) else paste0("[", paste(format(x, digits = 15, trim = TRUE), collapse = ", "), "]")
}
davis <- read.csv("davis.csv")
women <- unique(davis$from); events <- paste0("E", 1:14)
m <- matrix(0, 18, 14, dimnames = list(women, events)); m[cbind(davis$from, davis$to)] <- 1
whole <- rbind(cbind(matrix(0, 18, 18), m), cbind(t(m), matrix(0, 14, 14)))
shared <- m %*% t(m); diag(shared) <- 0
g <- ig$graph_from_adjacency_matrix(whole, mode = "undirected")
either <- outer(rowSums(m), rowSums(m), "+") - m %*% t(m)
jaccard <- m %*% t(m) / either; diag(jaccard) <- 0
group <- rep(1:2, each = 9); same <- outer(group, group, "==") * 1; diag(same) <- 0
set.seed(1)
draws <- replicate(20000, { p <- sample(18); abs(gcor(jaccard, same[p, p], mode = "digraph")) })
data(flo); data(coleman)
flo_group <- rep(1:2, 8)
result <- list(
  davis = list(
    density = sum(m) / length(m), centralisation_degree = centralization(whole, degree, mode = "graph"),
    centralisation_betweenness = centralization(whole, betweenness, mode = "graph"),
    centralisation_closeness = centralization(whole, closeness, mode = "graph"),
    betweenness = unname(ig$betweenness(g)), diameter = ig$diameter(g), distance = ig$mean_distance(g),
    women_ties = sum(shared > 0) / 2, events_ties = sum((t(m) %*% m > 0) & upper.tri(diag(14))),
    women_transitivity = gtrans((shared > 0) * 1, mode = "graph"),
    assortativity = ig$assortativity_nominal(ig$graph_from_adjacency_matrix(shared, mode = "undirected"), group, directed = FALSE),
    gcor = gcor(jaccard, same, mode = "digraph"),
    qap_p = mean(draws >= abs(gcor(jaccard, same, mode = "digraph")) - 1e-12)
  ),
  flo = c(one_mode(flo, FALSE), list(
    assortativity = ig$assortativity_nominal(ig$graph_from_adjacency_matrix(flo, mode = "undirected"), flo_group, directed = FALSE),
    gcor = gcor(flo, outer(flo_group, flo_group, "==") * 1, mode = "digraph"))),
  coleman = one_mode(coleman[1, , ], TRUE)
)
ties(flo, "flo.csv", FALSE); ties(coleman[1, , ], "coleman.csv", TRUE)
writeLines(json(result), "networks.json")
