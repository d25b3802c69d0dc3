"""The control plane over HTTP, as faas-cli asks for it: `/system/*`, and reading an asynchronous call."""
