"""Which part of which message an SMS is: the concatenation header of 3GPP TS 23.040, 9.2.3.24."""

_EIGHT_BIT, _SIXTEEN_BIT = 0x00, 0x08


def concatenation(header: bytes) -> tuple[int | None, int, int]:
    """Reference, part and number of parts; (None, 1, 1) for a message that stands alone.

    Args:
        header: the user data header with its length byte first.
    """
    position, end = 1, 1 + (header[0] if header else 0)
    while position + 1 < min(end, len(header)):
        kind, length = header[position], header[position + 1]
        data = header[position + 2 : position + 2 + length]
        found = None
        if kind == _EIGHT_BIT and len(data) == 3:
            found = data[0], data[2], data[1]
        elif kind == _SIXTEEN_BIT and len(data) == 4:
            found = int.from_bytes(data[:2], "big"), data[3], data[2]
        if found and 1 <= found[1] <= found[2] and found[2] > 1:
            return found
        position += 2 + length
    return None, 1, 1
