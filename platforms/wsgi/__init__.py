"""Any WSGI server: waitress here, and whatever else takes `platforms.wsgi.shim:application`."""
