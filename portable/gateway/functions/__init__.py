"""What happens to functions: deployed, updated, scaled, woken, mended, removed. The same over every provider."""
