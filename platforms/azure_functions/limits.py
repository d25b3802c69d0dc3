"""The numbers of Azure Functions. Constants alone: a cold start reads them."""

# https://learn.microsoft.com/azure/azure-functions/functions-scale#service-limits
MAX_REQUEST_BYTES = MAX_REPLY_BYTES = 100 * 2**20  # of replies the page says nothing
CONSUMPTION_MEMORY_MB = 1536
# the load balancer in front gives up then: https://learn.microsoft.com/azure/azure-functions/functions-scale#timeout
HTTP_TIMEOUT_S = 230.0
# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftweb
MIN_NAME_CHARS, MAX_NAME_CHARS = 2, 60
