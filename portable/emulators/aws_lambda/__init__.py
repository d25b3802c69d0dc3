"""AWS's front doors (REST API, HTTP API, function URL, load balancer) and the Runtime API that a function polls."""
