# Debian's Prosody, for a trial: your own server can take its place.
# `--build-arg BASE=debian:trixie-slim` takes the newest
ARG BASE=debian:trixie-slim@sha256:a29215f6a35e51e22adffa17f89e9d2ef06214e64a2bad10d765c46aea49f11f
FROM ${BASE}
RUN apt-get update -qq \
 && apt-get install -qq --no-install-recommends prosody lua-unbound \
 && rm -rf /var/lib/apt/lists/*
COPY prosody.cfg.lua /etc/prosody/prosody.cfg.lua
USER prosody
VOLUME /var/lib/prosody
CMD ["prosody", "-F"]
