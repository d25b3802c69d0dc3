"""AWS Lambda: REST, HTTP API, Function URL, load balancer and direct events."""
