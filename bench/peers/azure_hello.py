"""The smallest app of the v2 programming model of Azure Functions."""

import json
import random

import azure.functions as azf
from meditations import MEDITATIONS  # type: ignore[import-not-found]

app = azf.FunctionApp(http_auth_level=azf.AuthLevel.ANONYMOUS)


@app.route("meditate", methods=["POST"])
def meditate(req: azf.HttpRequest) -> azf.HttpResponse:
    body = {"status": "success", "meditation": random.choice(MEDITATIONS)}
    return azf.HttpResponse(json.dumps(body), mimetype="application/json")
