"""Each platform's shim called with a neutral request: `sender`, and where events are JSON `runner`."""
