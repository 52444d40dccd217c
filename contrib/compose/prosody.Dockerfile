# Debian's Prosody, for a trial: your own server can take its place.
FROM debian:trixie-slim
RUN apt-get update -qq \
 && apt-get install -qq --no-install-recommends prosody lua-unbound \
 && rm -rf /var/lib/apt/lists/*
COPY prosody.cfg.lua /etc/prosody/prosody.cfg.lua
USER prosody
VOLUME /var/lib/prosody
CMD ["prosody", "-F"]
