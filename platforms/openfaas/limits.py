"""The numbers of OpenFaaS's editions, of its gateway and of of-watchdog. Constants alone."""

# https://github.com/openfaas/of-watchdog#configuration
WATCHDOG_TIMEOUT_S = 30.0  # each of its three, unless the environment says otherwise
# https://docs.openfaas.com/tutorials/expanded-timeouts/
GATEWAY_TIMEOUT_S = 60
# https://docs.openfaas.com/openfaas-pro/comparison/
CE_MAX_FUNCTIONS, PRO_MAX_FUNCTIONS = 15, 500
CE_MAX_REPLICAS = 5
CE_ASYNC_TIMEOUT_S = 300
CE_MAX_QUEUED, CE_MAX_QUEUED_BYTES = 10, 256 * 1024
# https://docs.openfaas.com/deployment/edge/
FAASD_MAX_FUNCTIONS = 15
# https://docs.openfaas.com/reference/async/
PRO_MAX_QUEUED_BYTES = 2**20
