# The function under a debugger, which docker compose's profile `debug` runs; function/ is mounted over its copy.
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE}
# a function without a requirements.txt needs none
COPY requirements/debug.txt function/requirements.tx[t] /requirements/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements/debug.txt \
    && if [ -s /requirements/requirements.txt ]; then /venv/bin/pip install --no-cache-dir -r /requirements/requirements.txt; fi
WORKDIR /app
COPY function function
COPY platforms platforms
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYDEVD_DISABLE_FILE_VALIDATION=1
USER 65532:65532
EXPOSE 8080 5678
# every address of the container: compose publishes them on the machine's loopback alone
CMD ["sh", "-c", "exec python -X frozen_modules=off -m debugpy --listen 0.0.0.0:5678 ${DEBUG_WAIT:+--wait-for-client} -m platforms.wsgi --host 0.0.0.0"]
