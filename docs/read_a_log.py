"""Reads a log of takeover with the Python package `mcap`, by its own schemas.

    pip install mcap mcap-protobuf-support
    python3 docs/read_a_log.py runs/LOG.mcap              # channels, events, last state
    python3 docs/read_a_log.py runs/LOG.mcap --inputs     # raw inputs, one JSON object a line
"""

import json
import sys

from mcap.exceptions import McapError
from mcap.reader import NonSeekingReader, make_reader
from mcap_protobuf.decoder import DecoderFactory


def messages(path, topics):
    """Schema, channel and message, one by one, as far as the log goes."""
    with open(path, "rb") as file:
        try:
            # Without seeking: a log whose program was killed has no index at its end.
            reader = NonSeekingReader(file, decoder_factories=[DecoderFactory()])
            yield from reader.iter_messages(topics=topics, log_time_order=False)
        except McapError as why:
            print(f"the log breaks off here: {why}", file=sys.stderr)


def main(path, only_inputs):
    if only_inputs:
        for _, _, message in messages(path, ["/input"]):
            print(message.data.decode())
        return
    counts, events, last = {}, [], None
    decoders = DecoderFactory()
    for schema, channel, message in messages(path, None):
        row = (channel.topic, schema.name, schema.encoding)
        counts[row] = counts.get(row, 0) + 1
        if channel.topic == "/event":
            events.append(json.loads(message.data))
        if channel.topic == "/state":
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
        state = decoders.decoder_for("protobuf", schema)(message.data)
        print(f"last tick {state.tick}, hash {state.hash:016x}, speed {state.speed:.2f} m/s, "
              f"{len(state.bodies)} bodies, ego at ({state.bodies[0].x:.2f}, {state.bodies[0].y:.2f}) m")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], "--inputs" in sys.argv[2:])
