"""Make a thumbnail of every picture that a bucket or a queue tells of.

What fails is raised: the platform sends that picture again, and puts it aside after so many times.
"""

import os

from pictures import picture_of
from storage import storage
from thumbnail import thumbnail


def handle(event, context):
    picture = picture_of(event)
    if picture is None:
        context.log.info("nothing was written: %s", event.headers["ce-type"])
        return None
    # not where pictures come from: each thumbnail would be told of, and have a thumbnail of its own, for ever
    target = os.environ["THUMBNAILS_BUCKET"]
    if picture.bucket == target:
        raise ValueError(
            f"the pictures come from {target!r}, where the thumbnails go: set THUMBNAILS_BUCKET to another one"
        )
    place = storage(os.environ)
    small = thumbnail(place.read(picture.bucket, picture.key))
    place.write(target, picture.key, small)
    return {"bucket": target, "key": picture.key, "bytes": len(small)}
