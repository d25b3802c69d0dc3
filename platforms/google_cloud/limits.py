"""The numbers of Cloud Run functions. Constants alone: a cold start reads them."""

# https://cloud.google.com/functions/quotas
MAX_REQUEST_BYTES = MAX_REPLY_BYTES = 32 * 2**20
MAX_STREAM_BYTES = 10 * 2**20
MAX_TIMEOUT_S, MAX_EVENT_TIMEOUT_S = 3600, 540
# https://cloud.google.com/functions/docs/configuring/memory
MIN_MEMORY_MB, MAX_MEMORY_MB = 128, 32 * 1024
# https://cloud.google.com/run/docs/configuring/services/overview-environment-variables
MAX_ENVIRONMENT_BYTES = 32 * 1024
