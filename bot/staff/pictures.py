"""The picture of a member of staff: square, small, and without anything else that the file told."""

import io

from PIL import Image, ImageOps

from bot.staff.person import Reason, Unfit

SIDE = 160
"""Pixels of a picture's side."""
LARGEST = 40_000_000
"""Pixels of a picture that is taken in: more is not a photo but an attack on the memory."""


def square(upload: bytes) -> bytes:
    """An uploaded picture as the JPEG that is kept; where and with what it was taken is gone.

    Raises:
        Unfit: it is not a JPEG, PNG or WebP, or has too many pixels.
    """
    try:
        with Image.open(io.BytesIO(upload), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > LARGEST:
                raise Unfit(Reason("too_many_pixels", "photo"))
            image.draft("RGB", (4 * SIDE, 4 * SIDE))  # a large JPEG is read small at once
            cut = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (SIDE, SIDE))
        clean = Image.new("RGB", cut.size)  # what is written down beside the pixels stays behind
        clean.paste(cut)
        target = io.BytesIO()
        clean.save(target, "JPEG", quality=82)
    except Unfit:
        raise
    except Exception as error:  # decoders raise what they like when a file is broken: SyntaxError, struct.error, …
        raise Unfit(Reason("no_picture", "photo")) from error
    return target.getvalue()
