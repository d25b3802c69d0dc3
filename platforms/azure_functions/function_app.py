"""What Azure's worker imports, from the top of the package.

https://learn.microsoft.com/azure/azure-functions/functions-reference-python
"""

from platforms.azure_functions.shim import app as app
