"""Azure Functions, by the v2 programming model: HTTP, timers, queues and Event Grid."""
