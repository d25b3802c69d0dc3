"""serverless-wsgi (https://github.com/logandk/serverless-wsgi) over a Flask app."""

from typing import Any

import serverless_wsgi
from flask_app import app  # type: ignore[import-not-found]


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return serverless_wsgi.handle_request(app, event, context)  # type: ignore[no-any-return]
