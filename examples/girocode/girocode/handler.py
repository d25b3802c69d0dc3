"""A payment as a QR code that banking apps read: its fields come as a query or as JSON, and a picture goes back."""

from io import BytesIO

from payment import Payment
from pydantic import ValidationError


def handle(event, context):
    if event.method not in ("GET", "POST"):
        return {"error": f"{event.method} is not allowed"}, 405, {"Allow": "GET, POST"}
    fields = dict(event.query) if event.method == "GET" else event.json()
    try:
        payment = Payment.model_validate(fields)
    except ValidationError as error:
        return {"errors": explain(error)}, 422
    context.log.info("a code for %s EUR", payment.amount)
    if "image/svg+xml" in event.headers.get("accept", ""):
        return draw(payment, "svg"), 200, {"Content-Type": "image/svg+xml"}
    return draw(payment, "png"), 200, {"Content-Type": "image/png"}


def explain(error):
    """Return what is wrong with each field, without what was sent."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [{"field": ".".join(map(str, one["loc"])), "error": one["msg"]} for one in found]


def draw(payment, kind):
    picture = BytesIO()
    payment.code.save(picture, kind=kind, scale=6)
    return picture.getvalue()
