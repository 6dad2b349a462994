"""Mixed models of an analysis of takeover. Usage: python mixed_models.py   (in the folder of takeovers.csv)

Needs pandas, numpy and statsmodels (pip install pandas statsmodels).

Each takeover is a row of takeovers.csv. The participant is a random effect: several takeovers of one person are not
independent. Missed requests are censored: they are in the Cox model, and not in the model of answered ones.
"""

import sys

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

takeovers = pd.read_csv("takeovers.csv")
# With nobody at the desk there was nobody to react.
takeovers = takeovers[takeovers["operator"] != "none"]
# Fixed effects: every column between `participant` and `scenario` (the study's factors) that varies.
columns = list(takeovers.columns)
factors = columns[columns.index("participant") + 1 : columns.index("scenario")]
if takeovers["operator"].nunique() > 1:
    factors.append("operator")
if takeovers["scenario"].nunique() > 1:
    factors.append("scenario")
factors = [f for f in factors if takeovers[f].dropna().nunique() > 1]
fixed = " + ".join(f"C({f})" for f in factors) or "1"

asked = takeovers[takeovers["request"].notna()].copy()
asked["event"] = asked["answered"].astype(str).str.lower() == "true"
answered = asked[asked["event"] & (asked["reaction_time_s"] > 0)].copy()
print(f"requests: {len(asked)}  answered: {len(answered)}  censored: {len(asked) - len(answered)}")
people = asked["participant"].dropna().nunique()

print("\n== log reaction time of answered requests")
if len(answered) < 5:
    print("fewer than five answered requests: no model")
else:
    answered["log_reaction"] = np.log(answered["reaction_time_s"])
    if people > 1:
        named = answered[answered["participant"].notna()].dropna(subset=factors)
        model = smf.mixedlm(f"log_reaction ~ {fixed}", named, groups=named["participant"]).fit(reml=True)
    else:
        print("one participant, or none named: a linear model without random effects")
        model = smf.ols(f"log_reaction ~ {fixed}", answered).fit()
    print(model.summary())

print("\n== time until the request is answered, missed ones censored (Cox)")
if len(asked) < 5 or len(answered) == 0 or fixed == "1":
    print("fewer than five requests, none answered, or nothing to compare: no model")
    sys.exit()
asked["time"] = asked["reaction_time_s"].where(asked["event"], asked["censored_at_s"])
asked = asked[asked["time"].notna()].dropna(subset=factors + (["participant"] if people > 1 else []))
model = smf.phreg(f"time ~ {fixed}", asked, status=asked["event"].astype(int)).fit(
    # Standard errors that allow for several requests of one participant.
    groups=asked["participant"] if people > 1 else None
)
print(model.summary())
