"""What the deployers have in common."""
