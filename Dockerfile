# Everything that goes in is pinned with its hash; the second stage takes over what
# the first has installed, without the tools that did it.
FROM python:3.13-slim AS build
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

FROM python:3.13-slim
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
