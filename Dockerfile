# Installs the program and its pinned dependencies in one stage; another takes them over.
FROM python:3.13-slim AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/carillon \
 && /opt/carillon/bin/pip install --no-cache-dir --require-hashes -r requirements.lock \
 && /opt/carillon/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
# a fixed number, so that files outside can be made readable for it
RUN useradd --system --uid 10000 --home-dir /var/lib/carillon --create-home carillon
COPY --from=build /opt/carillon /opt/carillon
ENV PATH=/opt/carillon/bin:$PATH CARILLON_CONFIG=/etc/carillon/carillon.toml
USER carillon
WORKDIR /var/lib/carillon
VOLUME ["/etc/carillon", "/var/lib/carillon"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["carillon", "status"]
ENTRYPOINT ["carillon"]
CMD ["run"]
