"""apig-wsgi (https://github.com/adamchainz/apig-wsgi) over a bare WSGI callable."""

from apig_wsgi import make_lambda_handler
from bare_wsgi import application  # type: ignore[import-not-found]

lambda_handler = make_lambda_handler(application)
