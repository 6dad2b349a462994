# Mixed models of an analysis of takeover. Usage: Rscript mixed_models.R   (in the folder of takeovers.csv)
# Needs the packages lme4 and survival (install.packages(c("lme4", "survival"))).
#
# Each takeover is a row of takeovers.csv. The participant is a random effect: several takeovers of one person are not
# independent. Missed requests are censored: they are in the Cox model, and not in the model of answered ones.

takeovers <- read.csv("takeovers.csv", stringsAsFactors = TRUE, na.strings = "")
# With nobody at the desk there was nobody to react.
takeovers <- droplevels(subset(takeovers, operator != "none"))
# Fixed effects: every column between `participant` and `scenario` (the study's factors) that varies.
columns <- names(takeovers)
first <- match("participant", columns) + 1
last <- match("scenario", columns) - 1
factors <- if (first <= last) columns[first:last] else character(0)
if (length(unique(takeovers$operator)) > 1) factors <- c(factors, "operator")
if (length(unique(takeovers$scenario)) %in% 2:4) factors <- c(factors, "scenario")
factors <- Filter(function(f) length(unique(na.omit(takeovers[[f]]))) > 1, factors)
fixed <- if (length(factors) > 0) paste(factors, collapse = " + ") else "1"

asked <- subset(takeovers, !is.na(request))
answered <- subset(asked, answered == "true" & reaction_time_s > 0)
cat("requests:", nrow(asked), " answered:", nrow(answered), " censored:", nrow(asked) - nrow(answered), "\n")
people <- length(unique(na.omit(asked$participant)))
scenarios <- length(unique(asked$scenario))
random <- c(if (people > 1) "(1 | participant)", if (scenarios > 4) "(1 | scenario)")

cat("\n== log reaction time of answered requests\n")
if (nrow(answered) < 5) {
  cat("fewer than five answered requests: no model\n")
} else if (is.null(random)) {
  cat("one participant, or none named: a linear model without random effects\n")
  print(summary(lm(as.formula(paste("log(reaction_time_s) ~", fixed)), data = answered)))
} else if (!requireNamespace("lme4", quietly = TRUE)) {
  cat("the package lme4 is missing: install.packages(\"lme4\")\n")
} else {
  formula <- as.formula(paste("log(reaction_time_s) ~", paste(c(fixed, random), collapse = " + ")))
  model <- lme4::lmer(formula, data = answered, REML = TRUE)
  print(summary(model))
  print(confint(model, method = "Wald"))
}

cat("\n== time until the request is answered, missed ones censored (Cox)\n")
if (nrow(asked) < 5 || nrow(answered) == 0 || fixed == "1") {
  cat("fewer than five requests, none answered, or nothing to compare: no model\n")
} else if (!requireNamespace("survival", quietly = TRUE)) {
  cat("the package survival is missing: install.packages(\"survival\")\n")
} else {
  asked$time <- ifelse(asked$answered == "true", asked$reaction_time_s, asked$censored_at_s)
  asked$event <- asked$answered == "true"
  asked <- subset(asked, !is.na(time))
  # Standard errors that allow for several requests of one participant.
  cluster <- if (people > 1) " + cluster(participant)" else ""
  formula <- as.formula(paste0("survival::Surv(time, event) ~ ", fixed, cluster))
  library(survival)
  print(summary(coxph(formula, data = asked)))
}
