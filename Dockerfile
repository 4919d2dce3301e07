# Any Debian with Python 3.11 and its venv will do as a base: `make image-check` builds on one made from packages.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
WORKDIR /srv/movehub
# A virtual environment, so that what was installed moves to the second stage as one folder.
RUN python3 -m venv .venv
COPY requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/pip \
    .venv/bin/pip install --disable-pip-version-check --no-deps --require-hashes --requirement requirements.lock
COPY alembic.ini ./
COPY migrations migrations
COPY app app
RUN .venv/bin/python -m compileall -q app migrations

FROM ${BASE}
# The number, not a name: an orchestrator can see that it is not root. /var/lib/movehub holds what is uploaded.
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/movehub
WORKDIR /srv/movehub
COPY --from=build /srv/movehub /srv/movehub
ENV PATH=/srv/movehub/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    HOME=/var/lib/movehub \
    ENVIRONMENT=production \
    PORT=8000 \
    MOVEHUB_HTTP__HOST=0.0.0.0 \
    MOVEHUB_STORAGE__ROOT=/var/lib/movehub/objects \
    MOVEHUB_MAIL__MAILBOX=/var/lib/movehub/mailbox.jsonl
USER 10001:10001
VOLUME /var/lib/movehub
EXPOSE 8000
# Alive, not ready: a database that is away for a minute is no reason to start the API anew.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health/live', timeout=2)"]
CMD ["python", "-m", "app", "serve"]
