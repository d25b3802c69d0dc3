"""Google Cloud Functions and Cloud Run functions: HTTP, CloudEvents and the events of the first generation."""
