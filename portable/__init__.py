"""The tool: it runs, checks, packages and deploys functions. It never ships with one; what ships is `platforms/`."""
