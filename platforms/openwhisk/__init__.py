"""Apache OpenWhisk: plain, web and raw-http web actions, and the server of a Docker action."""
