"""The dashboard at /ui/: pages made here, and a little JavaScript that refreshes them. Nothing comes from elsewhere."""
