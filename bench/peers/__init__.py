"""The function as its peers' users would write it: each app logs, checks the method and answers a meditation."""
