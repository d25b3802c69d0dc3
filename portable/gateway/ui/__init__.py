"""The dashboard at /ui/: pages made here, a little JavaScript that keeps them fresh, nothing from elsewhere."""
