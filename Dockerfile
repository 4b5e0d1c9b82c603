# One recipe for all services: docker build --build-arg SERVICE=referral .
# BASE may be any Debian-like image with Python 3.11 or newer; pin a digest where you deploy.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_LINK_MODE=copy
WORKDIR /build
COPY requirements.lock deploy/image/pick.py ./
# Installer and builder come from the lock too. Every file that is installed here or below is
# checked against the lock's hash, and nothing from outside is built from source.
RUN python pick.py requirements.lock uv > uv.txt \
    && python pick.py requirements.lock hatchling > hatchling.txt \
    && python -m venv tools \
    && tools/bin/pip install --quiet --no-deps --require-hashes --only-binary :all: -r uv.txt \
    && tools/bin/uv pip install --python tools/bin/python --no-build --require-hashes \
        --constraint requirements.lock --requirement hatchling.txt
# The wheels' libraries come with their debugging symbols, a tenth of the image.
RUN apt-get update -qq && apt-get install -qq -y --no-install-recommends binutils >/dev/null
ARG SERVICE
COPY shared/pyproject.toml shared/
COPY services/${SERVICE}/pyproject.toml service/
# What shared and this service declare, and what that needs; nothing else from the lock.
RUN python pick.py requirements.lock shared/pyproject.toml service/pyproject.toml > wanted.txt \
    && python -m venv --without-pip /app \
    && tools/bin/uv pip install --python /app/bin/python --compile-bytecode --no-build \
        --require-hashes --constraint requirements.lock --requirement wanted.txt \
    && find /app -name '*.so' -exec strip --strip-unneeded {} +
COPY shared shared
COPY services/${SERVICE} service
RUN for package in shared service; do \
        (cd "$package" && ../tools/bin/hatchling build -t wheel -d /build/wheels) || exit 1; \
    done \
    && tools/bin/uv pip install --python /app/bin/python --compile-bytecode --offline --no-deps \
        wheels/*.whl

FROM ${BASE}
ARG SERVICE
LABEL org.opencontainers.image.title="throughline-${SERVICE}"
# A fixed number, so that file permissions and pod security can name it.
RUN groupadd --gid 10001 lead && useradd --uid 10001 --gid 10001 --no-create-home lead \
    # The base's installer, and the wheels to make one from: nobody installs here.
    && rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/ensurepip \
        /usr/local/lib/python3*/site-packages/pip* /usr/lib/python3*/ensurepip \
        /usr/share/python-wheels
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SERVICE=${SERVICE}
USER 10001:10001
WORKDIR /app
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
ARG REVISION=unknown
LABEL org.opencontainers.image.revision="${REVISION}"
# `exec`: the service is process 1 and gets SIGTERM itself.
CMD ["sh", "-c", "exec uvicorn \"$(echo \"$SERVICE\" | tr - _).main:create_app\" --factory --host 0.0.0.0 --port 8000 --loop uvloop --http httptools --no-access-log --timeout-keep-alive 30 --timeout-graceful-shutdown 20"]
