"""A picture made small."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps

SIZE = (256, 256)
Image.MAX_IMAGE_PIXELS = (
    50_000_000  # twice as many are refused before they are unpacked: a small file can be a large picture
)


def thumbnail(picture: bytes) -> bytes:
    """Return a JPEG that fits into SIZE, upright and without the picture's metadata. Raises OSError for no picture."""
    with Image.open(BytesIO(picture)) as image:
        image.draft("RGB", SIZE)  # a JPEG is read at an eighth of its size where that is enough
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail(SIZE)
        small = BytesIO()
        upright.convert("RGB").save(small, "JPEG", quality=80)
        return small.getvalue()
