"""What each platform tells a function of its own name, in the environment."""

from __future__ import annotations


def named(name: str) -> dict[str, str]:
    """Return the variables; OpenWhisk's has the namespace before the name."""
    variables = ("FUNCTION_NAME", "OPENFAAS_NAME", "AWS_LAMBDA_FUNCTION_NAME", "K_SERVICE", "WEBSITE_SITE_NAME")
    return {**dict.fromkeys(variables, name), "__OW_ACTION_NAME": f"/guest/{name}"}
