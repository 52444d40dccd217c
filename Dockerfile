# Builds the wheel in one stage and installs it, with pinned dependencies, in another.
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/carillon \
 && /opt/carillon/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && /opt/carillon/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --system --home-dir /var/lib/carillon --create-home carillon
COPY --from=build /opt/carillon /opt/carillon
ENV PATH=/opt/carillon/bin:$PATH CARILLON_CONFIG=/etc/carillon/carillon.toml
USER carillon
WORKDIR /var/lib/carillon
VOLUME ["/etc/carillon", "/var/lib/carillon"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["carillon", "status"]
ENTRYPOINT ["carillon"]
CMD ["run"]
