"""The errors of the OpenFaaS REST API, each with its HTTP status. The message is what the caller reads: what to do.

GatewayError            500
 +-- Refused            400  the request itself is wrong
 +-- NotLoggedIn        401  no user and password, or the wrong ones
 +-- Forbidden          403  from a page of another site, or under a name that may be another site's
 +-- NotFound           404  no such function, secret or namespace
 +-- Conflict           409  it is there already, or busy
 +-- NotBuilt           501  a part of the API that this gateway does not have
 +-- Unavailable        503  the provider, or every replica, cannot be reached now
 +-- TimedOut           504  a time limit passed; names which
"""

from __future__ import annotations


class GatewayError(Exception):
    """The gateway failed; `status` is the HTTP status of the answer."""

    status = 500


class Refused(GatewayError):
    """The request is wrong: names the value and what was expected."""

    status = 400


class NotLoggedIn(GatewayError):
    """The request does not carry the user and the password."""

    status = 401


class Forbidden(GatewayError):
    """A page of another site may be behind the request."""

    status = 403


class NotFound(GatewayError):
    """There is no such function, secret or namespace."""

    status = 404


class Conflict(GatewayError):
    """What was asked for clashes with what is there."""

    status = 409


class NotBuilt(GatewayError):
    """The API names it, this gateway does not do it."""

    status = 501


class Unavailable(GatewayError):
    """It cannot be reached at the moment."""

    status = 503


class TimedOut(GatewayError):
    """A limit of time passed."""

    status = 504
