"""The control plane over HTTP: `/system/*` and what is read of asynchronous calls, as faas-cli asks for it."""
