"""One function served over HTTP on this machine, and served again when its files change."""
