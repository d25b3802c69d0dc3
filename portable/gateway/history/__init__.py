"""What happened: the last calls of each function, their rates, and the logs of replicas that are gone."""
