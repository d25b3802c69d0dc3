"""Building the folder for Azure. It never ships."""
