"""Functions called at their times, as OpenFaaS's cron-connector calls them: by the annotations `topic`, `schedule`."""
