"""HTTP/1.1 on the event loop, as a server and as a client. It knows no function."""
