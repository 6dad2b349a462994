"""The comparison of benches/analysis.rs: a part of the same job in Python, with the packages mcap, numpy, pandas, scipy.

    pip install mcap mcap-protobuf-support numpy pandas scipy
    python3 benches/analysis.py FOLDER OUT.csv

Per log: takeover times from the events, smallest time to collision, hardest braking, SDLP and two steering reversal
rates of what the operator drove. `takeover analyze` computes some hundred columns, statistics and a report; this is how
a lab's own script would begin. Both use two processes.
"""

import json
import pathlib
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
from mcap.reader import make_reader
from mcap_protobuf.decoder import DecoderFactory
from scipy.signal import butter, filtfilt

RATE = 100


def reversals(angle, cutoff, gap):
    """Steering reversals a minute (SAE J2944)."""
    if len(angle) < 10:
        return None
    b, a = butter(2, cutoff / (RATE / 2))
    smooth = filtfilt(b, a, angle)
    slope = np.diff(smooth)
    at = np.concatenate([[0], np.flatnonzero(slope[:-1] * slope[1:] <= 0) + 1])
    count = 0
    for values in (smooth[at], -smooth[at]):
        low = values[0]
        for value in values[1:]:
            if value - low > gap:
                count += 1
                low = value
            elif value <= low:
                low = value
    return 60 * count / (len(angle) / RATE)


def one(path):
    decoders, events, parts = DecoderFactory(), [], {}
    wanted = {"AUTHORITY": [], "OFFSET": [], "WHEEL": [], "TTC": [], "ACCELERATION": []}
    with open(path, "rb") as file:
        reader = make_reader(file)
        for schema, channel, message in reader.iter_messages(topics=["/ticks", "/event"], log_time_order=False):
            if channel.topic == "/event":
                events.append(json.loads(message.data))
                continue
            block = decoders.decoder_for("protobuf", schema)(message.data)
            if not parts:
                quantities = type(block.columns[0]).DESCRIPTOR.fields_by_name["quantity"].enum_type.values_by_number
                parts = {number: q.name[2:] for number, q in quantities.items()}
            found = {}
            for column in block.columns:
                name = parts[column.quantity].removesuffix("_BITS")
                if name not in wanted:
                    continue
                values = np.zeros(block.count, dtype=np.int64)
                values[: len(column.differences)] = column.differences
                for _ in range(column.order):
                    values = np.cumsum(values)
                if parts[column.quantity].endswith("_BITS"):
                    found[name] = values.astype(np.uint32).view(np.float32).astype(float)
                elif name == "TTC":
                    found[name] = np.where(values > 0, (values - 1) * 10.0**column.exponent, np.nan)
                else:
                    found[name] = values * 10.0**column.exponent
            for name, all_of_it in wanted.items():
                missing = np.full(block.count, np.nan if name == "TTC" else 0.0)
                all_of_it.append(found.get(name, missing))
    c = {name: np.concatenate(v) if v else np.zeros(0) for name, v in wanted.items()}
    raised = next((e["time"] for e in events if e["event"] == "request_raised"), None)
    taken = next((e["time"] for e in events if e["event"] == "taken_over"), None)
    mine = c["AUTHORITY"] == 2
    wheel, offset = np.degrees(c["WHEEL"][mine]), c["OFFSET"][mine]
    return {
        "log": str(path),
        "raised_s": raised,
        "takeover_time_s": None if raised is None or taken is None else taken - raised,
        "min_ttc_s": None if np.all(np.isnan(c["TTC"])) else np.nanmin(c["TTC"]),
        "max_braking_mps2": float(-c["ACCELERATION"].min()) if len(c["ACCELERATION"]) else None,
        "sdlp_m": float(offset.std(ddof=1)) if len(offset) > 1 else None,
        "reversals_3deg_per_min": reversals(wheel, 0.6, 3.0),
        "reversals_01deg_per_min": reversals(wheel, 2.0, 0.1),
    }


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    logs = sorted(pathlib.Path(sys.argv[1]).rglob("*.mcap"))
    begun = time.monotonic()
    with ProcessPoolExecutor(2) as pool:
        rows = list(pool.map(one, logs, chunksize=8))
    pd.DataFrame(rows).to_csv(sys.argv[2], index=False)
    took = time.monotonic() - begun
    print(json.dumps({"logs": len(logs), "seconds": round(took, 2), "logs_per_s": round(len(logs) / took, 1)}))
