"""Reads a log of takeover with the Python package `mcap`, by its own schemas.

    pip install mcap mcap-protobuf-support
    python3 docs/read_a_log.py runs/LOG.mcap              # channels, events, last state
    python3 docs/read_a_log.py runs/LOG.mcap --inputs     # raw inputs, one JSON object a line
"""

import json
import sys

from mcap.reader import make_reader
from mcap_protobuf.decoder import DecoderFactory


def main(path, only_inputs):
    with open(path, "rb") as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()])
        if only_inputs:
            for _, _, message in reader.iter_messages(topics=["/input"]):
                print(message.data.decode())
            return
        counts = {}  # counted by reading: a log that was cut short has no statistics
        for schema, channel, _ in reader.iter_messages():
            row = (channel.topic, schema.name, schema.encoding)
            counts[row] = counts.get(row, 0) + 1
        for (topic, name, encoding), count in sorted(counts.items()):
            print(f"{topic:12} {count:7} messages  {name} ({encoding})")
        for attachment in reader.iter_attachments():
            print(f"attachment   {attachment.name}, {len(attachment.data)} bytes")
        for metadata in reader.iter_metadata():
            print(f"metadata     {metadata.name}: {metadata.metadata['json']}")
        for _, _, message in reader.iter_messages(topics=["/event"]):
            event = json.loads(message.data)
            print(f"{event['time']:9.2f} s  {event['event']}")
        last = None
        for decoded in reader.iter_decoded_messages(topics=["/state"]):
            last = decoded.decoded_message
        print(f"last tick {last.tick}, hash {last.hash:016x}, speed {last.speed:.2f} m/s, "
              f"{len(last.bodies)} bodies, ego at ({last.bodies[0].x:.2f}, {last.bodies[0].y:.2f}) m")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1], "--inputs" in sys.argv[2:])
