"""What is shipped to AWS, as data: the zip, its target, and the API's description. No call is made here."""
