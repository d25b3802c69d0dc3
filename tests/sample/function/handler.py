"""The Guru Meditations API: a POST to any path answers with a meditation."""

import random

MEDITATIONS = (
    "off to a regex/",
    "the count of machines abides",
    "you wouldn't fax a bat",
    "HAZARDOUS CHEMICALS + RKELLY",
    "your solution requires a blood eagle",
    "testing is broken because I'm lazy",
    "did u mention banana cognac shower",
)


def handle(event, context):
    context.log.info("meditating on request %s", context.request_id)
    if event.method != "POST":
        return (
            {"status": "error", "error": f"{event.method} is not allowed: POST for a meditation"},
            405,
            {"Allow": "POST"},
        )
    return {"status": "success", "meditation": random.choice(MEDITATIONS)}
