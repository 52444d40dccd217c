# Everything that goes in is pinned with its hash; the second stage takes over what
# the first has installed, without the tools that did it.
# The base is pinned, too: `--build-arg BASE=python:3.13-slim` takes the newest.
ARG BASE=python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
COPY requirements.lock requirements-build.lock ./
RUN python3 -m venv /opt/build \
 && /opt/build/bin/pip install -q --require-hashes -r requirements-build.lock \
 && python3 -m venv --without-pip /opt/carillon \
 && /opt/build/bin/pip --python /opt/carillon/bin/python install -q \
      --require-hashes -r requirements.lock
COPY . .
RUN /opt/build/bin/hatchling build -t wheel -d /tmp/wheel \
 && /opt/build/bin/pip --python /opt/carillon/bin/python install -q \
      --no-deps --no-index /tmp/wheel/*.whl

FROM ${BASE}
# a fixed number, so that files outside can be made readable for it
RUN useradd --uid 10000 --home-dir /var/lib/carillon --create-home --shell /usr/sbin/nologin carillon
COPY --from=build /opt/carillon /opt/carillon
ENV PATH=/opt/carillon/bin:$PATH CARILLON_CONFIG=/etc/carillon/carillon.toml
USER carillon
WORKDIR /var/lib/carillon
VOLUME ["/etc/carillon", "/var/lib/carillon"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["carillon", "status"]
ENTRYPOINT ["carillon"]
CMD ["run"]
