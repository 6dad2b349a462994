"""Reads a log of takeover with the Python package `mcap`, by its own schemas.

    pip install mcap mcap-protobuf-support
    python3 docs/read_a_log.py runs/LOG.mcap              # channels, events, last tick
    python3 docs/read_a_log.py runs/LOG.mcap --inputs     # raw inputs, one JSON object a line
    python3 docs/read_a_log.py runs/LOG.mcap --ticks      # every tick as CSV: the ego, and where all others are

`steps` and `bodies` below are all that is needed to unpack the blocks of /ticks and /motion.
"""

import csv
import json
import struct
import sys

from mcap.exceptions import McapError
from mcap.reader import NonSeekingReader, make_reader
from mcap_protobuf.decoder import DecoderFactory

PARTS = ["x", "y", "z", "yaw", "pitch", "roll"]
# Stored as so many grains plus one, so that 0 can say that there is none.
OPTIONAL = ["SPEED_CAP", "CONFIDENCE", "PLANNING", "TTC", "GAP", "PET"]


def messages(path, topics):
    """Schema, channel and message, one by one, as far as the log goes."""
    with open(path, "rb") as file:
        try:
            # Without seeking: a log whose program was killed has no index at its end.
            reader = NonSeekingReader(file, decoder_factories=[DecoderFactory()])
            yield from reader.iter_messages(topics=topics, log_time_order=False)
        except McapError as why:
            print(f"the log breaks off here: {why}", file=sys.stderr)


def series(differences, order, count):
    """A column's whole numbers: so many running sums of what is stored, modulo 2^64."""
    values = list(differences) + [0] * (count - len(differences))
    for _ in range(order):
        for i in range(1, count):
            values[i] = (values[i] + values[i - 1] + 2**63) % 2**64 - 2**63
    return values


def steps(block):
    """A block of /ticks (decoded) as one dict a tick, in the units of the schema's comments."""
    rows = [{"TICK": block.first_tick + i, "HASH": f"{block.hash[i]:016x}"} for i in range(block.count)]
    quantities = type(block.columns[0]).DESCRIPTOR.fields_by_name["quantity"].enum_type.values_by_number
    for number, quantity in quantities.items():
        for row in rows if number else []:
            name = quantity.name[2:]
            row[name] = None if name in OPTIONAL else 0
    for column in block.columns:
        name = quantities[column.quantity].name[2:]
        for row, value in zip(rows, series(column.differences, column.order, block.count)):
            if name.endswith("_BITS"):
                short = name not in ("COMMAND_AGE_BITS", "COMMAND_GLASS_BITS")
                value = struct.unpack("<f", struct.pack("<I", value))[0] if short else struct.unpack("<d", struct.pack("<q", value))[0]
            else:
                value -= name in OPTIONAL
                value = value if column.exponent == 0 else value / 10**-column.exponent if value >= 0 or name not in OPTIONAL else None
            row[name] = value
    return rows


def bodies(block):
    """A block of /motion (decoded): for each tick a list of the others, each (x, y, z, yaw, pitch, roll), m and rad."""
    ticks = [[] for _ in range(block.count)]
    at, gap = 0, 0
    for count in block.knots:
        times, values, slopes = [0], [], []
        for k in range(count):
            if k > 0:
                times.append(times[-1] + block.after[gap])
                gap += 1
            value, slope = [], []
            for i, part in enumerate(PARTS):
                due = values[-1][i] + (slopes[-1][i] * (times[k] - times[k - 1])) // 100 if k > 0 else 0
                value.append(due + getattr(block, part)[at])
                slope.append((slopes[-1][i] if k > 0 else 0) + getattr(block, part + "_slope")[at])
            values.append(value)
            slopes.append(slope)
            at += 1
        k = 0
        for tick in range(block.count):
            while k + 2 < count and times[k + 1] <= tick:
                k += 1
            if count == 1:
                pose = values[0]
            else:
                h = (times[k + 1] - times[k]) / 100
                u = (tick - times[k]) / (times[k + 1] - times[k])
                pose = [
                    (2 * u**3 - 3 * u**2 + 1) * values[k][i] + (u**3 - 2 * u**2 + u) * h * slopes[k][i]
                    + (3 * u**2 - 2 * u**3) * values[k + 1][i] + (u**3 - u**2) * h * slopes[k + 1][i]
                    for i in range(6)
                ]
            ticks[tick].append([v / 1e3 for v in pose[:3]] + [v / 1e4 for v in pose[3:]])
    return ticks


def blocks(path):
    """The blocks of /ticks and /motion in pairs."""
    decoders, ticks = DecoderFactory(), None
    for schema, channel, message in messages(path, ["/ticks", "/motion"]):
        block = decoders.decoder_for("protobuf", schema)(message.data)
        if channel.topic == "/ticks":
            ticks = block
        elif ticks is not None and ticks.first_tick == block.first_tick:
            yield ticks, block


def print_ticks(path):
    out = None
    for ticks, motion in blocks(path):
        for row, others in zip(steps(ticks), bodies(motion)):
            for i, pose in enumerate(others, 1):
                for part, value in zip(PARTS, pose):
                    row[f"OTHER_{i}_{part.upper()}"] = round(value, 4)
            if out is None:
                out = csv.DictWriter(sys.stdout, row.keys())
                out.writeheader()
            out.writerow(row)


def main(path, options):
    if "--inputs" in options:
        for _, _, message in messages(path, ["/input"]):
            print(message.data.decode())
        return
    if "--ticks" in options:
        print_ticks(path)
        return
    counts, events, last = {}, [], None
    decoders = DecoderFactory()
    for schema, channel, message in messages(path, None):
        row = (channel.topic, schema.name, schema.encoding)
        counts[row] = counts.get(row, 0) + 1
        if channel.topic == "/event":
            events.append(json.loads(message.data))
        if channel.topic == "/ticks":
            last = (schema, message)
    for (topic, name, encoding), count in sorted(counts.items()):
        print(f"{topic:12} {count:7} messages  {name} ({encoding})")
    try:
        with open(path, "rb") as file:
            for attachment in make_reader(file).iter_attachments():
                print(f"attachment   {attachment.name}, {len(attachment.data)} bytes")
        with open(path, "rb") as file:
            for metadata in make_reader(file).iter_metadata():
                print(f"metadata     {metadata.name}: {metadata.metadata['json']}")
    except McapError as why:
        print(f"no index: {why}", file=sys.stderr)
    for event in events:
        print(f"{event['time']:9.2f} s  {event['event']}")
    if last:
        schema, message = last
        state = steps(decoders.decoder_for("protobuf", schema)(message.data))[-1]
        print(f"last tick {state['TICK']}, hash {state['HASH']}, speed {state['SPEED']:.2f} m/s, "
              f"ego at ({state['X']:.2f}, {state['Y']:.2f}) m")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
